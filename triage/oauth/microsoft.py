"""Microsoft 365, through msal; imported only when it is used."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from triage.errors import ConfigError, TransientError
from triage.logins import MicrosoftTable
from triage.oauth.login import Pending, Prompt
from triage.oauth.open import FORM, polled, prompt_in
from triage.oauth.refusals import SERVER_FAULT, TOO_MANY, granted_in
from triage.oauth.token import Granted
from triage.web import Web

AS_ITSELF = "https://outlook.office365.com/.default"
FOR_A_PERSON = (
    "https://outlook.office.com/IMAP.AccessAsUser.All "
    "https://outlook.office.com/SMTP.Send"
)
BAD = 400
_NEVER = logging.CRITICAL + 1
_T = TypeVar("_T")


@dataclass(frozen=True)
class Microsoft:
    """An app registration; msal asks the network as soon as it is constructed."""

    table: MicrosoftTable
    web: Web = field(default_factory=Web)

    @property
    def name(self) -> str:
        return str(urlsplit(self.table.authority).hostname)

    def check(self) -> None:
        """Raise ConfigError where msal is missing."""
        _msal()

    def by_secret(self) -> Granted:
        """Ask as the application itself."""
        scopes = self._scopes(AS_ITSELF)
        answer = _asked(lambda: self._client().acquire_token_for_client(scopes))
        return granted_in(answer, self.name)

    def by_refresh_token(self, token: str) -> Granted:
        scopes = self._scopes(FOR_A_PERSON)
        answer = _asked(
            lambda: self._client().acquire_token_by_refresh_token(token, scopes)
        )
        return granted_in(answer, self.name)

    def begin_login(self) -> Prompt:
        """Ask for a code that a person types in a browser."""
        scopes = self._scopes(FOR_A_PERSON)
        client = _asked(lambda: self._application("PublicClientApplication"))
        flow = _asked(lambda: client.initiate_device_flow(scopes))

        def poll() -> Granted | Pending:
            answer = _asked(
                lambda: client.acquire_token_by_device_flow(
                    flow, exit_condition=lambda _: True
                )
            )
            return polled(answer, self.name)

        return prompt_in(flow, self.name, poll)

    def _scopes(self, usual: str) -> list[str]:
        return (self.table.scope or usual).split()

    def _client(self) -> Any:
        if self.table.client_secret is None:
            return self._application("PublicClientApplication")
        secret = self.table.client_secret.read()
        return self._application(
            "ConfidentialClientApplication", client_credential=secret
        )

    def _application(self, kind: str, **more: str) -> Any:
        """Return an application without a cache: who asks wants a new token."""
        table = self.table
        return getattr(_msal(), kind)(
            table.client_id,
            authority=f"{table.authority.rstrip('/')}/{table.tenant}",
            http_client=_Http(self.web),
            instance_discovery=False,
            **more,
        )


def _msal() -> Any:
    try:
        import msal  # noqa: PLC0415 - an extra, which takes half a second
    except ImportError:
        raise ConfigError(
            "for Microsoft 365 the package msal is missing: "
            "pip install 'triage-mail[microsoft]'"
        ) from None
    # It logs answers that it cannot read.
    logging.getLogger("msal").setLevel(_NEVER)
    return msal


def _asked(ask: Callable[[], _T]) -> _T:
    """Ask msal; its ValueErrors quote what the server said."""
    try:
        return ask()
    except (ValueError, RuntimeError, LookupError, TypeError, AttributeError):
        raise TransientError(
            "Microsoft answers what msal cannot read: check tenant and authority"
        ) from None


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer as msal wants it."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        if self.status_code >= SERVER_FAULT or self.status_code == TOO_MANY:
            raise TransientError(
                f"Microsoft gives no token at the moment ({self.status_code})"
            )
        if self.status_code >= BAD:
            raise ValueError(self.status_code)


@dataclass(frozen=True, slots=True)
class _Http:
    """The part of `requests.Session` that msal uses, within our limits."""

    web: Web

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> _Reply:
        query = f"?{urlencode(params)}" if params else ""
        return self._reply("GET", f"{url}{query}", None, headers)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> _Reply:
        query = f"?{urlencode(params)}" if params else ""
        body = urlencode(data or {}).encode()
        return self._reply("POST", f"{url}{query}", body, {**FORM, **(headers or {})})

    def close(self) -> None:
        """Nothing is held open."""

    def _reply(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> _Reply:
        answer = self.web.ask(method, url, body, headers or {})
        reply = _Reply(
            answer.status, answer.body.decode("utf-8", "replace"), answer.headers
        )
        if answer.status >= SERVER_FAULT or answer.status == TOO_MANY:
            reply.raise_for_status()
        return reply
