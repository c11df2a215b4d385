"""Whether somebody is told that their answer takes longer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.decision.conftest import TABLES, Book, rules
from triage.decision import Unanswered, holding
from triage.decision.holding import HELD
from triage.decision.model import Spent

RESPOND_BY = datetime(2026, 4, 22, 16, tzinfo=UTC)
"""A Wednesday, at closing time."""
MONDAY = datetime(2026, 4, 20, 8, tzinfo=UTC)
"""Two working days before, at opening time."""
CASE = Unanswered(
    route="complaint", respond_by=RESPOND_BY, domain="school.example", spent=Spent()
)
SEND = {"holding": "send"}


def book(mode: str = "live", **clock: Any) -> Book:
    return rules(clock=SEND | clock, modes={"at_most": mode})


def test_a_letter_names_a_date_so_many_working_days_later() -> None:
    plan = holding(CASE, book(), MONDAY)

    assert plan is not None
    assert plan.held == ()
    # 4 May 2026 is a bank holiday.
    assert plan.respond.at == datetime(2026, 5, 7, 16, tzinfo=UTC)


def test_after_the_date_has_passed_the_new_one_counts_from_today() -> None:
    plan = holding(CASE, book(holding_days=1), RESPOND_BY + timedelta(days=7))

    assert plan is not None
    assert plan.respond.at == datetime(2026, 4, 30, 16, tzinfo=UTC)


NONE_NOW: dict[str, tuple[Unanswered, Book, datetime]] = {
    "switched off": (CASE, book(holding="off"), MONDAY),
    "a second too early": (CASE, book(), MONDAY - timedelta(seconds=1)),
    "the ceiling is watch": (CASE, book("watch"), MONDAY),
    "a route that is gone": (replace(CASE, route="old"), book(), MONDAY),
    "no route": (replace(CASE, route=None), book(), MONDAY),
    "the breaker is open": (replace(CASE, breaker_is_open=True), book(), MONDAY),
    "the hour is full": (replace(CASE, spent=Spent(in_hour=60)), book(), MONDAY),
}


@pytest.mark.parametrize(("case", "book", "now"), NONE_NOW.values(), ids=NONE_NOW)
def test_no_letter_now(case: Unanswered, book: Book, now: datetime) -> None:
    assert holding(case, book, now) is None


WAITS: dict[str, tuple[Unanswered, Book]] = {
    "proposed": (CASE, book(holding="propose")),
    "by-route": (CASE, book("hold")),
    "flagged": (replace(CASE, is_flagged=True), book()),
    "matters": (replace(CASE, has_matters=True), book()),
    "away": (replace(CASE, is_steady=False), book()),
    "unseen": (replace(CASE, is_answer_looked_for=False), book()),
    "at-most": (replace(CASE, told_before=1), book()),
    "sender-budget": (replace(CASE, spent=Spent(to_sender_in_day=3)), book()),
    "domain-budget": (replace(CASE, spent=Spent(to_domain_in_hour=20)), book()),
}


@pytest.mark.parametrize(("code", "case", "book"), [(k, *v) for k, v in WAITS.items()])
def test_a_letter_waits_for_a_person(code: str, case: Unanswered, book: Book) -> None:
    plan = holding(case, book, MONDAY)

    assert plan is not None
    assert [reason.code for reason in plan.held] == [code]


def test_every_reason_to_wait_is_tested() -> None:
    assert {code for code, _, _ in HELD} == set(WAITS)


def test_a_domain_of_unrelated_people_has_no_budget() -> None:
    spent = Spent(to_domain_in_hour=500)
    case = replace(CASE, domain="gmail.com", spent=spent)

    plan = holding(case, book(), MONDAY)

    assert plan is not None
    assert plan.held == ()


def test_a_route_that_waits_for_approval_has_its_holding_letters_wait() -> None:
    routes = [
        route | {"mode": "hold"} if route["id"] == "complaint" else route
        for route in TABLES["route"]
    ]

    plan = holding(CASE, rules(clock=SEND, route=routes), MONDAY)

    assert plan is not None
    assert [reason.code for reason in plan.held] == ["by-route"]
