"""What the service manager hears: ready, reloading, stopping, that the work gets on.

sd_notify(3): datagrams of NAME=value lines. The watchdog is fed only while every job
ends, gets on or is left alone on purpose: one that hangs starves it, and systemd starts
us anew. A server that is away makes a job fail, and starves nothing.
"""

import faulthandler
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from triage.alarm import JobState, Outlook, Pulse, intakes, is_stuck, said

PREPARING = "Starting: the store is checked and brought up to date."
FIRST_PASS = "Starting: the mailbox is read for the first time."  # noqa: S105 - no password
RELOADING = "Running. Rule files and templates are looked at."
ALL_WELL = "Running. All goes well."
STOPPING = "Stopping."
ALARM_THREAD = "alarm"

EXTENSION_SECONDS = 120.0
EXTEND_EVERY_SECONDS = 20.0
LONGEST_PREPARATION_SECONDS = 7200.0
"""A start that takes longer hangs."""
READY_SECONDS = 30.0
"""So long at most the first pass over the mailbox is waited for."""
SOON = 0.2
LOOK_SECONDS = 5.0
FEEDINGS = 4
"""In the time after which the watchdog bites."""
BLIP_SECONDS = 45.0
"""What is wrong for less is no news yet."""
MOST_WORDS = 500
_SEND_SECONDS = 1.0

log = logging.getLogger(__name__)

Tell = Callable[..., bool]
"""Tells NAME=value lines, all at once; False: they were not heard."""


class UnknownAddressError(ValueError):
    """NOTIFY_SOCKET names something that is no socket of ours to write to."""


