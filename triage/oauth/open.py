"""Any issuer of tokens, asked as RFC 6749 and RFC 8628 say."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from triage.errors import ConfigError, TransientError
from triage.logins import IssuerTable
from triage.oauth.login import Pending, Prompt
from triage.oauth.refusals import error_code, granted_in, read_answer, refusal
from triage.oauth.token import Granted, lasting
from triage.web import Web

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
USUAL_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True)
class OpenIssuer:
    """An issuer known by its addresses."""

    table: IssuerTable
    web: Web = field(default_factory=Web)

    @property
    def name(self) -> str:
        return str(urlsplit(self.table.token_url).hostname)

    def check(self) -> None:
        """Nothing can be wrong that the configuration does not show."""

    def by_secret(self) -> Granted:
        """Ask as the client itself (RFC 6749 §4.4)."""
        return self._granted({"grant_type": "client_credentials"})

    def by_refresh_token(self, token: str) -> Granted:
        """RFC 6749 §6."""
        return self._granted({"grant_type": "refresh_token", "refresh_token": token})

    def begin_login(self) -> Prompt:
        """Ask for a code that a person types in a browser (RFC 8628 §3.1)."""
        if self.table.device_url is None:
            raise ConfigError("device_url is missing in issuer: there a code is got")
        answer = self._asked(self.table.device_url, self._scope())
        device = answer.get("device_code")
        if not isinstance(device, str):
            device = ""
        return prompt_in(answer, self.name, partial(self._poll, device))

    def _poll(self, device_code: str) -> Granted | Pending:
        """RFC 8628 §3.4."""
        form = {"grant_type": DEVICE_CODE, "device_code": device_code}
        return polled(self._asked(self.table.token_url, form), self.name)

    def _granted(self, form: Mapping[str, str]) -> Granted:
        answer = self._asked(self.table.token_url, {**form, **self._scope()})
        return granted_in(answer, self.name)

    def _scope(self) -> Mapping[str, str]:
        return {"scope": self.table.scope} if self.table.scope else {}

    def _asked(self, address: str, form: Mapping[str, str]) -> dict[str, Any]:
        headers, named = self._client()
        body = urlencode({**form, **named}).encode()
        answer = self.web.ask("POST", address, body, headers)
        return read_answer(answer.status, answer.body, self.name)

    def _client(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the headers and the fields that say who asks (RFC 6749 §2.3.1)."""
        headers, client = {**FORM, "Accept": "application/json"}, self.table.client_id
        if self.table.client_secret is None:
            return headers, {"client_id": client}
        secret = self.table.client_secret.read()
        if self.table.credentials_in == "body":
            return headers, {"client_id": client, "client_secret": secret}
        pair = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
        basic = base64.b64encode(pair).decode("ascii")
        return {**headers, "Authorization": f"Basic {basic}"}, {}


def prompt_in(
    answer: Mapping[str, Any], issuer: str, poll: Callable[[], Granted | Pending]
) -> Prompt:
    """Return what a person must do; raises what stands in the way (RFC 8628 §3.2)."""
    if "error" in answer:
        raise refusal(answer, issuer)
    address = answer.get("verification_uri") or answer.get("verification_url")
    code, lasts = answer.get("user_code"), lasting(answer.get("expires_in"))
    if not isinstance(address, str) or not isinstance(code, str) or lasts is None:
        raise TransientError(f"{issuer} gives no code that a person could type")
    pause = lasting(answer.get("interval")) or USUAL_PAUSE
    return Prompt(address, code, lasts, pause.total_seconds(), poll)


def polled(answer: Mapping[str, Any], issuer: str) -> Granted | Pending:
    """Return what became of a login (RFC 8628 §3.5)."""
    match error_code(answer):
        case "authorization_pending":
            return Pending.NOT_YET
        case "slow_down":
            return Pending.SLOWER
        case _:
            return granted_in(answer, issuer)
