"""One case goes on instead of another; nobody and nothing is lost by it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.store.making import NOW, make_decision, make_inquiry, record_case
from triage.store import CaseMoveError, CaseState, Deed, MergeError, Store
from triage.workdays import Due

FIRST, SECOND, THIRD = (f"CMP-2026-{number:05d}" for number in (1, 2, 3))
DAY = timedelta(days=1)
JANE, BOB = "jane@example.org", "bob@example.org"
DEED = Deed(at=NOW + DAY, by="amina", act="merge", why="One matter")


def due(at: datetime) -> Due:
    return Due(at, 10, at.date(), (), "10 working days")


def opened(store: Store, uid: int, address: str = JANE, respond_in: int = 14) -> None:
    asked = {"address": address, "identity_keys": (f"addr:{address}",)}
    decided = {
        "acknowledge": due(NOW + 2 * DAY),
        "respond": due(NOW + respond_in * DAY),
    }
    record_case(store, uid, asked=asked, decided=decided)


@pytest.fixture
def three(store: Store) -> Store:
    """Two cases of Jane's and one of Bob's; their letters are on their way."""
    opened(store, 1)
    opened(store, 2)
    opened(store, 3, BOB)
    return store


def state(store: Store, reference: str) -> CaseState:
    case = store.cases.show(reference)
    assert case is not None
    return case.line.state


def test_an_answer_to_a_letter_of_the_merged_case_joins_the_other(
    three: Store,
) -> None:
    three.register.merge(SECOND, FIRST, DEED)

    history = three.recall(make_inquiry(9, verified=(SECOND,), address="new@x.example"))

    assert history.case is not None
    assert history.case.reference == FIRST


def test_a_party_who_names_the_merged_case_joins_the_other(three: Store) -> None:
    three.register.merge(THIRD, FIRST, DEED)

    history = three.recall(make_inquiry(9, named=(THIRD,), address=BOB))

    assert history.case is not None
    assert (history.case.reference, history.case.by_claim) == (FIRST, True)


def test_a_party_of_the_merged_case_may_name_the_other(three: Store) -> None:
    three.register.merge(THIRD, FIRST, DEED)

    history = three.recall(make_inquiry(9, named=(FIRST,), address=BOB))

    assert history.case is not None


def test_a_stranger_joins_nothing_by_naming_the_merged_case(three: Store) -> None:
    three.register.merge(THIRD, FIRST, DEED)

    history = three.recall(make_inquiry(9, named=(THIRD,), address="x@x.example"))

    assert (history.case, history.claims) == (None, FIRST)


def test_what_was_merged_twice_joins_the_last_one(three: Store) -> None:
    three.register.merge(THIRD, SECOND, DEED)
    three.register.merge(SECOND, FIRST, DEED)

    history = three.recall(make_inquiry(9, verified=(THIRD,)))

    case = three.cases.show(FIRST)
    assert history.case is not None
    assert history.case.reference == FIRST
    assert case is not None
    (second,) = case.merged
    (third,) = second.merged
    assert (second.line.reference, third.line.reference) == (SECOND, THIRD)


def test_a_case_that_is_reopened_takes_its_own_answers_again(three: Store) -> None:
    three.register.merge(SECOND, FIRST, DEED)

    three.register.reopen(SECOND, DEED, NOW + 3 * DAY, NOW + 15 * DAY)

    history = three.recall(make_inquiry(9, verified=(SECOND,)))
    assert history.case is not None
    assert history.case.reference == SECOND
    assert state(three, SECOND) is CaseState.OPEN


def test_the_earlier_promise_holds(store: Store) -> None:
    opened(store, 1, respond_in=14)
    opened(store, 2, respond_in=7)

    store.register.merge(SECOND, FIRST, DEED)

    case = store.cases.show(FIRST)
    assert case is not None
    assert case.line.respond_by == NOW + 7 * DAY


def test_a_later_promise_changes_nothing(store: Store) -> None:
    opened(store, 1, respond_in=7)
    opened(store, 2, respond_in=14)

    store.register.merge(SECOND, FIRST, DEED)

    case = store.cases.show(FIRST)
    assert case is not None
    assert case.line.respond_by == NOW + 7 * DAY


def test_the_last_step_keeps_its_own_clock(three: Store) -> None:
    last = make_decision(respond=due(NOW + 20 * DAY), acknowledge=due(NOW + 3 * DAY))
    three.register.escalate(FIRST, DEED, last)

    three.register.merge(SECOND, FIRST, DEED)

    case = three.cases.show(FIRST)
    assert case is not None
    assert case.line.respond_by == NOW + 20 * DAY


def test_both_logs_say_it(three: Store) -> None:
    three.register.merge(SECOND, FIRST, DEED)

    merged = three.audit.entries(SECOND)[-1]
    survivor = three.audit.entries(FIRST)[-1]
    assert merged.changes["merged_into"] == (None, FIRST)
    assert survivor.changes == {"merged_from": (None, SECOND)}
    assert survivor.personal["why"] == (None, "One matter")


def escalated(store: Store) -> None:
    store.register.escalate(SECOND, DEED, make_decision())


def closed(store: Store) -> None:
    store.register.close(FIRST, DEED, "upheld")


def merged_away(store: Store) -> None:
    store.register.merge(FIRST, THIRD, DEED)


def unacknowledged(store: Store) -> None:
    for line in store.outbox.listed():
        store.outbox.drop(line.id, NOW)


LOSSES: dict[str, tuple[Callable[[Store], None], str]] = {
    "escalated": (escalated, f"merge {FIRST} into {SECOND} instead"),
    "closed": (closed, f"reopen {FIRST} first"),
    "merged away": (merged_away, f"merge {SECOND} into that one"),
    "unacknowledged": (unacknowledged, f"nobody has acknowledged {SECOND} yet"),
}


@pytest.mark.parametrize(("before", "said"), LOSSES.values(), ids=LOSSES)
def test_what_would_forget_somebody_is_refused(
    three: Store, before: Callable[[Store], None], said: str
) -> None:
    before(three)

    with pytest.raises(MergeError, match=said):
        three.register.merge(SECOND, FIRST, DEED)

    assert state(three, SECOND) is CaseState.OPEN


def test_a_case_is_not_merged_into_itself(three: Store) -> None:
    with pytest.raises(MergeError):
        three.register.merge(FIRST, FIRST, DEED)


def test_a_case_is_merged_only_once(three: Store) -> None:
    three.register.merge(SECOND, FIRST, DEED)

    with pytest.raises(CaseMoveError):
        three.register.merge(SECOND, THIRD, DEED)


def test_a_merged_case_is_not_closed_or_escalated(three: Store) -> None:
    three.register.merge(SECOND, FIRST, DEED)

    with pytest.raises(CaseMoveError):
        three.register.close(SECOND, DEED, "upheld")
    with pytest.raises(CaseMoveError):
        three.register.escalate(SECOND, DEED, make_decision())
