"""Cases in which nothing is to be done close by themselves, and no others do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.deadlines.conftest import RECEIVED, Office
from tests.store.making import make_letter, make_record
from triage.decision.model import Reason
from triage.store import Deed, MatterKind
from triage.store.case_states import CaseState
from triage.store.quiet import ANSWERED, OWED_NOTHING

REFERENCE = "CMP-2026-00001"
APRIL = datetime(2026, 4, 1, 10, tzinfo=UTC)
"""Thirty days after receipt."""
DEED = Deed(at=RECEIVED, by="ann", act="answer")
WAITS = (Reason("by-route", "replies of this route wait"),)


def outcome(office: Office) -> tuple[CaseState, str | None]:
    line = office.case(REFERENCE)
    return line.state, line.outcome


@pytest.fixture
def answered(office: Office) -> Office:
    """A case that was answered thirty days ago."""
    office.acknowledged()
    office.store.register.answer(REFERENCE, DEED)
    office.settle(APRIL)
    return office


def redirected(office: Office, route: str = "school-first") -> Office:
    """A case that went elsewhere, or was only recorded, thirty days ago."""
    office.acknowledged(route=route, responds=False)
    office.settle(APRIL)
    return office


def test_an_answered_case_closes_after_so_many_quiet_days(answered: Office) -> None:
    done = answered.run()

    assert done["cases closed"] == 1
    assert outcome(answered) == (CaseState.CLOSED, "answered")
    entry = answered.store.audit.entries(REFERENCE)[-1]
    assert (entry.by, entry.act) == ("triage", "close")


def test_a_case_that_was_sent_elsewhere_closes(office: Office) -> None:
    redirected(office).run()

    assert outcome(office) == (CaseState.CLOSED, "redirected")


def test_a_concern_closes(office: Office) -> None:
    redirected(office, "review").run()

    assert outcome(office) == (CaseState.CLOSED, "recorded")


def test_an_outcome_that_a_person_gave_stays(answered: Office) -> None:
    engine = answered.store._engine
    engine.run("UPDATE cases SET outcome = 'upheld'")

    answered.run()

    assert outcome(answered) == (CaseState.CLOSED, "upheld")


def add_message(office: Office) -> None:
    at = APRIL - timedelta(days=1)
    office.store.record(make_record(50, asked={"now": at}, decided={"case": REFERENCE}))


def add_letter(office: Office) -> None:
    letter = make_letter(kind="receipt", held=WAITS)
    office.store.record(
        make_record(
            50, asked={"now": RECEIVED}, decided={"case": REFERENCE}, letters=(letter,)
        )
    )


def go_on(office: Office) -> None:
    office.store._engine.run("UPDATE cases SET went_on_at = :at", at=RECEIVED)


NOT_QUIET: dict[str, Callable[[Office], object]] = {
    "a mail came since": add_message,
    "a letter waits": add_letter,
    "the writer went on": go_on,
    "a matter is open": lambda office: office.store.matters.add(
        REFERENCE, MatterKind.OTHER_WRITER, "Somebody else wrote", RECEIVED
    ),
    "a second too early": lambda office: setattr(
        office, "now", APRIL - timedelta(seconds=1)
    ),
    "never, by the rules": lambda office: office.with_clock(close_answered_after=0),
    "the clock jumped": lambda office: setattr(
        office, "now", APRIL + timedelta(days=365)
    ),
}


@pytest.mark.parametrize("happen", NOT_QUIET.values(), ids=NOT_QUIET)
def test_a_case_that_is_not_quiet_stays(
    answered: Office, happen: Callable[[Office], object]
) -> None:
    happen(answered)

    assert answered.run()["cases closed"] == 0


def test_who_is_owed_an_answer_stays(office: Office) -> None:
    office.acknowledged()
    office.settle(APRIL)

    assert office.run()["cases closed"] == 0


def test_who_is_not_acknowledged_stays(office: Office) -> None:
    office.receive()
    office.settle(APRIL)

    assert office.run()["cases closed"] == 0


PLANS = {
    "answered": (ANSWERED, "cases_answered (went_on_at=? AND answered_at"),
    "owed nothing": (
        OWED_NOTHING,
        "cases_owed_nothing (respond_by=? AND acknowledged_at",
    ),
}


@pytest.mark.parametrize(("query", "index"), PLANS.values(), ids=PLANS)
def test_they_are_found_by_index(office: Office, query: str, index: str) -> None:
    plan = office.store._engine.rows(
        f"EXPLAIN QUERY PLAN {query}", before=APRIL, limit=1, routes="[]", among=1
    )

    steps = [step["detail"] for step in plan]
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN c")]
