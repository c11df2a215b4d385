from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from triage.workdays import Calendar

LONDON = ZoneInfo("Europe/London")
ENGLAND = Calendar(
    timezone=LONDON,
    closing_time=time(17),
    country="GB",
    subdivision="ENG",
    closing_days={
        date(2026, 5, 25): "Staff day",
        date(2026, 7, 4): "Summer fête",
        date(2026, 12, 29): "Winter closure",
    },
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 4, 2), None, id="an ordinary Thursday"),
        pytest.param(date(2026, 4, 4), "Saturday", id="Saturday"),
        pytest.param(date(2026, 4, 5), "Sunday", id="Easter Sunday"),
        pytest.param(date(2026, 4, 3), "Good Friday", id="Good Friday"),
        pytest.param(date(2026, 4, 6), "Easter Monday", id="Easter Monday"),
        pytest.param(date(2026, 12, 26), "Saturday", id="Boxing Day on a Saturday"),
        pytest.param(date(2026, 12, 28), "Boxing Day (observed)", id="substitute day"),
        pytest.param(date(2026, 12, 29), "Winter closure", id="closing day"),
        pytest.param(date(2026, 5, 25), "Staff day", id="closing day on a holiday"),
        pytest.param(date(2026, 7, 4), "Saturday", id="closing day on a weekend"),
        pytest.param(date(2028, 2, 29), None, id="29 February"),
        pytest.param(
            date(2022, 9, 19), "State Funeral of Queen Elizabeth II", id="once"
        ),
    ],
)
def test_a_day_says_why_it_is_no_working_day(day: date, expected: str | None) -> None:
    assert expected == ENGLAND.day_off(day)


def test_a_holiday_of_one_part_of_the_country_is_a_working_day_in_another() -> None:
    scotland = Calendar(LONDON, time(17), "GB", "SCT")

    assert scotland.day_off(date(2026, 4, 6)) is None
    assert ENGLAND.day_off(date(2026, 4, 6)) is not None


def test_the_weekend_is_that_of_the_country() -> None:
    egypt = Calendar(ZoneInfo("Africa/Cairo"), time(15), "EG")

    days_off = [egypt.day_off(date(2026, 6, day)) for day in (11, 12, 13, 14)]

    expected = [None, "Friday", "Saturday", None]
    assert expected == days_off


def test_a_weekend_day_that_is_made_up_for_is_a_working_day() -> None:
    china = Calendar(ZoneInfo("Asia/Shanghai"), time(17), "CN")

    assert china.day_off(date(2026, 2, 14)) is None


@pytest.mark.parametrize(
    ("country", "subdivision"),
    [
        pytest.param("XX", None, id="country"),
        pytest.param("GB", "XYZ", id="subdivision"),
    ],
)
def test_an_unknown_country_is_no_calendar(
    country: str, subdivision: str | None
) -> None:
    with pytest.raises(ValueError, match="no public holidays are known"):
        Calendar(LONDON, time(17), country, subdivision)
