"""Google Workspace, through google-auth; imported only when it is used."""

import importlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from triage.errors import ConfigError, TransientError
from triage.logins import GoogleTable, Secret
from triage.oauth.consent import Consent
from triage.oauth.open import FORM
from triage.oauth.refusals import granted_in, read_answer, refusal
from triage.oauth.token import Granted, is_token
from triage.web import Web

MAIL = ("https://mail.google.com/",)
TOKENS = "https://oauth2.googleapis.com/token"
CONSENT = "https://accounts.google.com/o/oauth2/v2/auth"
NAME = "Google"
_NEVER = logging.CRITICAL + 1


@dataclass(frozen=True)
class Google:
    """A service account that acts for a user, or an OAuth client of that user."""

    table: GoogleTable
    user: str
    clock: Callable[[], datetime]
    web: Web = field(default_factory=Web)
    tokens: str = TOKENS
    """Where a refresh token is used; a service account's key says it itself."""

    @property
    def name(self) -> str:
        return NAME

    def check(self) -> None:
        """Raise ConfigError where google-auth is missing, or a key is none."""
        if self.table.service_account is None:
            _module("google.oauth2.credentials")
        else:
            self._service_account(self.table.service_account)

    def by_secret(self) -> Granted:
        """Ask by the service account's key (domain-wide delegation)."""
        if self.table.service_account is None:
            raise ConfigError("google: service_account is missing")
        return self._granted(self._service_account(self.table.service_account))

    def _service_account(self, key: Secret) -> Any:
        service_account = _module("google.oauth2.service_account")
        try:
            return service_account.Credentials.from_service_account_info(
                _key(key), scopes=MAIL, subject=self.user
            )
        except (ValueError, LookupError, TypeError):
            raise ConfigError(
                f"service_account: {key} is no key of a service account: make a new "
                "one (JSON) in Google's console"
            ) from None

    def by_refresh_token(self, token: str) -> Granted:
        secret, of_user = self.table.client_secret, _module("google.oauth2.credentials")
        return self._granted(
            of_user.Credentials(
                None,
                refresh_token=token,
                token_uri=self.tokens,
                client_id=self.table.client_id,
                client_secret=None if secret is None else secret.read(),
                scopes=MAIL,
            )
        )

    def begin_consent(self) -> tuple[str, Consent]:
        """Return where a person agrees, and what is done with what comes of it."""
        consent = Consent(CONSENT, self._redeemed)
        address = consent.address(
            client_id=self.table.client_id or "",
            scope=MAIL[0],
            login_hint=self.user,
            access_type="offline",
            prompt="consent",
        )
        return address, consent

    def _redeemed(self, form: Mapping[str, str]) -> Granted:
        secret = self.table.client_secret
        client = {
            "client_id": self.table.client_id or "",
            "client_secret": "" if secret is None else secret.read(),
        }
        body = urlencode({**form, **client}).encode()
        answer = self.web.ask("POST", self.tokens, body, FORM)
        return granted_in(read_answer(answer.status, answer.body, NAME), NAME)

    def _granted(self, credentials: Any) -> Granted:
        exceptions = _module("google.auth.exceptions")
        try:
            credentials.refresh(_Transport(self.web))
        except exceptions.RefreshError as error:
            raise self._refusal(error) from None
        except (exceptions.GoogleAuthError, ValueError, LookupError, TypeError):
            raise TransientError(f"{NAME} answers what makes no sense") from None
        if not is_token(str(credentials.token)):
            raise TransientError(f"{NAME} gives something that is no token")
        expiry: datetime | None = credentials.expiry
        return Granted(
            credentials.token,
            None if expiry is None else expiry.replace(tzinfo=UTC) - self.clock(),
            getattr(credentials, "refresh_token", None),
        )

    def _refusal(self, error: Exception) -> TransientError:
        if getattr(error, "retryable", False):
            return TransientError(f"{NAME} gives no token at the moment")
        answer = error.args[1] if len(error.args) > 1 else None
        if not isinstance(answer, Mapping) or "error" not in answer:
            return TransientError(f"{NAME} answers what makes no sense")
        return refusal(answer, NAME)


def _key(secret: Secret) -> Mapping[str, str]:
    found = json.loads(secret.read_whole())
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _module(name: str) -> Any:
    # It can be told to log what passes over the line.
    logging.getLogger("google").setLevel(_NEVER)
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ConfigError(
            "for Google the package google-auth is missing: "
            "pip install 'triage-mail[google]'"
        ) from None


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer as google-auth wants it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(frozen=True, slots=True)
class _Transport:
    """google-auth's way to the network, within our limits."""

    web: Web

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> _Reply:
        answer = self.web.ask(method, url, body, headers or {})
        return _Reply(answer.status, answer.headers, answer.body)
