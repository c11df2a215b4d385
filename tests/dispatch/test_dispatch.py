"""One pass over the outbox after another, with a clock that the test moves."""

import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from typing_extensions import override

from tests.dispatch.fakes import (
    LOST,
    NEVER,
    NOT_NOW,
    QUEUED,
    AtTheDot,
    FakeSubmission,
    FakeWitness,
)
from tests.dispatch.office import MINUTE, Office
from tests.store.making import NOW, make_letter
from triage.dispatch import Sender
from triage.errors import ConfigError, TransientError, TriageError
from triage.smtp import Accepted, Concern, Envelope, Outcome, Refused, TryLater
from triage.store import Rerouting, State

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
AWAY = TryLater(None, None, "no connection to smtp.example:465", Concern.SERVER)
LOCKED_OUT = TryLater(535, "5.7.8", "the server refuses the login", Concern.LOGIN)
NOT_FROM_US = Refused(550, "5.1.8", "5.1.8 <> not welcome", Concern.SERVER)
UNKNOWN_USER = Refused(550, "5.1.1", "5.1.1 <jane@example.org> no such user")


def test_what_is_due_is_sent(office: Office) -> None:
    office.compose(3)

    done = office.run()

    assert done == {"sent": 3}
    assert [make_letter().data] * 3 == [data for _, data in office.server.submitted]
    assert {State.SENT} == {line.state for line in office.store.outbox.listed()}


def test_a_sent_letter_is_not_sent_again(office: Office) -> None:
    office.compose()
    office.run()

    office.run(after=48 * HOUR)

    assert len(office.server.submitted) == 1


def test_a_letter_goes_to_its_recipient_and_to_the_witness(office: Office) -> None:
    office.compose()
    sender = Sender("test", envelope_from="b@ours.example", copy_to="us@ours.example")

    office.new_dispatch(sender=sender).run()

    expected = Envelope("b@ours.example", "jane@example.org", "us@ours.example")
    assert [expected] == [envelope for envelope, _ in office.server.submitted]


def test_the_letter_is_finishing_on_disk_when_the_dot_is_written(
    office: Office,
) -> None:
    office.compose()
    seen: list[State] = []
    office.server.on_dot = lambda: seen.append(office.line().state)

    office.run()

    assert seen == [State.FINISHING]


def test_the_connection_is_closed_at_the_end_of_a_pass(office: Office) -> None:
    office.compose(2)

    office.run()

    assert office.server.closed == 1


