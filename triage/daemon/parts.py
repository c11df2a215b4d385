"""What the daemon runs, as far as it needs to know it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from triage.alarm import Pulse

RECONCILE_SECONDS = 300.0


class Job(Protocol):
    """One pass that may be repeated."""

    def run(self, stopping: Callable[[], bool]) -> object: ...


class Intake(Job, Protocol):
    """The intake job, which also balances the ledger."""

    def reconcile(self) -> bool: ...


class Alarm(Protocol):
    """Watches the jobs in a thread of its own until `stop` is set."""

    def run(self, stop: threading.Event) -> None: ...


class Supervisor(Protocol):
    """Tells whoever started us how it goes, in a thread until `stop` is set."""

    def run(self, stop: threading.Event) -> None: ...
    def reloading(self) -> None: ...
    def reloaded(self) -> None: ...
    def stopping(self) -> None: ...


class Listener(Protocol):
    """Answers who asks how it goes, in a thread of its own until `stop` is set."""

    def run(self, stop: threading.Event) -> None: ...


class Dispatch(Job, Protocol):
    """The dispatch job, which also takes back what the last run left unfinished."""

    def recover(self) -> None: ...


class Rules(Job, Protocol):
    """The job that puts changed rules in force, out of turn when asked."""

    def ask(self) -> None: ...


class Watcher(Protocol):
    """A connection of its own that only waits for something new."""

    def connect(self) -> None: ...
    def select(self) -> object: ...
    def uids(self) -> object: ...
    def wait(self, seconds: float, stop: threading.Event) -> bool: ...


@dataclass(frozen=True, slots=True)
class Timed:
    """A job that runs every so many seconds; what it did may be letters to send."""

    name: str
    seconds: int
    job: Job


@dataclass(frozen=True, kw_only=True)
class MailboxJobs:
    """The jobs of one mailbox."""

    name: str = ""
    """What follows the names of its jobs, where there are several mailboxes."""

    intake: Intake
    dispatch: Dispatch
    ready: Callable[[Callable[[], bool]], None]
    """Connects the mailbox of the intake job; may take long after a restoration."""
    watcher: Watcher | None
    """None: polling alone finds new mail."""
    poll_seconds: int
    rules: Rules | None = None
    """None: the rules stay as they are."""
    others: tuple[Timed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts(MailboxJobs):
    """What the daemon runs: a mailbox, those beside it, and what they share."""

    beside: tuple[MailboxJobs, ...] = ()
    interrupt: Callable[[], None]
    """Ends whatever command is under way."""
    stop: threading.Event
    pulse: Pulse = field(default_factory=lambda: Pulse(monotonic))
    """Where it stands how each job goes."""
    alarm: Alarm | None = None
    supervisor: Supervisor | None = None
    """None: nobody wants to be told."""
    listener: Listener | None = None
    """None: nobody is told over HTTP how it goes."""
    reconcile_seconds: float = RECONCILE_SECONDS
