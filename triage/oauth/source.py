"""Tokens for one login, shared by all its connections.

They are renewed in time, and once more where a server refuses one; where it refuses
that too, it and the issuer are left alone for a while.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from triage.errors import LoginRefusedError, TransientError
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
    error: TransientError
    begins: datetime
    ends: datetime

    def is_on(self, now: datetime) -> bool:
        """Never for long, whatever becomes of the clock."""
        return self.begins <= now < self.ends


class TokenSource:
    """The tokens of one login; for many threads."""

    def __init__(self, issuer: Issuer, clock: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._token: Token | None = None
        self._is_second = False
        """The last one was asked for because a server refused another."""
        self._pause: _Pause | None = None
        self._standing = Standing()
        self._asking = threading.Lock()

    @property
    def standing(self) -> Standing:
        """How it is now; for any thread, and never waiting for an issuer."""
        return self._standing

    def token(self) -> str:
        """Return a token that a server may take now.

        Raises what the issuer does. An old token is used to its end while the issuer
        gives no new one.
        """
        with self._asking:
            now = self._clock()
            if self._token is not None and self._token.is_fresh(now):
                return self._token.value
            try:
                return self._renewed(now)
            except TransientError as error:
                if self._token is None or not self._token.is_good(now):
                    raise
                log.warning("%s; the token of before is used to its end", error)
                return self._token.value

    def refuse(self, token: str) -> bool:
        """Note that a server refused a token; True where another may be tried at once.

        A second one that is refused too ends that for five minutes, for everybody.
        """
        with self._asking:
            now = self._clock()
            if self._token is None or self._token.value != token:
                return self._pause is None or not self._pause.is_on(now)
            age = now - self._token.issued_at
            self._token = None
            if not self._is_second or age >= REFUSED_PAUSE:
                self._is_second = True
                return True
            self._fail(
                LoginRefusedError(
                    f"a token that {self._issuer.name} had just given was refused: "
                    "check the user, and that the client may use this mailbox"
                ),
                now,
            )
            return False

    def _renewed(self, now: datetime) -> str:
        if self._pause is not None and self._pause.is_on(now):
            raise self._pause.error.with_traceback(None)
        try:
            granted = self._issuer.grant()
        except TransientError as error:
            self._fail(error, now)
            raise
        if self._token is not None:
            self._is_second = False
        now = self._clock()
        self._token = token_of(granted, now)
        self._pause = None
        self._standing = Standing(renewed_at=now, expires_at=self._token.expires_at)
        log.info("%s gave a token%s", self._issuer.name, _until(self._token))
        return self._token.value

    def _fail(self, error: TransientError, now: datetime) -> None:
        is_refused = isinstance(error, LoginRefusedError)
        pause = REFUSED_PAUSE if is_refused else FAILED_PAUSE
        self._pause = _Pause(error, now, now + pause)
        before = self._standing
        self._standing = Standing(
            renewed_at=before.renewed_at,
            expires_at=before.expires_at,
            failing_since=before.failing_since or now,
            why=str(error),
        )


def _until(token: Token) -> str:
    at = token.expires_at
    return "" if at is None else f", good until {at:%Y-%m-%d %H:%M:%S} UTC"
