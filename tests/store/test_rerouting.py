"""A person moves a case while its letter is anywhere on its way."""

from datetime import timedelta

import pytest

from tests.store.making import NOW, make_letter, record_case
from tests.store.sending import UNTIL, accept, claim, lose, refuse
from triage.decision.model import Reason
from triage.store import IllegalMoveError, Rerouted, Rerouting, State, Store

LETTER = make_letter(template="school-first")
HELD = (Reason("by-route", "replies of this route wait"),)
LATER = NOW + timedelta(hours=1)
WHY = "a person decided that the case belongs to review"


def reroute(store: Store, wrong: str = "school-first") -> Rerouted:
    return store.cases.reroute(
        Rerouting(
            reference="CMP-2026-00001",
            route="review",
            why="it is about a website",
            by="ruth",
            now=NOW,
            priority="normal",
            respond_by=None,
            asks_missing=False,
            wrong_templates=frozenset({wrong}),
        )
    )


def outcome(store: Store) -> tuple[State, str | None]:
    (line,) = store.outbox.listed()
    return line.state, line.reason


def test_a_letter_that_waits_is_dropped(store: Store) -> None:
    record_case(store, letters=(make_letter(template="school-first", held=HELD),))

    done = reroute(store)

    assert [line.id for line in done.dropped] == [1]
    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_of_another_template_goes_on(store: Store) -> None:
    record_case(store, letters=(LETTER,))

    done = reroute(store, wrong="outside-remit")

    assert (done.dropped, done.gone) == ((), ())
    assert outcome(store)[0] is State.QUEUED


def test_a_refused_letter_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    refuse(store, claim(store))

    done = reroute(store)

    assert [line.id for line in done.dropped] == [1]
    assert outcome(store) == (State.DROPPED, WHY)


def test_no_dot_is_written_for_a_letter_that_is_being_sent(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)

    done = reroute(store)
    with pytest.raises(IllegalMoveError, match=WHY):
        store.outbox.finish(letter, NOW, UNTIL)

    assert [line.id for line in done.dropped] == [1]
    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_that_is_put_back_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    reroute(store)

    store.outbox.put_back(letter, NOW, "the server is away", LATER)

    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_that_is_put_off_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    reroute(store)

    store.outbox.put_off(letter, NOW, "450 later", LATER)

    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_that_would_be_left_to_a_person_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    reroute(store)

    store.outbox.hold(letter, NOW, "put off for two days")

    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_that_is_refused_afterwards_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    reroute(store)

    refuse(store, letter, address_is_bad=True)

    bounced = store._engine.one("SELECT address FROM bounced")
    assert outcome(store) == (State.DROPPED, WHY)
    assert bounced["address"] == "jane@example.org"


def test_a_letter_whose_claim_runs_out_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    claim(store)
    reroute(store)

    reclaimed = store.outbox.reclaim(LATER)

    assert (reclaimed.put_back, reclaimed.uncertain) == (0, 0)
    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_that_a_restart_finds_is_dropped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    claim(store)
    reroute(store)

    store.outbox.recover(LATER)

    assert outcome(store) == (State.DROPPED, WHY)


def test_whoever_lost_a_letter_drops_nothing(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    lost = claim(store)
    store.outbox.recover(NOW)
    claim(store)
    reroute(store)

    with pytest.raises(IllegalMoveError, match="another dispatcher"):
        store.outbox.put_back(lost, NOW, "late news", LATER)

    assert outcome(store)[0] is State.SENDING


def test_an_acknowledgement_is_owed_as_soon_as_it_is_stopped(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    claim(store)

    reroute(store)

    (debt,) = store.cases.debts()
    assert debt.why == (f"dropped: {WHY}",)


def test_a_letter_before_its_answer_is_gone(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    store.outbox.finish(letter, NOW, UNTIL)

    done = reroute(store)
    store.outbox.accept(letter, NOW, "250 queued")

    assert [line.state for line in done.gone] == [State.FINISHING]
    assert done.dropped == ()
    assert outcome(store)[0] is State.SENT


def test_a_letter_whose_dot_was_answered_with_no_is_not_tried_again(
    store: Store,
) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    store.outbox.finish(letter, NOW, UNTIL)
    reroute(store)

    store.outbox.put_off(letter, NOW, "450 later", LATER)

    assert outcome(store) == (State.DROPPED, WHY)


def test_a_letter_before_its_answer_may_still_become_uncertain(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    store.outbox.finish(letter, NOW, UNTIL)
    reroute(store)

    store.outbox.recover(NOW)

    assert outcome(store)[0] is State.UNCERTAIN


def test_what_a_person_sends_nevertheless_goes_out(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    letter = claim(store)
    store.outbox.finish(letter, NOW, UNTIL)
    reroute(store)
    store.outbox.recover(NOW)
    store.outbox.unwitnessed(letter.id, NOW, "no copy")

    store.outbox.resend(letter.id, NOW)
    accept(store, claim(store))

    assert outcome(store)[0] is State.SENT


def test_an_uncertain_letter_is_gone(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    lose(store, claim(store))

    done = reroute(store)

    assert [line.state for line in done.gone] == [State.UNCERTAIN]
    assert outcome(store)[0] is State.UNCERTAIN


def test_a_letter_that_is_held_because_it_may_have_arrived_is_gone(
    store: Store,
) -> None:
    record_case(store, letters=(LETTER,))
    lose(store, claim(store))
    store.outbox.unwitnessed(1, NOW, "no copy")

    done = reroute(store)

    assert [line.state for line in done.gone] == [State.HELD]
    assert done.dropped == ()


def test_a_sent_letter_is_gone(store: Store) -> None:
    record_case(store, letters=(LETTER,))
    accept(store, claim(store))

    done = reroute(store)

    assert [line.state for line in done.gone] == [State.SENT]
