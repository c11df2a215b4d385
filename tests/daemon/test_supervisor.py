"""What systemd hears of the daemon, and when its watchdog starves."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from typing_extensions import override

from tests.daemon.test_daemon import Idle
from tests.daemon.test_rules import Watched
from tests.servers.service_manager import ServiceManager
from triage.alarm import Kind, Outlook, Pulse, Unwell
from triage.daemon import Daemon, Parts
from triage.errors import ConfigError, TransientError
from triage.supervisor import (
    ALL_WELL,
    Line,
    Supervisor,
    UnknownAddressError,
    preparing,
)

LONG = 3600
PATIENCE = 1200.0
NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@dataclass
class Outlooks:
    """What the alarm saw last."""

    outlook: Outlook | None = None


class Fresh:
    """An alarm that looks all the time."""

    @property
    def outlook(self) -> Outlook:
        return outlook()


@dataclass
class Desk:
    """A supervisor with a clock that a test moves; what it told, line by line."""

    at: float = 0.0
    told: list[str] = field(default_factory=list)
    outlooks: Outlooks = field(default_factory=Outlooks)
    is_heard: bool = True

    def __post_init__(self) -> None:
        self.pulse = Pulse(lambda: self.at)
        self.pulse.expect("intake", 60)
        self.supervisor = Supervisor(
            tell=self.tell,
            pulse=self.pulse,
            watching=self.outlooks,
            steady=lambda: self.at,
            patience=PATIENCE,
            watchdog=120,
            show_threads=lambda: self.told.append("threads"),
        )

    def tell(self, *lines: str) -> bool:
        self.told += lines
        return self.is_heard

    def look(self) -> list[str]:
        self.told.clear()
        self.supervisor.look()
        return self.told

    def pass_by(self, seconds: float) -> None:
        """Let time go by in which the alarm looks as it should."""
        self.at += seconds
        self.see()

    def see(self, *unwell: Unwell) -> None:
        self.outlooks.outlook = outlook(*unwell)


def outlook(*unwell: Unwell) -> Outlook:
    return Outlook(at=NOW, every=15, jobs=(), unwell=unwell, settled=0)


def unwell(minutes: float, why: str, *, is_alarm: bool = False) -> Unwell:
    since = NOW - timedelta(minutes=minutes)
    return Unwell(kind=Kind.MAILBOX, job="", since=since, why=why, is_alarm=is_alarm)


@contextmanager
def running(
    manager: ServiceManager,
    *,
    intake: Idle,
    rules: Watched | None = None,
    patience: float = PATIENCE,
) -> Iterator[Daemon]:
    """A daemon that polls once an hour, with a watchdog of a few hundredths."""
    pulse = Pulse(monotonic)
    hold = threading.Event()
    daemon = Daemon(
        Parts(
            intake=intake,
            dispatch=Idle(),
            rules=rules,
            ready=lambda _stopping: None,
            watcher=None,
            interrupt=hold.set,
            stop=threading.Event(),
            poll_seconds=LONG,
            pulse=pulse,
            supervisor=Supervisor(
                tell=Line(manager.address).tell,
                pulse=pulse,
                watching=Fresh(),
                steady=monotonic,
                patience=patience,
                watchdog=0.2,
                show_threads=lambda: None,
            ),
        )
    )
    # Signals can only be had in the main thread.
    thread = threading.Thread(target=daemon._run)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(params=[False, True], ids=["path", "abstract"])
def manager(request: pytest.FixtureRequest) -> Iterator[ServiceManager]:
    with ServiceManager(is_abstract=request.param) as listening:
        yield listening


def test_it_is_ready_once_the_mailbox_was_read(manager: ServiceManager) -> None:
    with running(manager, intake=Idle()):
        manager.wait_for("READY=1", f"STATUS={ALL_WELL}")

        manager.wait_for("WATCHDOG=1")


def test_a_mailbox_that_is_away_keeps_it_neither_from_being_ready_nor_fed(
    manager: ServiceManager,
) -> None:
    with running(manager, intake=Idle(error=TransientError("no connection"))):
        manager.wait_for("READY=1")

        manager.wait_for("WATCHDOG=1")


def test_a_refused_password_ends_it_before_it_is_ready(
    manager: ServiceManager,
) -> None:
    with running(manager, intake=Idle(error=ConfigError("the login is refused"))):
        manager.wait_for("STOPPING=1")

    assert not any("READY=1" in lines for lines in manager.heard(0.3))


def test_a_job_that_hangs_starves_the_watchdog(manager: ServiceManager) -> None:
    is_hanging, go_on = threading.Event(), threading.Event()

    @dataclass
    class Hanging(Idle):
        @override
        def run(self, stopping: Callable[[], bool]) -> None:
            super().run(stopping)
            if self.runs == 2:
                is_hanging.set()
                go_on.wait(30)

    with running(manager, intake=Hanging(), patience=0.5) as daemon:
        manager.wait_for("WATCHDOG=1")
        daemon._hurry("intake")
        assert is_hanging.wait(10)
        manager.wait_for("STATUS=Hanging: `intake`")
        before = len(manager.heard())

        after = manager.heard(1.0)[before:]
        go_on.set()
        manager.wait_for("WATCHDOG=1")

    assert after == []


def test_a_reload_is_told_until_it_is_done(manager: ServiceManager) -> None:
    with running(manager, intake=Idle(), rules=Watched()) as daemon:
        manager.wait_for("READY=1")
        asked_at = monotonic()

        daemon.reload()
        told = manager.wait_for("RELOADING=1", "MONOTONIC_USEC=")

        manager.wait_for("READY=1", f"STATUS={ALL_WELL}")
    (moment,) = [line for line in told if line.startswith("MONOTONIC_USEC=")]
    assert asked_at * 1e6 <= int(moment.partition("=")[2]) <= monotonic() * 1e6


def test_a_reload_that_fails_is_done_as_well(manager: ServiceManager) -> None:
    rules = Watched(error=TransientError("the disk reports an error"))

    with running(manager, intake=Idle()) as daemon:
        manager.wait_for("READY=1")
        daemon._supervisor.reloading()  # type: ignore[union-attr]  # it has one
        daemon._was_told_to_reload.add("rules")

        with pytest.raises(TransientError):
            daemon._renew("rules", rules)

        manager.wait_for("READY=1")


def test_the_end_is_told(manager: ServiceManager) -> None:
    with running(manager, intake=Idle()):
        manager.wait_for("READY=1")

    manager.wait_for("STOPPING=1", "STATUS=Stopping.")


def test_a_manager_that_is_gone_stops_no_work() -> None:
    with ServiceManager() as manager:
        line = Line(manager.address)

    assert not line.tell("WATCHDOG=1")


@pytest.mark.parametrize("address", ["", "@", "/", "notify", "vsock:2:1234"])
def test_what_is_no_socket_is_refused(address: str) -> None:
    with pytest.raises(UnknownAddressError):
        Line(address)


def test_a_preparation_asks_for_more_time() -> None:
    desk = Desk()

    with preparing(desk.tell):
        pass

    assert desk.told[0].startswith("EXTEND_TIMEOUT_USEC=")


def test_a_job_that_takes_long_but_gets_on_feeds_it() -> None:
    desk = Desk()
    desk.pulse.begin("intake")
    desk.pass_by(PATIENCE)
    desk.pulse.get_on("intake")

    desk.pass_by(PATIENCE)

    assert "WATCHDOG=1" in desk.look()


def test_a_job_that_gets_on_no_more_starves_it() -> None:
    desk = Desk()
    desk.pulse.begin("intake")

    desk.pass_by(PATIENCE + 1)

    assert "WATCHDOG=1" not in desk.look()


def test_where_the_threads_hang_is_shown_once() -> None:
    desk = Desk()
    desk.pulse.begin("intake")
    desk.pass_by(PATIENCE + 1)

    first, second = list(desk.look()), list(desk.look())

    assert "threads" in first
    assert "threads" not in second


def test_a_job_that_fails_for_days_feeds_it() -> None:
    desk = Desk()
    for _ in range(300):
        desk.pulse.see("intake")
        desk.pulse.begin("intake")
        desk.pass_by(300)
        desk.pulse.fail("intake", "no connection")

    assert "WATCHDOG=1" in desk.look()


def test_a_job_that_is_begun_no_more_starves_it() -> None:
    desk = Desk()
    desk.pulse.see("intake")
    desk.pulse.begin("intake")
    desk.pulse.succeed("intake")

    desk.pass_by(PATIENCE + 10 * 60 + 1)

    assert "WATCHDOG=1" not in desk.look()


def test_an_alarm_that_looks_no_more_starves_it() -> None:
    desk = Desk()
    desk.see()
    desk.look()
    desk.at += PATIENCE + 1
    desk.pulse.see("intake")

    said = desk.look()

    assert said == [
        "threads",
        "STATUS=Hanging: `alarm` neither ends nor gets on;"
        " the watchdog is not fed any more.",
    ]


def test_the_status_is_told_only_when_it_changes() -> None:
    desk = Desk()

    first, second = list(desk.look()), list(desk.look())

    assert first == ["WATCHDOG=1", f"STATUS={ALL_WELL}"]
    assert second == ["WATCHDOG=1"]


def test_a_status_that_was_not_heard_is_told_again() -> None:
    desk = Desk(is_heard=False)

    desk.look()

    assert f"STATUS={ALL_WELL}" in desk.look()


def test_the_status_says_what_is_wrong_and_why() -> None:
    desk = Desk()
    desk.see(unwell(2, "the server\ncloses the connection"))

    assert (
        "STATUS=Running, but the mailbox is not read since 2026-11-25 13:58 UTC"
        " (the server closes the connection)." in desk.look()
    )


def test_what_is_wrong_for_seconds_only_is_no_status() -> None:
    desk = Desk()
    desk.see(unwell(0.5, "no connection"))

    assert f"STATUS={ALL_WELL}" in desk.look()


def test_what_cannot_be_printed_is_not_told() -> None:
    desk = Desk()
    desk.see(unwell(2, "bell \a"))

    assert (
        "STATUS=Running, but the mailbox is not read since 2026-11-25 13:58 UTC."
        in (desk.look())
    )
