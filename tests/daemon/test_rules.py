"""When changed rules are looked at, and what a failure of that does: nothing."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep

import pytest
from typing_extensions import override

from tests.daemon.test_daemon import Idle
from triage.daemon import Daemon, Parts
from triage.errors import ConfigError, TransientError

LONG = 3600


@dataclass
class Watched(Idle):
    """The rules job; it counts its runs, and how often it was asked."""

    asked: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    is_long: bool = False

    def ask(self) -> None:
        self.asked += 1

    @override
    def run(self, stopping: Callable[[], bool]) -> None:
        super().run(stopping)
        if self.is_long:
            self.hold.wait(10)


@dataclass
class Running:
    """A daemon that polls once an hour."""

    rules: Watched
    intake: Idle = field(default_factory=Idle)
    dispatch: Idle = field(default_factory=Idle)

    def __post_init__(self) -> None:
        self.daemon = Daemon(
            Parts(
                intake=self.intake,
                dispatch=self.dispatch,
                rules=self.rules,
                ready=lambda _stopping: None,
                watcher=None,
                interrupt=self.rules.hold.set,
                stop=threading.Event(),
                poll_seconds=LONG,
            )
        )


@contextmanager
def running(rules: Watched) -> Iterator[Running]:
    daemon = Running(rules)
    # Signals can only be had in the main thread.
    thread = threading.Thread(target=daemon.daemon._run)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.daemon.stop()
        thread.join(10)
        assert not thread.is_alive()


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    until = monotonic() + seconds
    while not holds():
        assert monotonic() < until
        sleep(0.02)


def test_the_rules_are_looked_at_from_the_start() -> None:
    with running(Watched()) as daemon:
        wait_until(lambda: daemon.rules.runs == 1)


def test_a_reload_has_them_looked_at_at_once() -> None:
    with running(Watched()) as daemon:
        wait_until(lambda: daemon.rules.runs == 1)

        daemon.daemon.reload()

        wait_until(lambda: daemon.rules.runs == 2, 5.0)
        assert daemon.rules.asked == 1


@pytest.mark.parametrize(
    "error", [ConfigError("the disk is wrong"), TransientError("away")], ids=type
)
def test_a_failure_of_the_look_ends_nothing(error: Exception) -> None:
    with running(Watched(error=error)) as daemon:
        wait_until(lambda: daemon.rules.runs == 1)

        sleep(0.2)

        assert daemon.daemon._fatal is None
        assert not daemon.daemon._stop.is_set()


def test_a_trial_that_takes_long_delays_neither_mail_nor_letters() -> None:
    with running(Watched(is_long=True)) as daemon:
        wait_until(lambda: daemon.rules.runs == 1)
        sent = daemon.dispatch.runs

        daemon.daemon._hurry("intake")

        wait_until(lambda: daemon.intake.runs >= 2)
        wait_until(lambda: daemon.dispatch.runs > sent)


def test_a_hangup_is_a_reload_and_no_end() -> None:
    before = signal.getsignal(signal.SIGHUP)
    rules = Watched()
    daemon = Running(rules)
    seen: list[int] = []

    def hang_up_then_stop() -> None:
        wait_until(lambda: rules.runs == 1)
        os.kill(os.getpid(), signal.SIGHUP)
        wait_until(lambda: rules.runs == 2)
        seen.append(rules.asked)
        daemon.daemon.stop()

    helper = threading.Thread(target=hang_up_then_stop)
    helper.start()
    daemon.daemon.run()
    helper.join()

    assert seen == [1]
    assert signal.getsignal(signal.SIGHUP) is before


class HungUpEarly(Idle):
    """Letters that are taken back, at a start, while a hang-up comes."""

    @override
    def recover(self) -> None:
        os.kill(os.getpid(), signal.SIGHUP)


def test_a_hangup_during_the_start_makes_nobody_deaf_to_what_comes_next() -> None:
    rules = Watched()
    daemon = Running(rules, dispatch=HungUpEarly())

    def terminate() -> None:
        wait_until(lambda: rules.runs >= 1 and rules.asked == 1)
        os.kill(os.getpid(), signal.SIGTERM)
        if not daemon.daemon._stop.wait(5):
            daemon.daemon.stop()
            missed.append("SIGTERM")

    missed: list[str] = []
    helper = threading.Thread(target=terminate)
    helper.start()
    daemon.daemon.run()
    helper.join()

    assert missed == []


def test_a_hangup_ends_nothing_where_rules_stay_as_they_are() -> None:
    daemon = Daemon(
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

    daemon.reload()

    assert not daemon._stop.is_set()
