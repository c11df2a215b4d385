"""What people have to see to, and what happened: each figure is the register's."""

from datetime import timedelta
from typing import Any

import pytest

from tests.store.making import INBOX, NOW, make_letter, make_record, place, record_case
from tests.store.sending import accept, claim, lose, refuse
from triage.decision.model import Disposition, Reason
from triage.store import (
    ALL,
    Balance,
    CameIn,
    Deed,
    Inbox,
    MatterKind,
    Place,
    SetAside,
    State,
    Store,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HELD = (Reason("by-route", "replies of this route wait"),)
ANN = Deed(at=NOW, by="Ann", act="test")


def set_aside(store: Store, uid: int, hours: int = 1) -> None:
    store.ledger.set_aside(
        SetAside(
            place=place(uid),
            received_at=NOW,
            reason="it is too large",
            due=NOW + hours * HOUR,
            now=NOW,
        )
    )


def test_a_case_is_open_until_it_is_answered_or_closed(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid)
    store.register.answer("CMP-2026-00001", ANN)
    store.register.close("CMP-2026-00002", ANN, "withdrawn")

    assert store.overview.open_cases() == 1


def test_debt_is_counted_by_what_is_to_be_done(store: Store) -> None:
    record_case(store, 1, letters=(make_letter("CMP-2026-00001", held=HELD),))
    record_case(store, 2, letters=())
    record_case(store, 3)
    refuse(store, claim(store))
    record_case(store, 4)

    found = store.overview.unacknowledged(ALL)

    assert found.by == {"approve": 1, "decide": 1, "write": 1}
    assert found.count == len(store.cases.debts()) == 3


def test_a_server_that_names_the_person_is_not_quoted(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    why = "550 5.1.1 <jane@example.org> unknown"
    store.outbox.refuse(letter, NOW, why, address_is_bad=True)

    (debt,) = store.overview.unacknowledged(ALL).rows

    assert debt.in_short == ("its letter was refused",)


def test_letters_wait_for_approval_until_somebody_decides(store: Store) -> None:
    for uid in (1, 2):
        letter = make_letter(f"CMP-2026-{uid:05d}", held=HELD)
        record_case(store, uid, letters=(letter,))
    store.approvals.approve(1, NOW, "Ann")

    found = store.overview.to_approve(ALL)

    assert [each.reference for each in found.rows] == ["CMP-2026-00002"]


def test_letters_in_doubt_are_those_that_may_not_have_arrived(store: Store) -> None:
    for uid in range(1, 6):
        held = HELD if uid == 5 else ()
        record_case(
            store, uid, letters=(make_letter(f"CMP-2026-{uid:05d}", held=held),)
        )
    accept(store, claim(store))
    lose(store, claim(store))
    refuse(store, claim(store))
    store.outbox.hold(claim(store), NOW, "put off for two days")

    found = store.overview.doubtful(ALL)

    assert found.by == {State.HELD: 1, State.REFUSED: 1, State.UNCERTAIN: 1}
    assert found.count == 3


def test_what_was_set_aside_is_told_while_it_lies_there(store: Store) -> None:
    set_aside(store, 1, hours=2)
    set_aside(store, 2, hours=1)
    set_aside(store, 3)
    store.ledger.reconcile(INBOX, 1, [1, 2], NOW)

    found = store.overview.set_aside(ALL)

    assert found.count == 2
    assert [each.uid for each in found.rows] == [2, 1]


def flagged(store: Store, uid: int, *flags: str) -> None:
    record_case(store, uid, decided={"flags": flags})


def test_flagged_cases_stand_in_the_order_of_the_rules(store: Store) -> None:
    flagged(store, 1, "repeat-sender")
    flagged(store, 2, "legal", "repeat-sender")
    flagged(store, 3, "safeguarding")
    flagged(store, 4)
    flagged(store, 5, "safeguarding")
    store.register.answer("CMP-2026-00005", ANN)

    found = store.overview.flagged(("safeguarding", "legal"), ALL)

    assert [each.reference[-1] for each in found.rows] == ["3", "2", "1"]
    assert found.by == {"legal": 1, "repeat-sender": 2, "safeguarding": 1}


def test_matters_are_told_until_they_are_settled(store: Store) -> None:
    for uid in (1, 2):
        record_case(store, uid)
        reference = f"CMP-2026-{uid:05d}"
        store.matters.add(reference, MatterKind.OTHER_WRITER, "somebody", NOW)
    store.matters.settle("CMP-2026-00001", ANN)

    found = store.overview.unsettled(ALL)

    assert found.by == {MatterKind.OTHER_WRITER: 1}
    assert [each.reference for each in found.rows] == ["CMP-2026-00002"]


def test_a_list_is_cut_and_its_number_is_not(store: Store) -> None:
    for uid in range(1, 4):
        set_aside(store, uid)

    found = store.overview.set_aside(2)

    assert (found.count, len(found.rows), found.more) == (3, 2, 1)


def came(store: Store, uid: int, **decided: Any) -> None:
    store.record(make_record(uid, decided=decided))


def test_what_came_in_is_told_by_route_and_kind(store: Store) -> None:
    record_case(store, 1)
    record_case(store, 2)
    record_case(store, 3, decided={"route": "review"})
    came(store, 4, case="CMP-2026-00001", route="follow-up")
    came(store, 5, disposition=Disposition.RECORD)
    store.record(make_record(6, raw=b"message 1"))
    set_aside(store, 7)

    found = store.happened.came_in(NOW, NOW + HOUR)

    assert found == CameIn(
        cases=3,
        by_route={"formal-complaint": 2, "review": 1},
        follow_ups=1,
        automatic=1,
        duplicates=1,
        set_aside=1,
    )


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [(NOW, NOW + HOUR, 1), (NOW - HOUR, NOW, 0), (NOW + HOUR, NOW + DAY, 0)],
    ids=["from the first moment on", "without the last moment", "later"],
)
def test_a_stretch_of_time_begins_with_its_first_moment_and_ends_before_its_last(
    store: Store, since: Any, until: Any, expected: int
) -> None:
    record_case(store)
    store.register.answer("CMP-2026-00001", ANN)
    store.register.close("CMP-2026-00001", ANN, "upheld")

    happened = store.happened

    assert happened.came_in(since, until).cases == expected
    assert happened.answered(since, until, ALL).count == expected
    assert happened.closed(since, until, ALL).by == ({"upheld": 1} if expected else {})


def test_the_last_balance_of_a_mailbox_is_kept(store: Store) -> None:
    record_case(store)
    first = Balance(inbox=INBOX, at=NOW, unaccounted=2, lingering=0)
    second = Balance(inbox=INBOX, at=NOW + HOUR, unaccounted=0, lingering=0)
    store.balances.note(first)
    store.balances.note(second)

    (last,) = store.balances.last()

    assert last == second
    assert (first.is_even, last.is_even) == (False, True)


@pytest.mark.parametrize("is_used", [True, False], ids=["used", "empty"])
def test_how_a_mailbox_stood_where_it_is_read_no_more_is_forgotten(
    store: Store, is_used: bool
) -> None:
    record_case(store)
    moved = Inbox("complaints@new.example", INBOX.folder)
    store.balances.note(Balance(inbox=INBOX, at=NOW, unaccounted=2, lingering=0))
    if is_used:
        record_case(store, 2, asked={"place": Place(moved, 1, 2)})

    store.balances.note(Balance(inbox=moved, at=NOW, unaccounted=0, lingering=0))

    assert [each.inbox for each in store.balances.last()] == [moved] * is_used


QUESTIONS = {
    "open cases": lambda store: store.overview.open_cases(),
    "unacknowledged": lambda store: store.overview.unacknowledged(20),
    "to approve": lambda store: store.overview.to_approve(20),
    "doubtful": lambda store: store.overview.doubtful(20),
    "set aside": lambda store: store.overview.set_aside(20),
    "flagged": lambda store: store.overview.flagged(("safeguarding",), 20),
    "unsettled": lambda store: store.overview.unsettled(20),
    "requests": lambda store: store.overview.requests(20),
    "came in": lambda store: store.happened.came_in(NOW, NOW + DAY),
    "answered": lambda store: store.happened.answered(NOW, NOW + DAY, 20),
    "closed": lambda store: store.happened.closed(NOW, NOW + DAY, 20),
    "due": lambda store: store.duties.due(NOW, NOW + DAY),
    "letters by state": lambda store: store.outbox.counted(),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_no_question_reads_a_whole_table(store: Store, ask: Any) -> None:
    asked: list[str] = []
    connection = store._engine.database.conn
    connection.set_trace_callback(asked.append)
    ask(store)
    connection.set_trace_callback(None)

    plans = [
        step[3]
        for sql in asked
        for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
    ]

    assert plans
    assert [step for step in plans if is_whole_scan(step)] == []


def is_whole_scan(step: str) -> bool:
    """Whether a step reads a table, or an index of the whole of it, from end to end."""
    partial = (
        "cases_unacknowledged", "cases_unanswered", "cases_flagged_open",
        "matters_open", "requests_open", "messages_aside",
    )  # fmt: skip
    if not step.startswith("SCAN") or "CONSTANT" in step:
        return False
    is_small = step.split()[1] == "i"  # inboxes
    return not is_small and not any(f"INDEX {name}" in step for name in partial)
