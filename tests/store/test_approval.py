"""Letters that wait for a person, and what people decide about them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.store.making import NOW, make_letter, record_case
from tests.store.sending import accept, claim, lose
from triage.decision.model import Reason
from triage.store import (
    Category,
    Edit,
    HandedOverError,
    IllegalMoveError,
    OutboxItem,
    State,
    Store,
)

LATER = NOW + timedelta(hours=1)
HELD = make_letter(held=(Reason("by-route", "replies of this route wait"),))
OTHER = b"Subject: We have your complaint\r\n\r\nThank you, Jane.\r\n"


def shown(store: Store, letter: int = 1) -> OutboxItem:
    item = store.outbox.show(letter)
    assert item is not None
    return item


def lost(store: Store) -> None:
    """A letter whose fate nobody knows, held for a person."""
    record_case(store)
    lose(store, claim(store))
    store.outbox.unwitnessed(1, NOW, "nobody knows whether it went out")


def test_an_approved_letter_goes_out_with_who_and_when_in_its_moves(
    store: Store,
) -> None:
    record_case(store, letters=(HELD,))

    store.approvals.approve(1, LATER, "ruth")

    item = shown(store)
    last = item.moves[-1]
    assert item.line.state is State.QUEUED
    assert (last.at, last.before, last.after) == (LATER, State.HELD, State.QUEUED)
    assert last.why == "approved by ruth"


def test_an_approved_acknowledgement_does_the_duty_once_it_is_sent(
    store: Store,
) -> None:
    record_case(store, letters=(HELD,))
    store.approvals.approve(1, LATER, "ruth")

    accept(store, claim(store, LATER), LATER)

    (case,) = store.cases.listed()
    assert case.acknowledged_at == LATER
    assert store.cases.debts() == []


def test_a_letter_is_approved_once(store: Store) -> None:
    record_case(store, letters=(HELD,))
    store.approvals.approve(1, LATER, "ruth")

    with pytest.raises(IllegalMoveError, match="letter 1 is queued"):
        store.approvals.approve(1, LATER, "amir")

    assert len(shown(store).moves) == 2


def test_an_approved_letter_counts_against_the_budgets(store: Store) -> None:
    record_case(store, letters=(HELD,))
    store.breaker.trip(NOW - timedelta(hours=2), 1)

    store.approvals.approve(1, NOW, "ruth")

    assert store.breaker.is_open(NOW)


def test_a_letter_that_may_have_arrived_is_not_approved(store: Store) -> None:
    lost(store)

    with pytest.raises(HandedOverError, match="triage outbox resend 1"):
        store.approvals.approve(1, LATER, "ruth")

    assert shown(store).line.state is State.HELD
    assert not shown(store).line.waits


def test_a_letter_that_was_approved_and_then_lost_needs_more_than_approval(
    store: Store,
) -> None:
    record_case(store, letters=(HELD,))
    store.approvals.approve(1, NOW, "ruth")
    lose(store, claim(store))
    store.outbox.unwitnessed(1, NOW, "nobody knows whether it went out")

    with pytest.raises(HandedOverError):
        store.approvals.approve(1, LATER, "ruth")


def test_a_rejected_letter_leaves_the_duty_with_its_reason(store: Store) -> None:
    record_case(store, letters=(HELD,))

    store.approvals.reject(1, LATER, "ruth", "I write to her myself")

    (debt,) = store.cases.debts()
    assert debt.why == ("dropped: rejected by ruth: I write to her myself",)
    assert debt.letter is None


def test_a_letter_that_is_on_its_way_is_not_rejected(store: Store) -> None:
    record_case(store)

    with pytest.raises(IllegalMoveError, match="letter 1 is queued"):
        store.approvals.reject(1, LATER, "ruth", "no")


def test_an_edited_letter_goes_on_waiting_and_keeps_what_it_said(store: Store) -> None:
    record_case(store, letters=(HELD,))
    edit = Edit(LATER, "ruth", HELD.data)

    store.approvals.edit(1, OTHER, edit)

    item = shown(store)
    assert (item.data, item.line.state, item.line.waits) == (OTHER, State.HELD, True)
    assert item.line.reason == "replies of this route wait"
    assert item.line.message_id == HELD.message_id
    assert item.moves[-1].why == "edited by ruth"
    assert store.approvals.edits(1) == [edit]


def test_an_edited_letter_goes_out_as_edited(store: Store) -> None:
    record_case(store, letters=(HELD,))
    store.approvals.edit(1, OTHER, Edit(NOW, "ruth", HELD.data))

    store.approvals.approve(1, NOW, "ruth")

    assert claim(store).data == OTHER


def test_of_two_people_who_edit_at_once_the_second_is_told(store: Store) -> None:
    record_case(store, letters=(HELD,))
    store.approvals.edit(1, OTHER, Edit(NOW, "ruth", HELD.data))

    with pytest.raises(IllegalMoveError, match="somebody else changed it"):
        store.approvals.edit(1, b"mine", Edit(NOW, "amir", HELD.data))

    assert shown(store).data == OTHER


@pytest.mark.parametrize("letter", [make_letter(), HELD], ids=["queued", "approved"])
def test_a_letter_that_goes_out_is_not_edited(store: Store, letter: object) -> None:
    record_case(store, letters=(letter,))
    if letter is HELD:
        store.approvals.approve(1, NOW, "ruth")

    with pytest.raises(IllegalMoveError, match="letter 1 is queued"):
        store.approvals.edit(1, OTHER, Edit(NOW, "ruth", HELD.data))


def test_a_letter_that_may_have_arrived_is_not_edited(store: Store) -> None:
    lost(store)

    with pytest.raises(HandedOverError):
        store.approvals.edit(1, OTHER, Edit(NOW, "ruth", HELD.data))

    assert [letter.id for letter in store.outbox.held_in_doubt()] == [1]


def test_a_letter_that_a_restored_store_doubts_is_not_edited_either(
    store: Store,
) -> None:
    record_case(store, letters=(HELD,))
    store.restorations.begin(NOW, NOW, beyond=None)
    store.outbox.unwitnessed(1, NOW, "no copy of it was found")

    with pytest.raises(HandedOverError):
        store.approvals.edit(1, OTHER, Edit(NOW, "ruth", HELD.data))

    assert [letter.id for letter in store.outbox.held_in_doubt()] == [1]


def test_a_letter_that_does_not_exist_is_told(store: Store) -> None:
    with pytest.raises(IllegalMoveError, match="letter 9 does not exist"):
        store.approvals.approve(9, NOW, "ruth")


def test_a_line_says_until_when_an_acknowledgement_must_go_out(store: Store) -> None:
    notice = replace(
        make_letter(kind="notice"), category=Category.NOTICE, acknowledges=False
    )
    record_case(store, letters=(HELD, notice))
    (case,) = store.cases.listed()

    held, told = store.outbox.listed()

    assert (held.acknowledge_by, held.waits) == (case.acknowledge_by, True)
    assert (told.acknowledge_by, told.waits) == (None, False)
    assert held.route == "formal-complaint"


def test_a_debt_says_whether_its_letter_waits_for_approval(store: Store) -> None:
    record_case(store, letters=(HELD,))

    (debt,) = store.cases.debts()

    assert (debt.letter, debt.is_for_approval) == (1, True)


def test_a_debt_says_that_its_letter_may_have_arrived(store: Store) -> None:
    lost(store)

    (debt,) = store.cases.debts()

    assert (debt.letter, debt.is_for_approval) == (1, False)
