"""A report of a plausible year, made once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from tests.report.year import Making, fill
from triage.report import Period, Question, Report, report_of
from triage.ruleset import Ruleset
from triage.store import Store
from triage.wiring import rulebook_to_look_at

NOW = datetime(2026, 12, 21, 10, tzinfo=UTC)
CASES = 900


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return rulebook_to_look_at(None, None).ruleset


@pytest.fixture(scope="session")
def filled(ruleset: Ruleset) -> Iterator[Store]:
    with Store.scratch() as store:
        fill(store, ruleset, Making(2025, CASES, NOW))
        fill(store, ruleset, Making(2026, CASES, NOW, CASES + 1, has_rise=True))
        yield store


@pytest.fixture(scope="session")
def question(ruleset: Ruleset) -> Question:
    period = Period(date(2026, 1, 1), date(2026, 12, 20), ruleset.calendar.timezone)
    return Question(period, ruleset, NOW)


@pytest.fixture(scope="session")
def report(filled: Store, question: Question) -> Report:
    return report_of(filled, question)
