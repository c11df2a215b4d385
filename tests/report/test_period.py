"""Days and weeks of a report, in the board's own time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from triage.report import Period

LONDON = ZoneInfo("Europe/London")


def period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last), LONDON)


def weeks(of: Period) -> list[tuple[str, str]]:
    return [(each.first.isoformat(), each.last.isoformat()) for each in of.weeks()]


def test_the_last_day_belongs_to_the_period() -> None:
    since, until = period("2026-01-05", "2026-01-05").span

    assert datetime(2026, 1, 5, tzinfo=UTC) == since
    assert datetime(2026, 1, 6, tzinfo=UTC) == until


def test_days_begin_at_midnight_in_the_board_s_zone() -> None:
    since, until = period("2026-07-01", "2026-07-31").span

    assert datetime(2026, 6, 30, 23, tzinfo=UTC) == since
    assert datetime(2026, 7, 31, 23, tzinfo=UTC) == until


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)],
    ids=["clocks go forward", "clocks go back", "as ever"],
)
def test_a_day_has_as_many_hours_as_the_clocks_give_it(day: str, hours: int) -> None:
    since, until = period(day, day).span

    assert timedelta(hours=hours) == until - since


def test_a_week_runs_over_the_end_of_a_year() -> None:
    assert weeks(period("2026-12-28", "2027-01-10")) == [
        ("2026-12-28", "2027-01-03"),
        ("2027-01-04", "2027-01-10"),
    ]


def test_the_outermost_weeks_may_be_parts() -> None:
    assert weeks(period("2026-01-01", "2026-01-12")) == [
        ("2026-01-01", "2026-01-04"),
        ("2026-01-05", "2026-01-11"),
        ("2026-01-12", "2026-01-12"),
    ]


def test_weeks_leave_no_instant_out_and_count_none_twice() -> None:
    whole = period("2025-12-31", "2027-01-01")

    spans = [week.span for week in whole.weeks()]

    assert whole.span == (spans[0][0], spans[-1][1])
    assert [until for _, until in spans[:-1]] == [since for since, _ in spans[1:]]


@pytest.mark.parametrize(
    ("first", "begins", "ends"),
    [
        ("2026-01-01", "2025-01-01", "2025-12-31"),
        ("2024-02-29", "2023-02-28", "2024-02-28"),
        ("2026-03-01", "2025-03-01", "2026-02-28"),
    ],
    ids=["a year", "29 February", "1 March"],
)
def test_the_year_before_ends_the_day_before(
    first: str, begins: str, ends: str
) -> None:
    assert period(begins, ends) == period(first, "2026-06-30").year_before()


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        period("2026-01-02", "2026-01-01")