class Line:
    """The socket that a service manager listens at."""

    def __init__(self, address: str) -> None:
        """Take a path, or a name in the abstract namespace, which begins with @."""
        if not address.startswith(("/", "@")) or len(address) == 1:
            raise UnknownAddressError(address)
        self._address = f"\0{address[1:]}" if address[0] == "@" else address
        self._has_complained = False

    def tell(self, *lines: str) -> bool:
        """Send lines together; a manager that does not listen stops no work."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(_SEND_SECONDS)
                line.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            if not self._has_complained:
                log.warning("the service manager does not hear us: %s", error.strerror)
            self._has_complained = True
            return False
        return True


class Watching(Protocol):
    """What looks at the jobs in a thread of its own."""

    @property
    def outlook(self) -> Outlook | None: ...


@dataclass(kw_only=True)
class Supervisor:
    """Tells how it goes; `run` returns once `stop` is set."""

    tell: Tell
    pulse: Pulse
    watching: Watching
    steady: Callable[[], float]
    patience: float
    """A job that neither ends nor gets on for so long hangs."""
    watchdog: float | None = None
    """Within so many seconds the manager wants to be told that all gets on."""
    show_threads: Callable[[], object] = faulthandler.dump_traceback
    """Writes where each thread is, in places of the code and nothing else."""
    _is_ready: bool = field(default=False, init=False)
    _is_reloading: bool = field(default=False, init=False)
    _status: str = field(default="", init=False)
    _stuck: tuple[str, ...] = field(default=(), init=False)
    _looked_at: tuple[Outlook | None, float] = field(default=(None, 0.0), init=False)

    def __post_init__(self) -> None:
        self._telling = threading.RLock()

    def run(self, stop: threading.Event) -> None:
        """Look again and again; our own fault in one look does not end it."""
        began = self.steady()
        self._looked_at = None, began
        self._say(FIRST_PASS)
        while not stop.wait(self._pause):
            try:
                if not self._is_ready:
                    self._be_ready(began, stop)
                if self._is_ready:
                    self.look()
            except Exception as error:  # noqa: BLE001 - a fault here must not starve
                log.critical("supervisor: %s in a look", type(error).__name__)

    @property
    def _pause(self) -> float:
        if not self._is_ready:
            return SOON
        wanted = LOOK_SECONDS if self.watchdog is None else self.watchdog / FEEDINGS
        return min(LOOK_SECONDS, wanted)

    def look(self) -> None:
        """Feed the watchdog if every job gets on, and say how it is."""
        stuck = self._stuck_jobs()
        if stuck and stuck != self._stuck:
            log.critical("%s", _hanging(stuck))
            self.show_threads()
        self._stuck = stuck
        if stuck:
            self._say(_hanging(stuck))
            return
        with self._telling:
            words = RELOADING if self._is_reloading else self._words()
            self._say(words, "WATCHDOG=1")

    def reloading(self) -> None:
        """Tell that changed rules are looked at; before we are ready nobody asked."""
        with self._telling:
            if self._is_ready:
                self._is_reloading = True
                moment = f"MONOTONIC_USEC={_microseconds(self.steady())}"
                self._say(RELOADING, "RELOADING=1", moment)

    def reloaded(self) -> None:
        """Tell that they were looked at, whatever came of it."""
        with self._telling:
            if self._is_reloading:
                self._is_reloading = False
                self._say(self._words(), "READY=1")

    def stopping(self) -> None:
        """Tell that no more work is begun."""
        self._say(STOPPING, "STOPPING=1")

    def _be_ready(self, began: float, stop: threading.Event) -> None:
        """What only a person can mend shows at the first pass, and ends us unready."""
        is_late = self.steady() - began >= READY_SECONDS
        with self._telling:
            if (is_late or self._has_begun()) and not stop.is_set():
                self._is_ready = self._say(self._words(), "READY=1")

    def _has_begun(self) -> bool:
        return all(map(_has_begun, intakes(self.pulse.jobs())))

    def _stuck_jobs(self) -> tuple[str, ...]:
        now = self.steady()
        jobs: Mapping[str, JobState] = self.pulse.jobs()
        found = [job.name for job in jobs.values() if is_stuck(job, now, self.patience)]
        # Whoever watches and dies is watched by nobody else.
        before, since = self._looked_at
        if (outlook := self.watching.outlook) is not before:
            self._looked_at = outlook, now
        elif now - since > self.patience:
            found.append(ALARM_THREAD)
        return tuple(found)

    def _words(self) -> str:
        outlook = self.watching.outlook
        told = [] if outlook is None else list(_news(outlook))
        unread = [job for job in intakes(self.pulse.jobs()) if _is_unread(job)]
        if not told and unread:
            told = [f"the mailbox was not read yet{_because(unread[0].why)}"]
        return f"Running, but {'; '.join(told)}."[:MOST_WORDS] if told else ALL_WELL

    def _say(self, status: str, *others: str) -> bool:
        """Tell other lines, and the status where it is a new one."""
        with self._telling:
            is_new = status != self._status
            lines = (*others, f"STATUS={status}") if is_new else others
            if not lines:
                return True
            is_heard = self.tell(*lines)
            if is_heard:
                self._status = status
            return is_heard


@contextmanager
def preparing(tell: Tell) -> Iterator[None]:
    """Ask for more time again and again while the store is opened."""
    done = threading.Event()

    def extend() -> None:
        extension = f"EXTEND_TIMEOUT_USEC={_microseconds(EXTENSION_SECONDS)}"
        times = int(LONGEST_PREPARATION_SECONDS / EXTEND_EVERY_SECONDS)
        for _ in range(times):
            tell(extension, f"STATUS={PREPARING}")
            if done.wait(EXTEND_EVERY_SECONDS):
                return

    thread = threading.Thread(target=extend, name="preparing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _has_begun(intake: JobState) -> bool:
    return intake.has_gone_well or intake.failures > 0 or intake.gets_on


def _is_unread(intake: JobState) -> bool:
    return intake.failures > 0 and not intake.has_gone_well


def _hanging(jobs: tuple[str, ...]) -> str:
    names = ", ".join(f"`{name}`" for name in jobs)
    return (
        f"Hanging: {names} neither ends nor gets on; the watchdog is not fed any more."
    )


def _news(outlook: Outlook) -> Iterator[str]:
    for each in outlook.unwell:
        lasted = (outlook.at - each.since).total_seconds()
        if each.is_alarm or lasted >= BLIP_SECONDS:
            since = f"{each.since:%Y-%m-%d %H:%M} UTC"
            yield f"{said(each.kind, each.job)} since {since}{_because(each.why)}"


def _because(why: str) -> str:
    words = " ".join(why.split())
    return f" ({words})" if words and words.isprintable() else ""


def _microseconds(seconds: float) -> int:
    return int(seconds * 1_000_000)
