"""Stopped at whatever moment, the daemon ends in time and nothing is sent twice."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import START_SECONDS, RunningDaemon
from tests.journeys.valve import Valve
from triage.cli.status import status
from triage.store import State

pytestmark = pytest.mark.servers

IN_TIME = 10.0
LATER = timedelta(minutes=20)
END_OF_MAIL = b"\r\n.\r\n"

Stop = Callable[[RunningDaemon], object]
STOP: Stop = RunningDaemon.terminate
KILL: Stop = RunningDaemon.kill
STOPS = [pytest.param(STOP, id="SIGTERM"), pytest.param(KILL, id="SIGKILL")]


def test_an_idle_daemon_ends_at_once(journey: Journey) -> None:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")

        seconds = daemon.terminate()

    assert seconds < IN_TIME
    assert "stopped" in daemon.log


@pytest.mark.parametrize(
    ("stop", "said"),
    [(STOP, "it was stopped, "), (KILL, "it was killed or broke off, last sign")],
    ids=["SIGTERM", "SIGKILL"],
)
def test_status_tells_at_once_how_it_ended(
    journey: Journey, stop: Stop, said: str
) -> None:
    config = journey.install()
    with RunningDaemon(config) as daemon:
        running = f"daemon     running (process {daemon.pid}), last sign of life"
        until = monotonic() + IN_TIME
        while running not in _status(config):
            assert monotonic() < until, _status(config)

        stop(daemon)

        assert f"daemon     NOT RUNNING: {said}" in _status(config)


def _status(config: Path) -> str:
    return CliRunner().invoke(status, ["--config", str(config)]).output


def test_ctrl_c_ends_it_as_well(journey: Journey) -> None:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")

        daemon.interrupt()

        assert daemon.wait() == 0


def test_it_ends_in_time_while_the_server_does_not_answer_a_fetch(
    journey: Journey,
) -> None:
    journey.deliver(make_mail())
    with Valve(journey.dovecot.imap, b"BODY.PEEK[]") as valve:
        with RunningDaemon(journey.install(imap_port=valve.port)) as daemon:
            assert valve.shut.wait(IN_TIME)

            seconds = daemon.terminate()
        valve.open()
        journey.run_once()

    assert seconds < IN_TIME
    assert len(journey.replies()) == 1


def test_it_ends_in_time_while_the_server_does_not_even_greet(
    journey: Journey,
) -> None:
    with (
        Valve(journey.dovecot.imap, deaf=True) as valve,
        RunningDaemon(journey.install(imap_port=valve.port)) as daemon,
    ):
        assert valve.shut.wait(IN_TIME)

        seconds = daemon.terminate()

    assert seconds < IN_TIME


@pytest.mark.parametrize(
    ("words", "stop"),
    [
        pytest.param(b"UID FETCH", KILL, id="killed peeking"),
        pytest.param(b"BODY.PEEK[]", KILL, id="killed fetching"),
        pytest.param(b"CREATE", STOP, id="stopped making the folder"),
        pytest.param(b"UID MOVE", KILL, id="killed filing"),
        pytest.param(b"UID MOVE", STOP, id="stopped filing"),
    ],
)
def test_stopped_at_the_mailbox_the_next_start_finishes_the_work(
    journey: Journey, words: bytes, stop: Stop
) -> None:
    journey.deliver(make_mail())
    with Valve(journey.dovecot.imap, words) as valve:
        with RunningDaemon(journey.install(imap_port=valve.port)) as daemon:
            assert valve.shut.wait(IN_TIME), daemon.log
            stop(daemon)
        valve.open()
        journey.run_once()
        journey.run_once()

    assert len(journey.replies()) == 1
    assert len(journey.cases()) == 1
    assert journey.contents() == []
    assert len(journey.contents("Complaints/Formal")) == 1


def test_killed_after_the_move_that_was_not_confirmed_nothing_is_done_twice(
    journey: Journey,
) -> None:
    journey.deliver(make_mail())
    with Valve(journey.dovecot.imap, b"UID MOVE", after=True) as valve:
        with RunningDaemon(journey.install(imap_port=valve.port)) as daemon:
            assert valve.shut.wait(IN_TIME), daemon.log
            daemon.kill()
        valve.open()
        journey.run_once()

    assert len(journey.replies()) == 1
    assert len(journey.contents("Complaints/Formal")) == 1


@pytest.mark.parametrize(
    ("words", "stop"),
    [
        pytest.param(b"ehlo", STOP, id="stopped greeting"),
        pytest.param(b"RCPT TO", KILL, id="killed at RCPT"),
        pytest.param(b"DATA\r\n", STOP, id="stopped at DATA"),
        pytest.param(b"DATA\r\n", KILL, id="killed at DATA"),
    ],
)
def test_stopped_before_the_dot_the_letter_goes_out_at_the_next_start(
    journey: Journey, words: bytes, stop: Stop
) -> None:
    journey.deliver(make_mail())
    with Valve(journey.smtp.port, words) as valve:
        with RunningDaemon(journey.install(smtp_port=valve.port)) as daemon:
            assert valve.shut.wait(IN_TIME), daemon.log
            stop(daemon)
        valve.open()
        journey.run_once(timedelta(minutes=2))

    assert len(journey.replies()) == 1
    assert journey.letter_states() == ["sent"]


@pytest.mark.parametrize("stop", STOPS)
def test_stopped_while_waiting_for_the_last_word_nothing_is_sent_again(
    journey: Journey, stop: Stop
) -> None:
    """The server took the letter; its copy in the mailbox proves it later."""
    settings = Settings(submission={"witness": "copy"})
    journey.deliver(make_mail())
    with Valve(journey.smtp.port, END_OF_MAIL, after=True) as valve:
        with RunningDaemon(journey.install(settings, smtp_port=valve.port)) as daemon:
            journey.smtp.wait_for(1)
            stop(daemon)
        valve.open()
        journey.run_once()
        at_first = journey.letter_states()
        journey.deliver(journey.smtp.accepted[0].octets, ADDRESS)
        journey.run_once(LATER)

    (case,) = journey.cases()
    assert at_first == ["uncertain"]
    assert journey.letter_states() == ["sent"]
    assert case.line.acknowledged_at is not None
    assert len(journey.replies()) == 1


@pytest.mark.parametrize("stop", STOPS)
def test_a_dot_that_never_arrived_waits_for_a_person_who_sends_it_once(
    journey: Journey, stop: Stop
) -> None:
    settings = Settings(submission={"witness": "copy"})
    journey.deliver(make_mail())
    with Valve(journey.smtp.port, END_OF_MAIL) as valve:
        with RunningDaemon(journey.install(settings, smtp_port=valve.port)) as daemon:
            assert valve.shut.wait(IN_TIME), daemon.log
            stop(daemon)
        valve.open()
        journey.run_once()
        journey.run_once(LATER)
        before = journey.letter_states()
        with journey.installation(LATER) as parts:
            (letter,) = parts.store.outbox.listed(State.HELD)
            parts.store.outbox.resend(letter.id, parts.intake.clock())
            parts.run_once()

    assert before == ["held"]
    assert journey.letter_states() == ["sent"]
    assert len(journey.replies()) == 1


def test_it_ends_in_time_while_waiting_for_the_last_word(journey: Journey) -> None:
    journey.deliver(make_mail())
    with (
        Valve(journey.smtp.port, END_OF_MAIL, after=True) as valve,
        RunningDaemon(journey.install(smtp_port=valve.port)) as daemon,
    ):
        assert valve.shut.wait(START_SECONDS)
        journey.smtp.wait_for(1)

        seconds = daemon.terminate()

    assert seconds < IN_TIME
    assert (journey.letter_states(), len(journey.replies())) == (["uncertain"], 1)


def test_an_answer_within_the_grace_after_the_signal_is_still_heard(
    journey: Journey,
) -> None:
    journey.deliver(make_mail())
    with (
        Valve(journey.smtp.port, END_OF_MAIL) as valve,
        RunningDaemon(journey.install(smtp_port=valve.port)) as daemon,
    ):
        assert valve.shut.wait(IN_TIME), daemon.log
        daemon.send_sigterm()
        valve.let_go()
        assert daemon.wait() == 0

    assert journey.letter_states() == ["sent"]
    assert len(journey.replies()) == 1


def test_two_signals_are_no_more_than_one(journey: Journey) -> None:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")

        daemon.send_sigterm()
        daemon.interrupt()

        assert daemon.wait() == 0
