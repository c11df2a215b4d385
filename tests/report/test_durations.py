"""Office hours and percentiles."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from triage.report.durations import OfficeHours, percentile, spread_of
from triage.workdays import Calendar

LONDON = ZoneInfo("Europe/London")
CALENDAR = Calendar(LONDON, time(17), "GB", "ENG", opening_time=time(9))
HOURS = OfficeHours(CALENDAR, date(2026, 1, 1), date(2026, 12, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        ("2026-03-02 10:00", "2026-03-02 10:30", 0.5),
        ("2026-03-02 07:00", "2026-03-02 10:00", 1),
        ("2026-03-02 18:00", "2026-03-03 08:00", 0),
        ("2026-03-02 16:00", "2026-03-03 10:00", 2),
        ("2026-03-06 16:00", "2026-03-09 10:00", 2),
        ("2026-03-07 12:00", "2026-03-08 12:00", 0),
        ("2026-04-02 16:00", "2026-04-07 10:00", 2),
        ("2026-03-27 16:00", "2026-03-30 10:00", 2),
        ("2026-10-23 16:00", "2026-10-26 10:00", 2),
        ("2026-03-02 09:00", "2026-03-16 09:00", 80),
        ("2026-03-03 10:00", "2026-03-02 10:00", 0),
    ],
    ids=[
        "within a day",
        "from before the office opens",
        "over a night",
        "to the next day",
        "over a weekend",
        "at a weekend",
        "over Easter",
        "over the night when clocks go forward",
        "over the night when clocks go back",
        "two weeks",
        "backwards",
    ],
)
def test_only_office_hours_count(begins: str, ends: str, hours: float) -> None:
    assert timedelta(hours=hours) == HOURS.between(at(begins), at(ends))


def test_any_zone_will_do() -> None:
    begins = datetime(2026, 7, 1, 8, tzinfo=UTC)

    assert timedelta(hours=1) == HOURS.between(begins, begins + timedelta(hours=1))


def test_what_lies_beyond_its_days_counts_up_to_them() -> None:
    day = OfficeHours(CALENDAR, date(2026, 3, 2), date(2026, 3, 3))

    assert timedelta(hours=16) == day.between(at("2025-01-01"), at("2027-01-01"))


def minutes(*numbers: int) -> list[timedelta]:
    return [timedelta(minutes=number) for number in numbers]


@pytest.mark.parametrize(
    ("times", "share", "expected"),
    [
        (range(1, 11), 0.9, 9),
        (range(1, 11), 0.5, 5),
        (range(1, 12), 0.9, 10),
        (range(1, 101), 0.9, 90),
        ((7,), 0.9, 7),
        ((1, 9), 0.5, 1),
    ],
    ids=["ten", "half of ten", "eleven", "a hundred", "one", "two"],
)
def test_a_percentile_is_the_least_time_within_which_that_share_was_done(
    times: range, share: float, expected: int
) -> None:
    assert timedelta(minutes=expected) == percentile(minutes(*times), share)


def test_without_any_time_there_is_no_percentile() -> None:
    assert percentile([], 0.5) is None


def test_what_took_exactly_a_bound_is_within_it() -> None:
    spread = spread_of(minutes(3, 1, 2, 9, 2), minutes(1, 2, 4))

    assert spread.within == (1, 2, 1, 1)
    assert timedelta(minutes=9) == spread.longest
