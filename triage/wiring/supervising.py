"""The service manager's wishes, as the environment tells them (sd_notify(3))."""

import logging
import os
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from triage.alarm import AlarmJob, Pulse
from triage.config import Config
from triage.errors import TriageError
from triage.smtp import Limits
from triage.supervisor import Line, Supervisor, Tell, UnknownAddressError, preparing
from triage.wiring.clock import steady

SOCKET, WATCHDOG, WATCHDOG_PROCESS = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
SPARE_SECONDS = 300.0
"""Beyond the longest that one letter may take without a sign of life."""
MICROSECONDS = 1_000_000
MOST_WORDS = 300

log = logging.getLogger(__name__)


class Parts(Protocol):
    """What is supervised of an installation."""

    @property
    def configs(self) -> tuple[Config, ...]: ...

    pulse: Pulse
    alarm: AlarmJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """Who wants to hear of us; nobody, where `tell` is None."""

    tell: Tell | None
    watchdog: float | None = None
    """Within so many seconds it wants to hear that all gets on."""

    def preparing(self) -> AbstractContextManager[None]:
        """Ask for more time while the store is opened."""
        return nullcontext() if self.tell is None else preparing(self.tell)

    @contextmanager
    def telling_why_not(self) -> Iterator[None]:
        """Tell in one line why we cannot run; the log has all of it."""
        try:
            yield
        except TriageError as error:
            if self.tell is not None:
                why = str(error).partition("\n")[0][:MOST_WORDS]
                self.tell(f"STATUS=Cannot run: {why}")
            raise

    def supervisor_of(self, parts: Parts) -> Supervisor | None:
        """Return what tells how an installation goes."""
        if self.tell is None:
            return None
        return Supervisor(
            tell=self.tell,
            pulse=parts.pulse,
            watching=parts.alarm,
            steady=steady,
            patience=patience_of(*parts.configs),
            watchdog=self.watchdog,
        )


def patience_of(*configs: Config) -> float:
    """Return how long a job may be silent: longer than any letter or trial may take."""
    limits = Limits()
    after_dot = max(config.submission.seconds_after_dot for config in configs)
    longest = limits.before_dot + after_dot
    return longest + SPARE_SECONDS


def supervision_of(environment: MutableMapping[str, str]) -> Supervision:
    """Take out of the environment what a service manager wrote there for us.

    What we start ourselves must not find it, and speak for us.
    """
    address = environment.pop(SOCKET, "")
    watchdog = _watchdog(environment.pop(WATCHDOG, ""))
    process = environment.pop(WATCHDOG_PROCESS, "")
    if process not in ("", str(os.getpid())):
        watchdog = None
    if not address:
        return Supervision(tell=None)
    try:
        return Supervision(tell=Line(address).tell, watchdog=watchdog)
    except UnknownAddressError:
        log.warning("%s names no socket that is known here: %s", SOCKET, address)
        return Supervision(tell=None)


def _watchdog(microseconds: str) -> float | None:
    if not microseconds.isdecimal() or not int(microseconds):
        return None
    return int(microseconds) / MICROSECONDS
