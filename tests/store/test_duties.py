"""What is owed by a day, read from the store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.store.making import make_letter, make_record, record_case
from tests.store.sending import UNTIL, accept, claim
from triage.decision.model import Reason, Requested
from triage.store import CaseQuery, Deed, Duty, DutyKind, Stage, State, Store
from triage.store.duties import _ACKNOWLEDGE, _HOLD, _REQUEST, _RESPOND
from triage.workdays import Due

NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
ACKNOWLEDGE_BY = datetime(2026, 4, 8, 16, tzinfo=UTC)
RESPOND_BY = datetime(2026, 4, 22, 16, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WAITS = (Reason("by-route", "replies of this route wait"),)
REFERENCE = "CMP-2026-00001"
DEED = Deed(at=NOW, by="ann", act="test")


def _due(at: datetime, days: int) -> Due:
    return Due(at, days, NOW.date(), (), "")


def record(store: Store, uid: int = 1, *, waits: bool = True, **decided: Any) -> None:
    """Record a complaint that is to be acknowledged and answered."""
    letter = make_letter(f"CMP-2026-{uid:05d}", held=WAITS if waits else ())
    letters = decided.pop("letters", (letter,))
    dates: dict[str, Any] = {
        "acknowledge": _due(ACKNOWLEDGE_BY, 2),
        "respond": _due(RESPOND_BY, 10),
    }
    record_case(store, uid, letters=letters, decided=dates | decided)


def test_a_reply_that_waits_is_named_with_its_letter(store: Store) -> None:
    record(store)

    found = store.duties.due(NOW, ACKNOWLEDGE_BY)

    assert found == [
        Duty(
            kind=DutyKind.ACKNOWLEDGE,
            reference="CMP-2026-00001",
            route="formal-complaint",
            owner=None,
            due=ACKNOWLEDGE_BY,
            stage=Stage.FIRST,
            is_late=False,
            letter=1,
        )
    ]


def test_what_is_due_after_the_window_is_left_out(store: Store) -> None:
    record(store)

    assert store.duties.due(NOW, ACKNOWLEDGE_BY.replace(hour=15)) == []


@pytest.mark.parametrize(
    ("now", "cases"),
    [
        (ACKNOWLEDGE_BY, []),
        (ACKNOWLEDGE_BY + SECOND, [1, 2]),
        (RESPOND_BY + SECOND, [1, 2]),
        (MAY, [1, 2, 3]),
    ],
    ids=["on the dot", "to be acknowledged", "to be answered", "asked by law"],
)
def test_the_register_calls_overdue_what_the_duties_do(
    store: Store, now: datetime, cases: list[int]
) -> None:
    record(store, 1, waits=False)
    record(store, 2)
    asked = Requested("access", _due(MAY - SECOND, 30))
    record(store, 3, requests=(asked,), acknowledge=None, respond=None)

    found = store.cases.search(CaseQuery(due_before=now)).lines

    overdue = {each.reference for each in store.duties.due(now, now) if each.is_late}
    assert overdue == {line.reference for line in found}
    assert [f"CMP-2026-{n:05d}" for n in cases] == sorted(overdue)


def test_an_acknowledgement_is_on_its_way_from_the_dot_on(store: Store) -> None:
    record(store, waits=False)
    letter = claim(store)
    store.outbox.finish(letter, NOW, UNTIL)

    store._engine.run("UPDATE outbox SET unwanted = 'a colleague wrote'")

    assert store.duties.due(NOW, ACKNOWLEDGE_BY) == []
    assert store.cases.debts() == []


def test_the_most_urgent_comes_first_and_what_is_past_is_late(store: Store) -> None:
    record(store, waits=False)
    store.register.acknowledge("CMP-2026-00001", DEED)
    record(store, 2)

    found = store.duties.due(ACKNOWLEDGE_BY.replace(hour=17), MAY)

    assert [(each.kind, each.reference, each.is_late) for each in found] == [
        (DutyKind.ACKNOWLEDGE, "CMP-2026-00002", True),
        (DutyKind.RESPOND, "CMP-2026-00001", False),
        (DutyKind.RESPOND, "CMP-2026-00002", False),
    ]


def test_a_letter_on_its_way_is_no_debt(store: Store) -> None:
    record(store, waits=False, respond=None)

    assert store.duties.due(NOW, MAY) == []


def test_a_letter_that_came_back_is_debt(store: Store) -> None:
    record(store, waits=False, respond=None)
    store.outbox.drop(1, NOW)

    (duty,) = store.duties.due(NOW, MAY)

    assert (duty.kind, duty.letter) == (DutyKind.ACKNOWLEDGE, None)


def test_another_letter_that_waits_is_due_with_the_answer(store: Store) -> None:
    letters = (
        make_letter(kind="acknowledge"),
        make_letter(kind="redirect", held=WAITS),
    )
    record(store, letters=letters)
    accept(store, claim(store))

    hold, respond = store.duties.due(NOW, MAY)

    assert (hold.kind, hold.due, hold.letter) == (DutyKind.HOLD, RESPOND_BY, 2)
    assert (respond.kind, respond.due) == (DutyKind.RESPOND, RESPOND_BY)


def test_an_acknowledgement_that_a_person_wrote_instead_is_waited_for_no_more(
    store: Store,
) -> None:
    record(store, respond=None)
    store.register.acknowledge("CMP-2026-00001", DEED)

    assert store.duties.due(NOW, MAY) == []


ENDS: dict[str, Callable[[Store], object]] = {
    "closed": lambda store: store.register.close("CMP-2026-00001", DEED, "withdrawn"),
    "answered": lambda store: store.register.answer("CMP-2026-00001", DEED),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_nothing_is_owed_in_the_end(
    store: Store, end: Callable[[Store], object]
) -> None:
    record(store, waits=False)
    end(store)

    assert store.duties.due(NOW, MAY) == []
    assert [line.state for line in store.outbox.listed()] == [State.QUEUED]


PLANS = {
    "acknowledge": (_ACKNOWLEDGE, "cases_unacknowledged (acknowledge_by<?)"),
    "respond": (_RESPOND, "cases_unanswered (respond_by<?)"),
    "request": (_REQUEST, "requests_open (due_at<?)"),
    "hold": (_HOLD, "outbox_state (state=?)"),
}


@pytest.mark.parametrize(("query", "index"), PLANS.values(), ids=PLANS)
def test_duties_are_found_by_index(store: Store, query: str, index: str) -> None:
    plan = store._engine.rows(f"EXPLAIN QUERY PLAN {query}", now=NOW, until=NOW)

    steps = [step["detail"] for step in plan]
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN")]


def acknowledge_and_close(store: Store) -> None:
    store.register.acknowledge(REFERENCE, DEED)
    store.register.close(REFERENCE, DEED, "withdrawn")


OVER: dict[str, Callable[[Store], object]] = {
    "answered": lambda store: store.register.answer(REFERENCE, DEED),
    "closed once it was acknowledged": acknowledge_and_close,
    "escalated": lambda store: store.record(
        make_record(2, decided={"case": REFERENCE}, escalates=True)
    ),
}


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
def test_an_acknowledgement_waits_no_more_once_its_time_is_over(
    store: Store, over: Callable[[Store], object]
) -> None:
    record(store)

    over(store)

    assert store.overview.to_approve(1).count == 0
    assert store.outbox.listed(State.DROPPED)


def test_one_that_nobody_sent_waits_on_in_a_closed_case(store: Store) -> None:
    record(store)

    store.register.close(REFERENCE, DEED, "withdrawn")

    assert store.overview.to_approve(1).count == 1
