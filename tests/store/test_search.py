"""Cases that people look for: in their order, cut, and by index."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from tests.store.making import NOW, record_case
from triage.store import CaseQuery, CaseState, Deed, Field, Sort, Store
from triage.store.engine import Engine, Row
from triage.store.search import COUNTED, search

DAY = timedelta(days=1)
DEED = Deed(at=NOW, by="amina", act="x")


def reference(number: int) -> str:
    return f"CMP-2026-{number:05d}"


def numbers(store: Store, query: CaseQuery) -> list[int]:
    return [int(line.reference[-5:]) for line in store.cases.search(query).lines]


def have_cases(store: Store, count: int) -> None:
    """Have many cases at once, of which nothing else matters."""
    store._engine.run(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < :count) INSERT INTO cases (reference, opened_at, recorded_at,"
        " clock_from, role, priority, flags, missing, withheld)"
        " SELECT 'CMP-' || i, :at, :at, :at, 'x', 'normal', '[]', '[]', '[]' FROM n",
        count=count,
        at=NOW,
    )


@pytest.fixture
def four(store: Store) -> Store:
    """Four cases that came day by day: the second answered, the third closed."""
    for number in range(1, 5):
        record_case(store, number, received_at=NOW + number * DAY)
        until = NOW + (30 - number) * DAY
        store.register.extend(reference(number), DEED, until)
    store.register.answer(reference(2), DEED)
    store.register.close(reference(3), DEED, "upheld")
    return store


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.DUE, [4, 1, 2, 3]),
        (Sort.OPENED, [4, 3, 2, 1]),
        (Sort.CLOSED, [3, 4, 2, 1]),
        (Sort.PRIORITY, [4, 1, 2, 3]),
        (Sort.ROUTE, [4, 1, 2, 3]),
        (Sort.OWNER, [4, 2, 3, 1]),
    ],
)
def test_cases_are_in_the_order_that_is_asked_for(
    four: Store, sort: Sort, order: list[int]
) -> None:
    four.register.assign(reference(1), DEED, "amina")

    assert numbers(four, CaseQuery(sort=sort)) == order


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (CaseState.OPEN, [4, 1]),
        (CaseState.ANSWERED, [2]),
        (CaseState.CLOSED, [3]),
        (CaseState.MERGED, []),
    ],
)
def test_cases_are_found_by_their_state(
    four: Store, state: CaseState, found: list[int]
) -> None:
    assert numbers(four, CaseQuery(state=state)) == found


def test_a_limit_cuts_but_everything_is_counted(four: Store) -> None:
    found = four.cases.search(CaseQuery(limit=3))

    assert (len(found.lines), found.total) == (3, 4)


def test_only_so_many_more_are_counted(store: Store) -> None:
    have_cases(store, COUNTED + 2)

    found = store.cases.search(CaseQuery(limit=1))

    assert (found.total, found.has_uncounted) == (COUNTED + 1, True)


def test_as_many_as_are_counted_are_all(store: Store) -> None:
    have_cases(store, COUNTED + 1)

    found = store.cases.search(CaseQuery(limit=1))

    assert (found.total, found.has_uncounted) == (COUNTED + 1, False)


def test_a_limit_that_is_just_enough_hides_nothing(four: Store) -> None:
    found = four.cases.search(CaseQuery(limit=4))

    assert (len(found.lines), found.total) == (4, 4)


def test_what_a_closed_case_owed_is_not_due(four: Store) -> None:
    late = NOW + 100 * DAY

    assert numbers(four, CaseQuery(due_before=late)) == [4, 1]


def test_a_person_is_found_by_another_address_too(store: Store) -> None:
    record_case(store, 1)
    other = {"address": "j@school.example"}
    record_case(store, 2, asked=other | {"identity_keys": ("addr:jane@example.org",)})
    stranger = {"address": "b@x.example", "identity_keys": ("addr:b@x.example",)}
    record_case(store, 3, asked=stranger)

    assert numbers(store, CaseQuery(person="j@school.example")) == [1, 2]


def test_text_is_looked_for_as_it_is_typed(four: Store) -> None:
    four.register.record(reference(1), DEED, {Field.CENTRE: "100% Hill_School"})
    four.register.note(reference(2), DEED, "100 hills")

    found = [numbers(four, CaseQuery(text=each)) for each in ("100%", "l_S", "HILL")]

    assert found == [[1], [1], [1, 2]]


def test_particulars_of_many_cases_come_together(store: Store) -> None:
    with store.batch():
        for number in range(1, 602):
            record_case(store, number)
            store.register.record(
                reference(number), DEED, {Field.CENTRE: f"GB{number}"}
            )

    found = store.cases.particulars(reference(number) for number in range(1, 602))

    assert len(found) == 601
    assert found[reference(601)] == {Field.CENTRE: "GB601"}


def test_only_known_columns_have_words(store: Store) -> None:
    with pytest.raises(ValueError, match="nobody looks"):
        store.cases.words_in_use("withheld")


class Listening:
    """An engine that remembers how each query goes about its work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.mailbox = engine.mailbox
        self.plans: list[str] = []

    def reading(self) -> AbstractContextManager[None]:
        return self._engine.reading()

    def rows(self, sql: str, **values: object) -> Sequence[Row]:
        plan = self._engine.rows(f"EXPLAIN QUERY PLAN {sql}", **values)
        self.plans += (row["detail"] for row in plan)
        return self._engine.rows(sql, **values)

    def one(self, sql: str, **values: object) -> Row:
        return self.rows(sql, **values)[0]


