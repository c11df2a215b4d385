"""Due dates are counted again when a day off comes or goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decision.conftest import CALENDAR, TABLES, Book, rules
from triage.decision import Promises, changes_in_words, is_changed, recount
from triage.workdays import Calendar, due

MONDAY = datetime(2026, 6, 1, 10, tzinfo=UTC)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACKNOWLEDGE_BY = datetime(2026, 6, 3, 16, tzinfo=UTC)
RESPOND_BY = datetime(2026, 6, 17, 16, tzinfo=UTC)
DAY_LATER = datetime(2026, 6, 18, 16, tzinfo=UTC)
PROMISES = Promises(
    route="complaint",
    clock_from=MONDAY,
    acknowledge_by=ACKNOWLEDGE_BY,
    respond_by=RESPOND_BY,
)
TOLD = replace(PROMISES, is_acknowledged=True)
TENTH = {date(2026, 6, 10): "Staff day"}


def closed_on(days: dict[date, str], **changes: Any) -> Book:
    """The rules with these closing days."""
    calendar = replace(CALENDAR, closing_days=days, **changes)
    return replace(rules(), calendar=calendar)


def calendar(days: dict[date, str]) -> Calendar:
    return closed_on(days).calendar


def test_a_new_closing_day_makes_the_answer_later() -> None:
    found = recount(PROMISES, CALENDAR, closed_on(TENTH), NOON)

    assert (found.acknowledge_by, found.respond_by) == (ACKNOWLEDGE_BY, DAY_LATER)
    assert found.why == "Wed 10 June 2026 is now a closing day (Staff day)"


def test_a_closing_day_before_the_acknowledgement_moves_both() -> None:
    found = recount(PROMISES, CALENDAR, closed_on({date(2026, 6, 2): "Strike"}), NOON)

    assert found.acknowledge_by == ACKNOWLEDGE_BY + timedelta(days=1)
    assert found.respond_by == DAY_LATER


def test_what_was_acknowledged_keeps_the_date_of_its_acknowledgement() -> None:
    found = recount(TOLD, CALENDAR, closed_on({date(2026, 6, 2): "Strike"}), NOON)

    assert (found.acknowledge_by, found.respond_by) == (ACKNOWLEDGE_BY, DAY_LATER)


def test_a_promise_that_was_told_is_not_made_earlier() -> None:
    promises = replace(TOLD, respond_by=DAY_LATER)

    found = recount(promises, calendar(TENTH), closed_on({}), NOON)

    assert (found.respond_by, found.kept) == (DAY_LATER, True)


def test_a_date_that_nobody_was_told_becomes_earlier() -> None:
    promises = replace(PROMISES, respond_by=DAY_LATER)

    found = recount(promises, calendar(TENTH), closed_on({}), NOON)

    assert (found.respond_by, found.kept) == (RESPOND_BY, False)
    assert found.why == "Wed 10 June 2026 is now a working day"


def test_no_date_moves_into_the_past() -> None:
    promises = replace(PROMISES, respond_by=DAY_LATER)
    thursday = datetime(2026, 6, 18, 10, tzinfo=UTC)

    found = recount(promises, calendar(TENTH), closed_on({}), thursday)

    assert found.respond_by == DAY_LATER


def test_a_date_that_was_set_stays_and_is_told_when_its_day_is_off() -> None:
    until = datetime(2026, 6, 24, 16, tzinfo=UTC)
    promises = replace(TOLD, respond_by=until, extended_until=until)

    found = recount(
        promises, CALENDAR, closed_on({date(2026, 6, 24): "Staff day"}), NOON
    )

    assert found.respond_by == until
    assert found.broken == (
        "Wed 24 June 2026 was set for the answer: it is now a closing day (Staff day)"
    )


def test_an_owed_acknowledgement_alone_moves_too() -> None:
    promises = replace(PROMISES, respond_by=None)

    found = recount(promises, CALENDAR, closed_on({date(2026, 6, 2): "Strike"}), NOON)

    assert found.respond_by is None
    assert found.acknowledge_by == ACKNOWLEDGE_BY + timedelta(days=1)


def test_another_number_of_days_is_for_new_cases_only() -> None:
    fewer = rules(calendar={"acknowledge_days": 1, "respond_days": 5})

    found = recount(PROMISES, CALENDAR, fewer, NOON)

    assert not found.is_move(PROMISES)


def test_days_that_a_case_has_of_its_own_are_counted_again() -> None:
    odd = due(due(MONDAY, 3, CALENDAR).at, 7, CALENDAR).at
    promises = replace(
        PROMISES, acknowledge_by=due(MONDAY, 3, CALENDAR).at, respond_by=odd
    )
    changed = closed_on(TENTH)

    found = recount(promises, CALENDAR, changed, NOON)

    assert found.acknowledge_by == promises.acknowledge_by
    expected = due(due(MONDAY, 3, changed.calendar).at, 7, changed.calendar).at
    assert found.respond_by == expected


def test_the_days_of_its_route_are_counted_again() -> None:
    routes = [
        route | {"respond_days": 20} if route["id"] == "complaint" else route
        for route in TABLES["route"]
    ]
    respond_by = due(ACKNOWLEDGE_BY, 20, CALENDAR).at
    changed = replace(rules(route=routes), calendar=calendar(TENTH))

    found = recount(replace(PROMISES, respond_by=respond_by), CALENDAR, changed, NOON)

    assert found.respond_by == respond_by + timedelta(days=1)


def test_a_case_that_the_new_calendar_counted_already_stays() -> None:
    promises = replace(PROMISES, respond_by=DAY_LATER)

    found = recount(promises, CALENDAR, closed_on(TENTH), NOON)

    assert not found.is_move(promises)


def test_another_closing_time_moves_the_hour() -> None:
    found = recount(PROMISES, CALENDAR, closed_on({}, closing_time=time(16)), NOON)

    assert found.acknowledge_by == ACKNOWLEDGE_BY - timedelta(hours=1)
    assert found.why == "the office now closes at 16:00"


WORDS: dict[str, tuple[Calendar, Calendar, list[str]]] = {
    "nothing": (CALENDAR, CALENDAR, []),
    "on a weekend": (CALENDAR, calendar({date(2026, 6, 6): "Fête"}), []),
    "on a holiday": (CALENDAR, calendar({date(2026, 8, 31): "Closed"}), []),
    "a holiday that was not known": (
        replace(CALENDAR, public={2026: {}}),
        CALENDAR,
        ["Mon 31 August 2026 is now a holiday (Late Summer Bank Holiday)"],
    ),
    "more than three": (
        CALENDAR,
        calendar({date(2026, 6, day): "Strike" for day in (8, 9, 10, 11, 12)}),
        [
            "Mon 8 June 2026 is now a closing day (Strike)",
            "Tue 9 June 2026 is now a closing day (Strike)",
            "Wed 10 June 2026 is now a closing day (Strike)",
            "and 2 more days",
        ],
    ),
    "four": (
        CALENDAR,
        calendar({date(2026, 6, day): "Strike" for day in (8, 9, 10, 11)}),
        [
            "Mon 8 June 2026 is now a closing day (Strike)",
            "Tue 9 June 2026 is now a closing day (Strike)",
            "Wed 10 June 2026 is now a closing day (Strike)",
            "and 1 more day",
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), WORDS.values(), ids=WORDS)
def test_what_changed_is_said_in_words(
    old: Calendar, new: Calendar, expected: list[str]
) -> None:
    words = list(changes_in_words(old, new, date(2026, 6, 1), date(2026, 8, 31)))

    assert words == expected
    assert is_changed(old, new, date(2026, 6, 1)) == bool(expected)


DAYS = st.sets(st.dates(date(2026, 5, 20), date(2026, 7, 31)), max_size=12)


@given(
    st.datetimes(datetime(2026, 5, 20), datetime(2026, 7, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    DAYS,
    DAYS,
)
def test_untold_dates_come_to_what_the_new_calendar_says(
    clock_from: datetime, before: set[date], after: set[date]
) -> None:
    old, new = (calendar(dict.fromkeys(days, "Closed")) for days in (before, after))
    acknowledge = due(clock_from, 2, old).at
    promises = Promises(
        route="complaint",
        clock_from=clock_from,
        acknowledge_by=acknowledge,
        respond_by=due(acknowledge, 10, old).at,
    )

    found = recount(promises, old, replace(rules(), calendar=new), clock_from)

    expected = due(clock_from, 2, new).at
    assert (found.acknowledge_by, found.respond_by) == (
        expected,
        due(expected, 10, new).at,
    )
