"""When jobs run: news, failures, what follows what, and a stop in the midst of one."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep

import pytest

from triage.daemon import Alarm, Daemon, Parts, Patience, Timed
from triage.errors import ConfigError, TransientError
from triage.mailbox.failures import FIRST_PAUSE, LONGEST_PAUSE

LONG = 3600


@dataclass
class Scripted:
    """A job whose first runs do what a test says; each gets the number of its run."""

    script: list[Callable[[], object]] = field(default_factory=list)
    balance: Callable[[], None] = lambda: None
    runs: int = 0

    def run(self, stopping: Callable[[], bool]) -> object:  # noqa: ARG002 - a Job's
        self.runs += 1
        return self.script.pop(0)() if self.script else None

    def reconcile(self) -> bool:
        self.balance()
        return True

    def recover(self) -> None: ...


class Bell:
    """A watcher that tells of news when a test rings."""

    def __init__(self) -> None:
        self._rung = threading.Semaphore(0)
        self.heard = threading.Semaphore(0)
        self.connections = 0

    def ring(self) -> None:
        self._rung.release()
        assert self.heard.acquire(timeout=10)

    def connect(self) -> None:
        self.connections += 1

    def select(self) -> None: ...

    def uids(self) -> None: ...

    def wait(self, seconds: float, stop: threading.Event) -> bool:  # noqa: ARG002
        while not stop.is_set():
            if self._rung.acquire(timeout=0.02):
                # The daemon has set the news before it comes back here.
                threading.Timer(0.2, self.heard.release).start()
                return True
        return False


@dataclass
class Running:
    """A daemon in a thread of its own, polling once an hour."""

    intake: Scripted
    dispatch: Scripted
    bell: Bell
    interrupted: threading.Event
    daemon: Daemon

    def wait_until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        until = monotonic() + seconds
        while not holds():
            assert monotonic() < until
            sleep(0.02)


@contextmanager
def running(
    *,
    intake: Scripted | None = None,
    dispatch: Scripted | None = None,
    ready: Callable[[Callable[[], bool]], None] = lambda _stopping: None,
    others: tuple[Timed, ...] = (),
    alarm: Alarm | None = None,
) -> Iterator[Running]:
    interrupted = threading.Event()
    bell = Bell()
    intake, dispatch = intake or Scripted(), dispatch or Scripted()
    daemon = Daemon(
        Parts(
            intake=intake,
            dispatch=dispatch,
            ready=ready,
            watcher=bell,
            interrupt=interrupted.set,
            stop=threading.Event(),
            poll_seconds=LONG,
            others=others,
            alarm=alarm,
        )
    )
    # Signals can only be had in the main thread.
    thread = threading.Thread(target=daemon._run)
    thread.start()
    try:
        yield Running(intake, dispatch, bell, interrupted, daemon)
    finally:
        daemon.stop()
        thread.join(10)
        assert not thread.is_alive()


def fail(error: Exception) -> Callable[[], object]:
    def failing() -> object:
        raise error

    return failing


def test_news_leads_to_a_pass_at_once() -> None:
    with running() as daemon:
        daemon.wait_until(lambda: daemon.intake.runs == 1)

        daemon.bell.ring()

        daemon.wait_until(lambda: daemon.intake.runs == 2, 2.0)


def test_news_during_a_pass_leads_to_another_one() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow_pass() -> None:
        begun.set()
        go_on.wait(10)

    with running(intake=Scripted([slow_pass])) as daemon:
        assert begun.wait(10)

        daemon.bell.ring()
        go_on.set()

        daemon.wait_until(lambda: daemon.intake.runs == 2, 2.0)


def test_news_while_the_ledger_is_balanced_leads_to_another_pass() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow_balance() -> None:
        begun.set()
        go_on.wait(10)

    with running(intake=Scripted(balance=slow_balance)) as daemon:
        assert begun.wait(10)

        daemon.bell.ring()
        go_on.set()

        daemon.wait_until(lambda: daemon.intake.runs == 2, 2.0)


def test_news_that_the_scheduler_missed_is_taken_up_soon() -> None:
    """A job that is about to end can neither loop once more nor be started anew."""
    with running() as daemon:
        daemon.wait_until(lambda: daemon.intake.runs == 1)
        sleep(0.2)

        daemon.daemon._mailboxes[0].news.set()

        daemon.wait_until(lambda: daemon.intake.runs == 2, 7.0)


def test_what_was_taken_up_is_sent_at_once() -> None:
    first = threading.Event()
    with running(intake=Scripted([lambda: first.wait(10) and {"recorded": 1}])) as it:
        it.wait_until(lambda: it.dispatch.runs == 1)
        before = monotonic()

        first.set()

        it.wait_until(lambda: it.dispatch.runs == 2)
        assert monotonic() - before < 2.0


def test_a_server_that_fails_is_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = TransientError("imap.example: the connection was lost")
    with (
        caplog.at_level(logging.INFO),
        running(intake=Scripted([fail(error)])) as daemon,
    ):
        daemon.wait_until(
            lambda: "the connection was lost; again in 1 s" in caplog.text
        )

        daemon.bell.ring()
        at_once = daemon.intake.runs
        sleep(FIRST_PAUSE)
        daemon.bell.ring()

        assert at_once == 1
        daemon.wait_until(lambda: daemon.intake.runs == 2, 7.0)


def test_a_failing_mailbox_stops_no_letters() -> None:
    error = TransientError("the mailbox is away")
    with running(intake=Scripted([fail(error)] * 5)) as daemon:
        daemon.wait_until(lambda: daemon.dispatch.runs >= 2, 12.0)


def test_an_unexpected_error_is_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.INFO),
        running(dispatch=Scripted([fail(KeyError("what a sender wrote"))])) as daemon,
    ):
        daemon.wait_until(lambda: "dispatch: KeyError at test_jobs.py" in caplog.text)

    assert "what a sender wrote" not in caplog.text


def test_a_stop_interrupts_what_is_under_way() -> None:
    begun = threading.Event()
    parts: list[Running] = []

    def hanging_pass() -> None:
        begun.set()
        while not parts or not parts[0].interrupted.is_set():
            sleep(0.02)
        raise TransientError("the connection was cut")

    with running(intake=Scripted([hanging_pass])) as daemon:
        parts.append(daemon)
        assert begun.wait(10)
        before = monotonic()

        daemon.daemon.stop()

        daemon.wait_until(daemon.interrupted.is_set, 2.0)
    assert monotonic() - before < 3.0


def test_the_connection_is_made_ready_before_every_pass() -> None:
    readied: list[int] = []
    with running(ready=lambda _stopping: readied.append(1)) as daemon:
        daemon.wait_until(lambda: daemon.intake.runs == 1)

        daemon.bell.ring()

        daemon.wait_until(lambda: daemon.intake.runs == 2)
        assert len(readied) == 2


def test_patience_doubles_up_to_its_limit_and_is_won_back() -> None:
    patience = Patience()

    pauses = [patience.fail() for _ in range(12)]
    patience.succeed()

    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == LONGEST_PAUSE
    assert patience.fail() == FIRST_PAUSE


def test_patience_is_over_only_after_its_pause() -> None:
    patience = Patience()
    at_first = patience.is_over

    patience.fail()

    assert (at_first, patience.is_over) == (True, False)


def test_letters_that_another_job_queued_go_out_at_once() -> None:
    sending = threading.Event()

    def approve() -> str:
        assert sending.wait(10)
        return "1 approved"

    other = Scripted([approve])
    with running(
        dispatch=Scripted([sending.set]), others=(Timed("approvals", LONG, other),)
    ) as daemon:
        daemon.wait_until(lambda: daemon.dispatch.runs >= 2, seconds=4)

    assert other.runs == 1


def test_another_job_that_fails_keeps_no_mail_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise TransientError("the folder is away")

    other = Scripted([fail])
    with (
        caplog.at_level(logging.WARNING),
        running(others=(Timed("approvals", LONG, other),)) as daemon,
    ):
        daemon.wait_until(lambda: daemon.intake.runs >= 1 and other.runs >= 1)
        daemon.bell.ring()
        daemon.wait_until(lambda: daemon.intake.runs >= 2)

    assert any("approvals: the folder is away" in each for each in caplog.messages)


REFUSED = ConfigError("the server refuses the folder for approval")


def test_another_job_that_is_wrong_from_the_first_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Scripted([fail(REFUSED)])
    with running(others=(Timed("approvals", 1, other),)) as daemon:
        daemon.wait_until(lambda: other.runs >= 2)
        daemon.bell.ring()

        daemon.wait_until(lambda: daemon.intake.runs >= 2)

        assert daemon.daemon._fatal is None
        assert not daemon.daemon._stop.is_set()
    errors = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert [each.getMessage() for each in errors] == [
        "approvals: the server refuses the folder for approval;"
        " tried again until it works"
    ]


def test_what_stays_wrong_with_another_job_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Scripted([fail(REFUSED)] * 2)
    with running(others=(Timed("approvals", 1, other),)) as daemon:
        daemon.wait_until(lambda: other.runs >= 3)

    assert caplog.text.count("the server refuses") == 1


def test_what_is_wrong_once_more_after_it_went_well_is_said_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Scripted([fail(REFUSED), lambda: None, fail(REFUSED)])
    with running(others=(Timed("approvals", 1, other),)) as daemon:
        daemon.wait_until(lambda: other.runs >= 3)

        daemon.wait_until(lambda: caplog.text.count("the server refuses") == 2)


def test_another_job_that_stays_wrong_is_tried_less_and_less_often() -> None:
    other = Scripted([fail(REFUSED)] * 3)
    with running(others=(Timed("approvals", LONG, other),)) as daemon:
        daemon.wait_until(lambda: other.runs == 1)
        patience = daemon.daemon._patience["approvals"]

        daemon.wait_until(lambda: patience.is_over)
        daemon.daemon._hurry("approvals")

        daemon.wait_until(lambda: other.runs == 2)
        assert patience.fail() == 4 * FIRST_PAUSE


def test_how_a_job_goes_is_known_from_outside() -> None:
    failing = Scripted([fail(TransientError("no connection"))])

    with running(intake=failing) as daemon:
        jobs = daemon.daemon._pulse.jobs
        daemon.wait_until(lambda: jobs()["intake"].failures == 1)
        daemon.wait_until(lambda: jobs()["dispatch"].has_gone_well)

        intake, dispatch = jobs()["intake"], jobs()["dispatch"]
        assert (intake.why, intake.has_gone_well) == ("no connection", False)
        assert (dispatch.failing_since, dispatch.running_since) == (None, None)


def test_an_unexpected_fault_is_known_by_its_kind_alone() -> None:
    failing = Scripted([fail(KeyError("a word of a mail"))])

    with running(intake=failing) as daemon:
        jobs = daemon.daemon._pulse.jobs
        daemon.wait_until(lambda: jobs()["intake"].failures == 1)

        assert jobs()["intake"].why == "an unexpected KeyError"


def test_a_job_gets_on_when_it_asks_again() -> None:
    with running() as daemon:
        daemon.wait_until(lambda: daemon.intake.runs == 1)
        jobs = daemon.daemon._pulse.jobs
        ask = daemon.daemon._getting_on("intake")
        before = jobs()["intake"].got_on_at

        ask()
        at_first = jobs()["intake"].got_on_at
        ask()

        assert before == at_first < jobs()["intake"].got_on_at


def test_making_a_mailbox_ready_gets_on_while_it_asks() -> None:
    """As after a restoration, when large folders are read: the watchdog waits."""
    begun, leave = threading.Event(), threading.Event()
    asked: list[Callable[[], bool]] = []

    def long_look(stopping: Callable[[], bool]) -> None:
        asked.append(stopping)
        begun.set()
        leave.wait(10)

    with running(ready=long_look) as daemon:
        assert begun.wait(10)
        jobs = daemon.daemon._pulse.jobs
        before = jobs()["intake"].got_on_at

        answers = [asked[0](), asked[0]()]
        after = jobs()["intake"].got_on_at
        leave.set()

    assert answers == [False, False]
    assert after > before


def test_the_alarm_runs_beside_the_jobs_until_the_end() -> None:
    begun, ended = threading.Event(), threading.Event()

    class Alert:
        def run(self, stop: threading.Event) -> None:
            begun.set()
            stop.wait(10)
            ended.set()

    with running(alarm=Alert()):
        assert begun.wait(10)

    assert ended.wait(10)