SOON: datetime = NOW + DAY
PLANS = {
    "all": (CaseQuery(), "SCAN c USING INDEX cases_due"),
    "latest": (CaseQuery(sort=Sort.OPENED), "SCAN c USING COVERING INDEX cases_opened"),
    "open": (
        CaseQuery(state=CaseState.OPEN),
        "SEARCH c USING INDEX cases_due (<expr>=? AND <expr>=?)",
    ),
    "open by priority": (
        CaseQuery(state=CaseState.OPEN, sort=Sort.PRIORITY),
        "SEARCH c USING INDEX cases_due (<expr>=? AND <expr>=?)",
    ),
    "open of an owner": (
        CaseQuery(state=CaseState.OPEN, owner="amina"),
        "SEARCH c USING INDEX cases_owner (owner=? AND <expr>=? AND <expr>=?)",
    ),
    "answered": (
        CaseQuery(state=CaseState.ANSWERED),
        "SEARCH c USING INDEX cases_due (<expr>=? AND <expr>=?)",
    ),
    "latest closed": (
        CaseQuery(state=CaseState.CLOSED, sort=Sort.CLOSED),
        "SEARCH c USING COVERING INDEX cases_closed (closed_at>?)",
    ),
    "of a route": (
        CaseQuery(route="review"),
        "SEARCH c USING INDEX cases_route (route=?)",
    ),
    "of an owner": (
        CaseQuery(owner="amina"),
        "SEARCH c USING INDEX cases_owner (owner=?)",
    ),
    "flagged": (CaseQuery(flag="any"), "SCAN c USING INDEX cases_flagged"),
    "due": (
        CaseQuery(due_before=SOON),
        "SEARCH c USING INDEX cases_unanswered (respond_by>? AND respond_by<?)",
    ),
    "to look at": (
        CaseQuery(has_matters=True),
        "SCAN matters USING INDEX matters_open",
    ),
    "of a person": (
        CaseQuery(person="jane@example.org"),
        "SEARCH parties USING COVERING INDEX parties_address (address=?)",
    ),
}


@pytest.mark.parametrize(("query", "wanted"), PLANS.values(), ids=PLANS)
def test_usual_questions_go_by_an_index(
    store: Store, query: CaseQuery, wanted: str
) -> None:
    listening = Listening(store._engine)

    search(cast("Engine", listening), replace(query, limit=50))

    assert wanted in listening.plans
    assert "SCAN c" not in listening.plans
