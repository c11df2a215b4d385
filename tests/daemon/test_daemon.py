"""The daemon with jobs that do nothing: what runs when, and how it ends."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest
from typing_extensions import override

from triage.daemon import CLOCK_SECONDS, Daemon, Parts, Patience
from triage.errors import ConfigError, TransientError
from triage.mailbox import LoginRefusedError

LONG = 3600


@dataclass
class Idle:
    """A job that counts its runs."""

    runs: int = 0
    error: Exception | None = None

    def run(self, stopping: Callable[[], bool]) -> None:  # noqa: ARG002 - a Job's
        self.runs += 1
        if self.error is not None:
            raise self.error

    def reconcile(self) -> bool:
        return True

    def recover(self) -> None: ...


@dataclass
class Watching:
    """A watcher that fails at first, then tells of news once."""

    errors: list[Exception]
    told: threading.Event = field(default_factory=threading.Event)

    def connect(self) -> None:
        if self.errors:
            raise self.errors.pop(0)

    def select(self) -> None: ...

    def uids(self) -> None: ...

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        if not self.told.is_set():
            self.told.set()
            return True
        stop.wait(seconds)
        return False


@dataclass
class Running:
    """A daemon in a thread of its own, polling once an hour."""

    watcher: Watching | None = None
    intake: Idle = field(default_factory=Idle)
    dispatch: Idle = field(default_factory=Idle)

    def __post_init__(self) -> None:
        self.daemon = Daemon(
            Parts(
                intake=self.intake,
                dispatch=self.dispatch,
                ready=lambda _stopping: None,
                watcher=self.watcher,
                interrupt=lambda: None,
                stop=threading.Event(),
                poll_seconds=LONG,
            )
        )
        # Signals can only be had in the main thread.
        self.thread = threading.Thread(target=self.daemon._run)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        until = monotonic() + seconds
        while not holds():
            assert monotonic() < until
            sleep(0.02)


@pytest.fixture
def running() -> Iterator[Running]:
    yield from started(Running())


@pytest.fixture
def watched() -> Iterator[Running]:
    yield from started(Running(watcher=Watching([KeyError("unexpected")])))


@pytest.fixture
def cut_off() -> Iterator[Running]:
    """A daemon whose watcher fails once and has nothing to tell."""
    watcher = Watching([TransientError("the connection was lost")])
    watcher.told.set()
    yield from started(Running(watcher=watcher))


def started(running: Running) -> Iterator[Running]:
    running.thread.start()
    try:
        yield running
    finally:
        running.daemon.stop()
        running.thread.join(10)
    assert not running.thread.is_alive()


def test_a_clock_that_is_set_back_puts_no_job_off(running: Running) -> None:
    running.wait_until(lambda: running.intake.runs == 1)

    as_written_before = datetime.now(UTC) + timedelta(days=1, hours=1)  # noqa: TID251
    for job in ("intake", "dispatch"):
        running.daemon._scheduler.modify_job(job, next_run_time=as_written_before)
    sent = running.dispatch.runs

    running.wait_until(lambda: running.intake.runs == 2)
    running.wait_until(lambda: running.dispatch.runs > sent)


def test_jobs_run_no_oftener_than_asked(running: Running) -> None:
    running.wait_until(lambda: running.intake.runs == 1)

    sleep(1.5 * CLOCK_SECONDS)

    assert running.intake.runs == 1


def test_an_unexpected_fault_does_not_end_the_watch(watched: Running) -> None:
    assert watched.watcher is not None

    assert watched.watcher.told.wait(60)

    watched.wait_until(lambda: watched.intake.runs >= 2)


def test_mail_is_looked_for_once_the_watch_stands_again(cut_off: Running) -> None:
    cut_off.wait_until(lambda: cut_off.intake.runs == 2)


class Slow(Watching):
    """A watcher that stands after the first look, and takes its time to note mail."""

    running: Running

    @override
    def connect(self) -> None:
        self.running.wait_until(lambda: self.running.intake.runs == 1)

    @override
    def uids(self) -> None:
        before = self.running.intake.runs
        sleep(0.2)
        self.has_told_first = self.running.intake.runs > before

    @override
    def wait(self, seconds: float, stop: threading.Event) -> bool:
        if not self.told.is_set():
            self.running.wait_until(lambda: self.running.intake.runs == 2)
        return super().wait(seconds, stop)


@pytest.fixture
def slow() -> Iterator[Running]:
    watcher = Slow([])
    watcher.running = Running(watcher=watcher)
    yield from started(watcher.running)


def test_mail_that_came_before_the_watch_stood_is_looked_for(slow: Running) -> None:
    slow.wait_until(lambda: slow.intake.runs == 2)


def test_what_is_there_is_noted_before_it_is_told_of(slow: Running) -> None:
    """What comes between the two would be no news, and looked for before it came."""
    slow.wait_until(lambda: slow.intake.runs == 3)

    assert isinstance(slow.watcher, Slow)
    assert not slow.watcher.has_told_first


def test_what_is_wrong_from_the_first_ends_the_daemon(running: Running) -> None:
    running.wait_until(lambda: running.intake.runs == 1)
    running.daemon._went_well.discard("intake")
    running.intake.error = ConfigError("there is no such folder")

    running.daemon._hurry("intake")

    running.thread.join(10)
    assert not running.thread.is_alive()
    assert running.daemon._fatal is running.intake.error


def test_what_went_well_before_is_tried_again(running: Running) -> None:
    running.wait_until(lambda: running.intake.runs == 1)
    running.intake.error = ConfigError("the command for a secret failed")
    running.daemon._hurry("intake")
    running.wait_until(lambda: running.intake.runs == 2)
    running.intake.error = None

    running.wait_until(lambda: running.daemon._patience["intake"].is_over)
    running.daemon._hurry("intake")

    running.wait_until(lambda: running.intake.runs == 3)
    assert running.thread.is_alive()


def test_a_login_that_is_refused_is_not_tried_again_for_minutes() -> None:
    away, refused = Patience(), Patience()

    pauses = [away.fail(TransientError("nothing listens")) for _ in range(3)]
    first = refused.fail(LoginRefusedError("the password"))

    assert pauses == [1, 2, 4]
    assert first == 300
    assert not refused.is_over


class Stuck(Daemon):
    """Says with which status it would leave, instead of leaving."""

    left_with: int | None = None

    @override
    def _leave(self, status: int) -> None:
        self.left_with = status


@pytest.mark.parametrize(
    ("error", "expected"),
    [(None, 0), (ConfigError("wrong"), 2)],
    ids=["told to stop", "cannot go on"],
)
def test_a_stop_that_takes_too_long_keeps_the_exit_status(
    error: ConfigError | None, expected: int
) -> None:
    daemon = Stuck(
        Parts(
            intake=Idle(),
            dispatch=Idle(),
            ready=lambda _stopping: None,
            watcher=None,
            interrupt=lambda: None,
            stop=threading.Event(),
            poll_seconds=LONG,
        )
    )
    daemon._fatal = error

    daemon._leave_now()

    assert expected == daemon.left_with
