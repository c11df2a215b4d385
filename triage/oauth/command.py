"""A token that a command of the operator's prints."""

import json
from dataclasses import dataclass

from triage.errors import ConfigError, TransientError
from triage.logins import output_of
from triage.oauth.refusals import granted_in
from triage.oauth.token import Granted, is_token


@dataclass(frozen=True)
class CommandIssuer:
    """Runs a command for each token, without a shell."""

    command: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"the command {self.command[0]}"

    def grant(self) -> Granted:
        """Return what it prints: a token, or JSON as an issuer gives."""
        try:
            text = output_of(self.command).strip()
        except ConfigError as error:
            # It may fail for a while, as when its own issuer is away.
            raise TransientError(str(error)) from None
        if text.startswith("{"):
            return granted_in(self._object(text), self.name)
        first = text.splitlines()[0].strip() if text else ""
        if not is_token(first):
            raise TransientError(f"{self.name} prints something that is no token")
        return Granted(first)

    def _object(self, text: str) -> dict[str, object]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise TransientError(f"{self.name} prints JSON that makes no sense")
        return found
