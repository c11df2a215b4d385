"""The first refresh token: a person types a code in a browser (RFC 8628)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Protocol

from triage.errors import LoginRefusedError
from triage.oauth.token import Granted

STEP_SECONDS = 5.0
LONGEST = timedelta(minutes=30)
LEAST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


class Pending(Enum):
    """The person has not agreed yet."""

    NOT_YET = auto()
    SLOWER = auto()
    """It is asked too often."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person must do, and how it is asked whether they did."""

    address: str
    code: str
    lasts: timedelta
    pause: float
    """Seconds between two questions."""
    poll: Callable[[], Granted | Pending]


class LogsIn(Protocol):
    """An issuer at which a person can log in so."""

    @property
    def name(self) -> str: ...
    def begin_login(self) -> Prompt: ...


def logged_in(prompt: Prompt, wait: Callable[[float], None]) -> Granted:
    """Wait until a person has agreed; `wait` sleeps so many seconds.

    Raises LoginRefusedError when they did not in time, or declined.
    """
    left, pause = min(prompt.lasts, LONGEST).total_seconds(), prompt.pause
    while left > 0:
        pause = min(max(pause, LEAST_PAUSE), LONGEST_PAUSE)
        wait(pause)
        left -= pause
        match prompt.poll():
            case Granted() as granted:
                return granted
            case Pending.NOT_YET:
                continue
            case Pending.SLOWER:
                pause += STEP_SECONDS
    raise LoginRefusedError("nobody typed the code in time: begin again")
