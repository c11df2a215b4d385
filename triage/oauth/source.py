"""Tokens for logins, shared by all their connections.

They are renewed in time, and once more where a server refuses one; a server that
refuses that too is left alone for a while, and so is an issuer that refuses.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from triage.errors import ConfigError, LoginRefusedError, TransientError
from triage.logins import REFUSED_PAUSE
from triage.oauth.token import Granted, Token, token_of

FAILED_PAUSE = timedelta(seconds=5)
"""So that the connections of one login do not all ask an issuer that is away."""

log = logging.getLogger(__name__)


class Issuer(Protocol):
    """Gives tokens; `name` is how people know it."""

    @property
    def name(self) -> str: ...

    def grant(self) -> Granted:
        """Return a new token.

        Raises LoginRefusedError where a person must act, TransientError, ConfigError.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with the tokens of a login; no secret is in it."""

    renewed_at: datetime | None = None
    expires_at: datetime | None = None
    """Of the access token."""
    failing_since: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Pause:
    error: TransientError | ConfigError
    begins: datetime
    ends: datetime

    def is_on(self, now: datetime) -> bool:
        """Never for long, whatever becomes of the clock."""
        return self.begins <= now < self.ends


class Supply:
    """The tokens of one issuer for one user, whichever servers they are for.

    For many threads: only one of them asks at a time.
    """

    def __init__(self, issuer: Issuer, clock: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._token: Token | None = None
        self._pause: _Pause | None = None
        self._standing = Standing()
        self._asking = threading.Lock()

    @property
    def name(self) -> str:
        return self._issuer.name

    @property
    def standing(self) -> Standing:
        """How it is now; for any thread, and never waiting for an issuer."""
        return self._standing

    def token(self) -> str:
        """Return a token that is good now.

        Raises what the issuer does. An old token is used to its end while the issuer
        gives no new one.
        """
        with self._asking:
            now = self._clock()
            if self._token is not None and self._token.is_fresh(now):
                return self._token.value
            try:
                return self._renewed(now)
            except (TransientError, ConfigError) as error:
                if self._token is None or not self._token.is_good(now):
                    raise
                log.warning("%s; the token of before is used to its end", error)
                return self._token.value

    def forget(self, token: str) -> bool:
        """Give a token to nobody any more; False: it is not given any more already."""
        with self._asking:
            if self._token is None or self._token.value != token:
                return False
            self._token = None
            return True

    def _renewed(self, now: datetime) -> str:
        if self._pause is not None and self._pause.is_on(now):
            raise self._pause.error.with_traceback(None)
        try:
            granted = self._issuer.grant()
        except (TransientError, ConfigError) as error:
            self._fail(error, now)
            raise
        now = self._clock()
        self._token = token_of(granted, now)
        self._pause = None
        self._standing = Standing(renewed_at=now, expires_at=self._token.expires_at)
        log.info("%s gave a token%s", self._issuer.name, _until(self._token))
        return self._token.value

    def _fail(self, error: TransientError | ConfigError, now: datetime) -> None:
        is_refused = isinstance(error, LoginRefusedError)
        pause = REFUSED_PAUSE if is_refused else FAILED_PAUSE
        self._pause = _Pause(error, now, now + pause)
        since = self._standing.failing_since or now
        self._standing = replace(self._standing, failing_since=since, why=str(error))


class TokenSource:
    """What one server is logged in to with, by all connections; for many threads.

    A server that refuses tokens stops no other one that takes them.
    """

    def __init__(self, supply: Supply, clock: Callable[[], datetime]) -> None:
        self._supply = supply
        self._clock = clock
        self._forgotten_at: datetime | None = None
        self._pause: _Pause | None = None
        self._noting = threading.Lock()

    @property
    def standing(self) -> Standing:
        """How it is now; for any thread, and never waiting for an issuer."""
        found, pause = self._supply.standing, self._pause
        if pause is None or not pause.is_on(self._clock()):
            return found
        since = found.failing_since or pause.begins
        return replace(found, failing_since=since, why=str(pause.error))

    def token(self) -> str:
        """Return a token; raises what the issuer does, or why there is a pause."""
        pause = self._pause
        if pause is not None and pause.is_on(self._clock()):
            raise pause.error.with_traceback(None)
        return self._supply.token()

    def refuse(self, token: str) -> bool:
        """Note that the server refused it; True where another may be tried at once.

        A second one that is refused soon ends that for five minutes.
        """
        with self._noting:
            now, before = self._clock(), self._forgotten_at
            was_current = self._supply.forget(token)
            if self._pause is not None and self._pause.is_on(now):
                return False
            if not was_current:
                return True
            self._forgotten_at = now
            if before is None or not now - before < 2 * REFUSED_PAUSE:
                return True
            error = LoginRefusedError(
                f"a token that {self._supply.name} had just given was refused: check "
                "the user, and that the client may use this mailbox"
            )
            self._pause = _Pause(error, now, now + REFUSED_PAUSE)
            return False


def _until(token: Token) -> str:
    at = token.expires_at
    return "" if at is None else f", good until {at:%Y-%m-%d %H:%M:%S} UTC"
