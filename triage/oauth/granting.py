"""The two ways in which an application comes by tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage.oauth.keeping import TokenFile
from triage.oauth.token import Granted


class App(Protocol):
    """An application at an issuer."""

    @property
    def name(self) -> str: ...
    def check(self) -> None:
        """Raise ConfigError for what is wrong before anybody is asked."""

    def by_secret(self) -> Granted: ...
    def by_refresh_token(self, token: str) -> Granted: ...


@dataclass(frozen=True)
class BySecret:
    """Asks for tokens in the application's own name."""

    app: App

    @property
    def name(self) -> str:
        return self.app.name

    def grant(self) -> Granted:
        return self.app.by_secret()


@dataclass(frozen=True)
class ByRefreshToken:
    """Asks for tokens for a person who agreed once."""

    app: App
    file: TokenFile
    clock: Callable[[], datetime]

    @property
    def name(self) -> str:
        return self.app.name

    def grant(self) -> Granted:
        return self.file.renew(self.app.by_refresh_token, self.clock())