def test_s2_a_letter_put_off_is_tried_at_longer_and_longer_times(
    office: Office,
) -> None:
    office.compose()
    office.answers(NOT_NOW)

    waits = []
    for _ in range(6):
        office.run()
        line = office.line()
        assert line.next_at is not None
        waits.append((line.next_at - office.now) // MINUTE)
        office.now = line.next_at

    assert waits == [1, 5, 15, 60, 60, 60]


def test_a_letter_is_not_tried_before_its_time(office: Office) -> None:
    office.compose()
    office.answers(NOT_NOW)
    office.run()

    office.run(after=timedelta(seconds=59))
    assert len(office.server.submitted) == 1

    office.run(after=timedelta(seconds=1))
    assert len(office.server.submitted) == 2


def test_s2_after_two_days_a_person_decides(office: Office) -> None:
    office.compose()
    office.answers(NOT_NOW)

    while office.line().state is State.QUEUED:
        office.run()
        office.now = office.line().next_at or office.now

    assert office.now - NOW >= 48 * HOUR
    assert office.now - NOW < 50 * HOUR
    assert office.line().state is State.HELD
    assert "put off for two days" in (office.line().reason or "")
    assert office.store.cases.debts()


def test_a_letter_put_off_does_not_keep_the_others(office: Office) -> None:
    office.compose(3)
    office.answers(NOT_NOW, QUEUED)

    assert office.run() == {"put off": 1, "sent": 2}


@pytest.mark.parametrize(
    "outcome", [NOT_NOW, AtTheDot(NOT_NOW)], ids=["before the dot", "to the dot"]
)
def test_s4_a_4xx_is_proof_that_it_may_be_tried_again(
    office: Office, outcome: Outcome | AtTheDot
) -> None:
    office.compose()
    office.answers(outcome, QUEUED)

    office.run()
    office.run(after=MINUTE)

    assert office.line().state is State.SENT


@pytest.mark.parametrize(
    "outcome", [NEVER, AtTheDot(NEVER)], ids=["before the dot", "to the dot"]
)
def test_s3_a_5xx_is_refused_and_a_person_is_told(
    office: Office, outcome: Outcome | AtTheDot
) -> None:
    office.compose()
    office.answers(outcome)

    done = office.run()

    assert done == {"refused": 1}
    assert office.line().reason == "550 5.7.1 never"
    (debt,) = office.store.cases.debts()
    assert debt.why == ("refused: 550 5.7.1 never",)


def test_s3_an_unknown_address_gets_no_more_automatic_letters(office: Office) -> None:
    office.compose()
    office.answers(UNKNOWN_USER)

    office.run()

    rows = office.store._engine.rows("SELECT address FROM bounced")
    assert rows == [{"address": "jane@example.org"}]


def test_s1_a_server_that_is_away_is_asked_once_a_pass(office: Office) -> None:
    office.compose(3)
    office.answers(AWAY)

    office.run()

    assert len(office.server.submitted) == 1
    assert {State.QUEUED} == {line.state for line in office.store.outbox.listed()}


def test_s1_a_server_that_is_away_is_left_alone_for_a_while(office: Office) -> None:
    office.compose(3)
    office.answers(AWAY)

    tried = []
    for minute in range(60):
        office.now = NOW + minute * MINUTE
        before = len(office.server.submitted)
        office.run()
        if len(office.server.submitted) > before:
            tried.append(minute)

    assert tried == [0, 1, 6, 21, 36, 51]


def test_s1_after_a_long_outage_all_letters_go_once_the_server_is_back(
    office: Office,
) -> None:
    office.compose(3)
    office.answers(AWAY)
    for _ in range(45):
        office.run(after=MINUTE)

    office.answers(QUEUED)

    assert office.run(after=MINUTE) == {"sent": 3}


def test_s1_a_server_that_is_away_is_asked_once_a_minute_whether_it_is_back(
    office: Office,
) -> None:
    office.compose(3)
    office.answers(AWAY)
    for _ in range(30):
        office.run(after=10 * SECOND)

    assert len(office.server.submitted) == 2
    assert office.server.checked == 3


def test_s1_a_server_that_takes_a_login_and_no_letter_ends_one_pause_early(
    office: Office,
) -> None:
    """It looks well whenever it is asked, and would be given letter after letter."""
    office.compose(3)
    office.answers(AWAY)
    office.server.checks = [None] * 60

    tried = []
    for minute in range(40):
        office.now = NOW + minute * MINUTE
        before = len(office.server.submitted)
        office.run()
        if len(office.server.submitted) > before:
            tried.append(minute)

    assert tried == [0, 1, 2, 17, 32]
    assert office.server.checked == 4


def test_s1_a_letter_that_waited_for_the_server_is_due_after_a_restart(
    office: Office,
) -> None:
    office.compose()
    office.answers(AWAY)
    office.run()

    office.answers(QUEUED)
    office.dispatch = office.new_dispatch()

    assert office.run() == {"sent": 1}


THROTTLED = TryLater(454, "4.7.0", "4.7.0 too many logins", Concern.SERVER)


@pytest.mark.parametrize("why", [LOCKED_OUT, LOST, NOT_FROM_US, THROTTLED], ids=str)
def test_s9_no_other_pause_is_asked_about(office: Office, why: Outcome) -> None:
    office.compose(3)
    office.answers(why)

    for _ in range(4):
        office.run(after=MINUTE)

    assert office.server.checked == 0


@pytest.mark.parametrize("said", [LOCKED_OUT, THROTTLED], ids=["refused", "put off"])
def test_s9_a_login_that_is_not_taken_when_it_is_asked_is_not_tried_again_so(
    office: Office, said: TryLater
) -> None:
    office.compose()
    office.answers(AWAY, AWAY, QUEUED)
    office.server.checks = [said]
    office.run()
    office.run(after=MINUTE)
    for _ in range(4):
        office.run(after=MINUTE)

    assert office.server.checked == 1
    assert len(office.server.submitted) == 2


def test_s1_a_long_outage_turns_no_letter_over_to_a_person(office: Office) -> None:
    office.compose(2)
    office.answers(AWAY)
    for _ in range(200):
        office.run(after=HOUR)
    office.answers(QUEUED)

    assert office.run(after=HOUR) == {"sent": 2}


def test_s9_a_refused_login_is_not_tried_again_for_a_quarter_of_an_hour(
    office: Office,
) -> None:
    office.compose(2)
    office.answers(LOCKED_OUT)
    office.run()

    office.run(after=14 * MINUTE)
    assert len(office.server.submitted) == 1

    office.run(after=MINUTE)
    assert len(office.server.submitted) == 2


def test_s9_what_is_wrong_with_the_login_is_said(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.compose()
    office.answers(LOCKED_OUT)

    office.run()

    assert "the server refuses the login" in caplog.text


def test_s10_a_refused_envelope_sender_refuses_one_letter_not_all(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.compose(3)
    office.answers(NOT_FROM_US)

    done = office.run()

    assert done == {"refused": 1}
    assert len(office.server.submitted) == 1
    assert "check envelope_from" in caplog.text


def test_a_server_that_comes_back_is_trusted_again(office: Office) -> None:
    office.compose(2)
    office.answers(AWAY, QUEUED, AWAY)
    office.run()
    assert office.run(after=MINUTE) == {"sent": 1, "put off": 1}

    office.answers(QUEUED)

    assert office.run(after=MINUTE) == {"sent": 1}


def test_a_pause_does_not_outlast_a_clock_that_is_set_back(office: Office) -> None:
    office.compose()
    office.answers(AWAY, QUEUED)
    office.run()

    office.run(after=timedelta(days=-1))

    assert office.line().state is State.SENT


def test_s6_a_letter_without_an_answer_is_uncertain(office: Office) -> None:
    office.compose()
    office.answers(LOST)

    assert office.run() == {"uncertain": 1}
    assert office.line().state is State.UNCERTAIN


def test_s6_a_server_that_answers_for_no_letter_makes_one_uncertain_not_all(
    office: Office,
) -> None:
    office.compose(3)
    office.answers(LOST, QUEUED)

    assert office.run() == {"uncertain": 1}
    assert office.run(after=MINUTE) == {"sent": 2}


def test_s9_a_server_that_wants_a_login_first_refuses_no_letter(
    office: Office,
) -> None:
    office.compose(2)
    office.answers(TryLater(530, "5.7.0", "log in first", Concern.LOGIN), QUEUED)

    assert office.run() == {"put off": 1}
    assert office.run(after=15 * MINUTE) == {"sent": 2}


class Poisoned(FakeSubmission):
    """Fails in a way that nobody foresaw."""

    @override
    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        self.submitted.append((envelope, data))
        raise ZeroDivisionError


def test_a_letter_that_cannot_be_tried_waits_for_a_person_after_some_times(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.compose()
    poisoned = Poisoned()
    dispatch = office.new_dispatch(submission=poisoned)

    for _ in range(20):
        with contextlib.suppress(ZeroDivisionError):
            dispatch.run()
        office.now += HOUR

    assert len(poisoned.submitted) == 5
    assert office.line().state is State.HELD
    assert "ended unexpectedly 5 times" in (office.line().reason or "")
    assert "1 letters are held" in caplog.text


def test_a_letter_that_a_person_sends_again_is_tried_as_often_again(
    office: Office,
) -> None:
    office.compose()
    poisoned = Poisoned()
    dispatch = office.new_dispatch(submission=poisoned)
    for _ in range(12):
        with contextlib.suppress(ZeroDivisionError):
            dispatch.run()
        office.now += HOUR
        if office.line().state is State.HELD and len(poisoned.submitted) == 5:
            office.store.outbox.resend(1, office.now)

    assert len(poisoned.submitted) == 10
    assert office.line().state is State.HELD


def test_an_uncertain_letter_is_never_sent_by_itself(office: Office) -> None:
    office.compose()
    office.answers(LOST, QUEUED)
    for _ in range(100):
        office.run(after=HOUR)

    assert len(office.server.submitted) == 1


def test_s8_the_witness_is_not_asked_before_the_server_had_its_time(
    office: Office,
) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    witness = office.witness = FakeWitness(says=False)

    office.run(after=15 * MINUTE - timedelta(seconds=1))
    assert witness.asked == []

    office.run(after=timedelta(seconds=1))
    assert witness.asked == [make_letter().message_id]


def test_the_wait_for_the_witness_does_not_outlast_a_clock_that_is_set_back(
    office: Office,
) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.witness = FakeWitness(says=True)

    office.run(after=timedelta(days=-1))

    assert office.line().state is State.SENT


def test_a_letter_whose_copy_is_found_is_sent(office: Office) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.witness = FakeWitness(says=True)

    done = office.run(after=15 * MINUTE)

    assert done == {"sent": 1}
    assert office.line().state is State.SENT
    assert office.store.cases.debts() == []


def test_s14_a_letter_whose_copy_is_missing_waits_for_a_person(office: Office) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.witness = FakeWitness(says=False)

    done = office.run(after=15 * MINUTE)

    assert done == {"held": 1}
    assert "no copy of it was found" in (office.line().reason or "")
    (debt,) = office.store.cases.debts()
    assert debt.letter == 1


def test_s14_a_copy_that_comes_late_ends_the_wait_for_a_person(office: Office) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.run(after=15 * MINUTE)
    assert office.line().state is State.HELD
    office.witness = FakeWitness(says=True)

    done = office.run(after=HOUR)

    assert done == {"sent": 1}
    assert office.line().reason == "its copy was found after all"
    assert office.store.cases.debts() == []


def test_a_letter_that_a_person_dropped_while_its_copy_was_sought_stays_so(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    class Slow(FakeWitness):
        @override
        def has(self, message_id: str) -> bool | None:
            office.store.outbox.drop(1, office.now)
            return True

    office.compose()
    office.answers(LOST)
    office.run()
    office.witness = Slow(says=True)

    done = office.run(after=15 * MINUTE)

    assert done == {}
    assert office.line().state is State.DROPPED
    assert "its copy was found, but" in caplog.text


def test_a_late_copy_is_looked_for_once_an_hour_and_not_for_ever(
    office: Office,
) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.run(after=15 * MINUTE)
    witness = office.witness = FakeWitness(says=False)

    for _ in range(8 * 24 * 2):
        office.run(after=30 * MINUTE)

    assert 7 * 24 - 1 <= len(witness.asked) <= 7 * 24


def test_while_the_mailbox_is_away_only_one_late_copy_is_asked_for(
    office: Office,
) -> None:
    office.compose(2)
    for _ in range(2):
        office.answers(LOST)
        office.run(after=HOUR)
    office.run(after=HOUR)
    assert [office.line(each).state for each in (1, 2)] == [State.HELD, State.HELD]
    witness = office.witness = FakeWitness(says=None)

    office.run(after=2 * HOUR)

    assert len(witness.asked) == 1


def test_while_the_mailbox_is_away_only_one_copy_is_asked_for(office: Office) -> None:
    two_uncertain(office)
    witness = office.witness = FakeWitness(says=None)

    office.run(after=HOUR)

    assert len(witness.asked) == 1


def test_a_mailbox_that_is_away_for_a_day_leaves_all_to_a_person(
    office: Office,
) -> None:
    two_uncertain(office)
    office.witness = FakeWitness(says=None)

    done = office.run(after=24 * HOUR)

    assert done == {"held": 2}


@pytest.mark.parametrize("are_held", [False, True])
def test_a_stop_waits_for_no_further_copy_to_be_looked_for(
    are_held: bool, office: Office
) -> None:
    two_uncertain(office)
    if are_held:
        office.run(after=HOUR)
    witness = office.witness = FakeWitness(says=False)
    office.now += 2 * HOUR

    office.dispatch.run(stopping=lambda: len(witness.asked) > 0)

    assert len(witness.asked) == 1


def two_uncertain(office: Office) -> None:
    office.compose(2)
    for _ in range(2):
        office.answers(LOST)
        office.witness = FakeWitness(says=None)
        office.run(after=HOUR)


def test_a_letter_held_for_another_reason_is_not_looked_for(office: Office) -> None:
    office.compose()
    office.answers(NOT_NOW)
    while office.line().state is State.QUEUED:
        office.run()
        office.now = office.line().next_at or office.now
    witness = office.witness = FakeWitness(says=True)

    office.run(after=2 * HOUR)

    assert witness.asked == []
    assert office.line().state is State.HELD


@pytest.mark.parametrize(
    "fails",
    [
        None,
        TransientError("the mailbox cannot be reached"),
        ConfigError("the folder has no name that this server can have"),
    ],
    ids=["says so", "the server is away", "badly configured"],
)
def test_a_witness_that_cannot_tell_is_asked_again(
    office: Office, fails: TriageError | None
) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.witness = FakeWitness(says=None, fails=fails)
    office.run(after=HOUR)
    assert office.line().state is State.UNCERTAIN

    office.witness = FakeWitness(says=True)
    office.run(after=HOUR)

    assert office.line().state is State.SENT


def test_a_witness_that_cannot_tell_for_a_day_leaves_it_to_a_person(
    office: Office,
) -> None:
    office.compose()
    office.answers(LOST)
    office.run()
    office.witness = FakeWitness(says=None)

    office.run(after=23 * HOUR)
    assert office.line().state is State.UNCERTAIN

    office.run(after=HOUR)
    assert office.line().state is State.HELD
    assert "could be looked for" in (office.line().reason or "")


def test_without_a_witness_an_uncertain_letter_waits_for_a_person(
    office: Office,
) -> None:
    office.compose()
    office.answers(LOST)
    dispatch = office.new_dispatch(witness=None)
    dispatch.run()

    office.now += 15 * MINUTE
    dispatch.run()

    assert office.line().state is State.HELD
    assert "no witness is configured" in (office.line().reason or "")


def test_after_a_restart_unfinished_letters_are_taken_up_again(office: Office) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    office.compose(2)
    office.server.on_dot = kill
    with pytest.raises(Killed):
        office.run()
    office.server.on_dot = lambda: None

    restarted = office.new_dispatch()
    restarted.recover()
    restarted.run()

    assert [office.line(n).state for n in (1, 2)] == [State.UNCERTAIN, State.SENT]


def test_a_letter_that_somebody_else_took_gets_no_dot(office: Office) -> None:
    class Overtaking(FakeSubmission):
        @override
        def submit(
            self,
            envelope: Envelope,
            data: bytes,
            before_final_dot: Callable[[], None],
        ) -> Outcome:
            office.store.outbox.recover(office.now)
            office.store.outbox.drop(1, office.now)
            return super().submit(envelope, data, before_final_dot)

    office.compose()
    server = Overtaking()

    office.new_dispatch(submission=server).run()

    assert server.dots == []
    assert office.line().state is State.DROPPED


def test_what_was_heard_while_the_store_failed_is_written_down_later(
    office: Office,
) -> None:
    office.compose()

    office.server.on_dot = lambda: _fill_the_disk(office)
    with pytest.raises(TransientError):
        office.run()
    assert office.line().state is State.FINISHING

    office.server.on_dot = lambda: None
    office.store._engine.rows("PRAGMA max_page_count = 1000000")
    done = office.run()

    assert done == {"sent": 1}
    assert len(office.server.dots) == 1


def test_a_letter_that_got_no_dot_because_the_store_failed_is_due_again_at_once(
    office: Office,
) -> None:
    class Filling(FakeSubmission):
        @override
        def submit(
            self,
            envelope: Envelope,
            data: bytes,
            before_final_dot: Callable[[], None],
        ) -> Outcome:
            if not self.submitted:
                _fill_the_disk(office)
            return super().submit(envelope, data, before_final_dot)

    office.compose()
    server = Filling()
    dispatch = office.new_dispatch(submission=server)
    with pytest.raises(TransientError):
        dispatch.run()
    assert server.dots == []

    office.store._engine.rows("PRAGMA max_page_count = 1000000")
    done = dispatch.run()

    assert done == {"put off": 1, "sent": 1}
    assert len(server.dots) == 1


def _fill_the_disk(office: Office) -> None:
    pages = office.store._engine.one("PRAGMA page_count")["page_count"]
    office.store._engine.rows(f"PRAGMA max_page_count = {pages}")
    _use_up_free_pages(office)


def _use_up_free_pages(office: Office) -> None:
    with contextlib.suppress(TransientError):
        while True:
            office.store._engine.run(
                "INSERT INTO moves (letter, at, after, why)"
                " VALUES (1, :now, 'finishing', 'x')",
                now=office.now,
            )


def test_a_stop_leaves_the_rest_for_the_next_start(office: Office) -> None:
    office.compose(3)

    done = office.dispatch.run(stopping=lambda: len(office.server.submitted) >= 1)

    assert done == {"sent": 1}


def test_a_letter_that_a_stop_interrupted_is_due_at_once(office: Office) -> None:
    office.compose()
    office.answers(TryLater(None, None, "triage is stopping", Concern.SERVER), QUEUED)
    stops = iter([False, True, True, True])

    office.dispatch.run(stopping=lambda: next(stops))
    restarted = office.new_dispatch()

    assert restarted.run() == {"sent": 1}


def test_nobody_is_named_in_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    office.compose(4)
    office.answers(UNKNOWN_USER, LOST, NOT_NOW, QUEUED)

    office.run()

    assert "CMP-2026-00001" in caplog.text
    assert "jane" not in caplog.text
    assert "no such user" not in caplog.text


def test_a_pass_tells_what_it_did_in_words(office: Office) -> None:
    office.compose(2)
    office.answers(NEVER, QUEUED)

    assert str(office.run()) == "1 sent, 0 put off, 1 refused, 0 uncertain, 0 held"


class WhilePersonsDecide(FakeSubmission):
    """Somebody moves the case after the letter was taken up, before its dot."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office

    @override
    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        self._office.store.cases.reroute(
            Rerouting(
                reference="CMP-2026-00001",
                route="review",
                why="it is about lessons",
                by="ruth",
                now=NOW,
                priority="normal",
                respond_by=None,
                asks_missing=False,
                wrong_templates=frozenset({"school-first"}),
            )
        )
        return super().submit(envelope, data, before_final_dot)


def test_no_dot_is_written_for_a_letter_that_a_person_stopped(office: Office) -> None:
    office.compose(template="school-first")
    submission = WhilePersonsDecide(office)

    done = office.new_dispatch(submission=submission).run()

    assert done == {}
    assert submission.dots == []
    assert office.line().state is State.DROPPED


def test_a_letter_that_a_person_stopped_is_not_counted_as_put_off(
    office: Office,
) -> None:
    office.compose(template="school-first")
    submission = WhilePersonsDecide(office)
    submission.outcomes = [NOT_NOW]

    done = office.new_dispatch(submission=submission).run()

    assert done == {"dropped": 1}
    assert office.line().state is State.DROPPED


@pytest.mark.parametrize(
    "outcome", [AWAY, LOCKED_OUT, NOT_FROM_US], ids=["away", "login", "sender"]
)
def test_a_server_that_takes_nothing_is_a_hindrance_until_it_does(
    office: Office, outcome: Outcome
) -> None:
    office.compose(2)
    office.answers(outcome)
    office.run()
    hindered = office.dispatch.hindrance
    office.answers(Accepted(250, "2.0.0", "2.0.0 ok"))

    office.run(after=HOUR)

    assert hindered is not None
    assert office.dispatch.hindrance is None
    assert office.dispatch.settled > 0


NO_RIGHT = Refused(550, "5.7.60", "no permission to send as ann@home.example")
"""As a server says at the dot that lets us not send under this name."""


def test_letters_that_are_all_refused_are_a_hindrance(office: Office) -> None:
    office.compose(3)
    office.answers(*[NO_RIGHT] * 3)

    office.run()

    assert office.dispatch.refuses
    assert office.dispatch.hindrance == "the server refuses every letter (550 5.7.60)"


def test_they_are_none_once_one_is_taken(office: Office) -> None:
    office.compose(4)
    office.answers(*[NO_RIGHT] * 3, Accepted(250, "2.0.0", "2.0.0 ok"))

    office.run()

    assert (office.dispatch.hindrance, office.dispatch.refuses) == (None, False)


def test_addresses_that_do_not_exist_say_nothing_of_the_server(office: Office) -> None:
    office.compose(5)
    office.answers(*[Refused(550, "5.1.1", "no such user")] * 5)

    office.run()

    assert (office.dispatch.hindrance, office.dispatch.refuses) == (None, False)


def test_one_letter_that_is_put_off_is_no_hindrance(office: Office) -> None:
    office.compose(1)
    for _ in range(5):
        office.answers(TryLater(450, "4.2.0", "greylisted"))
        office.run(after=HOUR)

    assert office.dispatch.hindrance is None


def test_letters_that_are_all_put_off_are_a_hindrance(office: Office) -> None:
    office.compose(3)
    office.answers(*[TryLater(450, "4.2.0", "not now")] * 3)

    office.run()

    assert office.dispatch.hindrance == "the server puts off every letter"
