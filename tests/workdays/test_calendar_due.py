"""Calendar months and days, as the law counts them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from triage.workdays import Calendar, calendar_due, months_after

LONDON = Calendar(ZoneInfo("Europe/London"), time(17), "GB", "ENG")


@pytest.mark.parametrize(
    ("received", "due", "words"),
    [
        ("2026-03-03", "2026-04-07", "so Tue 7 April"),
        ("2026-01-31", "2026-03-02", "1 month from Sat 31 January 2026 → Sat 28 Feb"),
        ("2026-05-14", "2026-06-15", "no working day (Sunday), so Mon 15 June"),
        ("2026-12-10", "2027-01-11", "Mon 11 January 2027"),
        ("2026-06-01", "2026-07-01", "1 month from Mon 1 June 2026 → Wed 1 July"),
    ],
)
def test_a_month_ends_on_its_day_or_the_next_working_day(
    received: str, due: str, words: str
) -> None:
    at = datetime.fromisoformat(f"{received}T10:00:00+00:00")

    found = calendar_due(at, LONDON, months=1)

    assert (found.at.date(), found.at.time()) == (date.fromisoformat(due), time(17))
    assert words in found.words


def test_days_are_calendar_days() -> None:
    found = calendar_due(datetime(2026, 6, 1, 9, tzinfo=UTC), LONDON, days=30)

    assert found.at.date() == date(2026, 7, 1)


def test_the_day_of_receipt_is_the_boards_own() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    found = calendar_due(late, LONDON, months=1)

    assert found.counted_from == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -36, date(2023, 1, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_run_across_years_and_backwards(
    day: date, months: int, there: date
) -> None:
    assert months_after(day, months) == there
