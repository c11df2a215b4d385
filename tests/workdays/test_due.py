from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.workdays import Calendar, due, reminded_at

LONDON = ZoneInfo("Europe/London")
ENGLAND = Calendar(
    timezone=LONDON,
    closing_time=time(17),
    country="GB",
    subdivision="ENG",
    closing_days={
        date(2026, 8, 3): "Staff day",
        date(2026, 12, 29): "Winter closure",
        date(2026, 12, 30): "Winter closure",
    },
)


def london(*parts: int) -> datetime:
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    return datetime(year, month, day, hour, minute, second, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("received_at", "days", "expected"),
    [
        pytest.param(
            london(2026, 6, 1, 9), 2, "2026-06-03T17:00:00+01:00", id="plain days"
        ),
        pytest.param(
            london(2026, 6, 1, 9), 0, "2026-06-01T17:00:00+01:00", id="no days"
        ),
        pytest.param(
            london(2026, 6, 1, 17), 2, "2026-06-03T17:00:00+01:00", id="at closing time"
        ),
        pytest.param(
            london(2026, 6, 1, 17, 0, 1), 2, "2026-06-04T17:00:00+01:00", id="after it"
        ),
        pytest.param(
            london(2026, 6, 5, 9), 1, "2026-06-08T17:00:00+01:00", id="over a weekend"
        ),
        pytest.param(
            london(2026, 6, 6, 9), 1, "2026-06-09T17:00:00+01:00", id="on a Saturday"
        ),
        pytest.param(
            london(2026, 4, 2, 9), 2, "2026-04-08T17:00:00+01:00", id="over Easter"
        ),
        pytest.param(
            london(2026, 3, 27, 9),
            1,
            "2026-03-30T17:00:00+01:00",
            id="into summer time",
        ),
        pytest.param(
            london(2026, 10, 23, 9), 1, "2026-10-26T17:00:00+00:00", id="out of it"
        ),
        pytest.param(
            london(2028, 2, 28, 9), 1, "2028-02-29T17:00:00+00:00", id="29 February"
        ),
        pytest.param(
            london(2027, 2, 26, 9), 1, "2027-03-01T17:00:00+00:00", id="no 29 February"
        ),
        pytest.param(
            london(2026, 12, 24, 9), 1, "2026-12-31T17:00:00+00:00", id="over Christmas"
        ),
        pytest.param(
            london(2026, 12, 31, 9), 1, "2027-01-04T17:00:00+00:00", id="over New Year"
        ),
    ],
)
def test_an_answer_is_due_at_closing_time_of_the_last_working_day(
    received_at: datetime, days: int, expected: str
) -> None:
    assert expected == due(received_at, days, ENGLAND).at.isoformat()


@pytest.mark.parametrize(
    ("received_at", "days", "expected"),
    [
        pytest.param(
            london(2026, 6, 1, 9),
            2,
            "2 working days from Mon 1 June 2026 → Wed 3 June",
            id="nothing left out",
        ),
        pytest.param(
            london(2026, 6, 5, 9),
            1,
            "1 working day from Fri 5 June 2026 → Mon 8 June",
            id="a weekend needs no mention",
        ),
        pytest.param(
            london(2026, 4, 2, 9),
            2,
            "2 working days from Thu 2 April 2026:"
            " Good Friday and Easter Monday left out → Wed 8 April",
            id="holidays",
        ),
        pytest.param(
            london(2026, 4, 4, 9),
            2,
            "2 working days, received Sat 4 April 2026, counted from Tue 7 April:"
            " Easter Monday left out → Thu 9 April",
            id="received on a day off",
        ),
        pytest.param(
            london(2026, 6, 1, 18),
            2,
            "2 working days, received Mon 1 June 2026 after closing time,"
            " counted from Tue 2 June → Thu 4 June",
            id="received after closing time",
        ),
        pytest.param(
            london(2026, 7, 31, 9),
            1,
            "1 working day from Fri 31 July 2026: Staff day left out → Tue 4 August",
            id="closing day",
        ),
        pytest.param(
            london(2026, 12, 24, 9),
            2,
            "2 working days from Thu 24 December 2026: Christmas Day, Boxing Day"
            " (observed), Winter closure (2 days) and New Year's Day left out"
            " → Mon 4 January 2027",
            id="into another year",
        ),
    ],
)
def test_the_arithmetic_is_shown_to_people(
    received_at: datetime, days: int, expected: str
) -> None:
    assert expected == due(received_at, days, ENGLAND).words


def test_the_days_left_out_are_named_without_weekends() -> None:
    found = due(london(2026, 4, 4, 9), 2, ENGLAND)

    assert date(2026, 4, 7) == found.counted_from
    assert ((date(2026, 4, 6), "Easter Monday"),) == found.left_out


@pytest.mark.parametrize(
    ("received_at", "counted_from"),
    [
        pytest.param(
            datetime(2026, 6, 1, 16, 30, tzinfo=UTC), date(2026, 6, 2), id="summer time"
        ),
        pytest.param(
            datetime(2026, 12, 1, 16, 30, tzinfo=UTC),
            date(2026, 12, 1),
            id="winter time",
        ),
        pytest.param(
            datetime.fromisoformat("2026-06-01T23:30:00-05:00"),
            date(2026, 6, 2),
            id="yesterday where it was sent",
        ),
        pytest.param(
            datetime.fromisoformat("2026-06-02T01:00:00+05:00"),
            date(2026, 6, 2),
            id="an early morning abroad is a late evening here",
        ),
    ],
)
def test_a_receipt_is_seen_on_the_clock_of_the_board(
    received_at: datetime, counted_from: date
) -> None:
    assert counted_from == due(received_at, 1, ENGLAND).counted_from


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    at_night = Calendar(ZoneInfo("Africa/Cairo"), time(23, 30), "EG")
    # Cairo sets its clock back from Friday 00:00 to Thursday 23:00 on 29 October 2026.
    first = datetime(2026, 10, 29, 20, 15, tzinfo=UTC).astimezone(at_night.timezone)
    second = first.replace(fold=1)

    assert date(2026, 10, 29) == due(first, 0, at_night).at.date()
    assert date(2026, 11, 1) == due(second, 0, at_night).at.date()


@pytest.mark.parametrize(
    "received_at",
    [
        pytest.param(datetime.max.replace(tzinfo=UTC), id="last"),
        pytest.param(datetime.min.replace(tzinfo=UTC), id="first"),
    ],
)
def test_a_date_out_of_all_reason_is_still_due(received_at: datetime) -> None:
    assert ENGLAND.day_off(due(received_at, 10, ENGLAND).at.date()) is None


def test_a_receipt_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(london(2026, 6, 1).replace(tzinfo=None), 1, ENGLAND)


instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 hypothesis adds the zone
    max_value=datetime(2035, 12, 31),  # noqa: DTZ001 hypothesis adds the zone
    timezones=st.just(UTC),
)
numbers_of_days = st.integers(min_value=0, max_value=30)


@given(instants, instants, numbers_of_days)
def test_what_comes_later_is_never_due_earlier(
    one: datetime, other: datetime, days: int
) -> None:
    earlier, later = sorted((one, other))

    assert due(earlier, days, ENGLAND).at <= due(later, days, ENGLAND).at


@given(instants, numbers_of_days)
def test_exactly_the_number_of_working_days_lies_between(
    received_at: datetime, days: int
) -> None:
    found = due(received_at, days, ENGLAND)

    last = found.at.date()
    span = (last - found.counted_from).days
    between = [found.counted_from + timedelta(days=n) for n in range(1, span + 1)]
    assert days == sum(ENGLAND.day_off(day) is None for day in between)
    assert ENGLAND.day_off(last) is None
    assert ENGLAND.day_off(found.counted_from) is None
    assert received_at.astimezone(LONDON).date() <= found.counted_from
    assert time(17) == found.at.timetz().replace(tzinfo=None)


REMINDED = {
    "the working day before": (date(2026, 3, 4), 1, date(2026, 3, 3)),
    "the same day": (date(2026, 3, 4), 0, date(2026, 3, 4)),
    "over a weekend": (date(2026, 3, 9), 1, date(2026, 3, 6)),
    "two days over a weekend": (date(2026, 3, 9), 2, date(2026, 3, 5)),
    "over Easter": (date(2026, 4, 7), 1, date(2026, 4, 2)),
}


@pytest.mark.parametrize(
    ("due_on", "days", "expected"), REMINDED.values(), ids=REMINDED
)
def test_people_are_reminded_at_opening_time_of_a_working_day(
    due_on: date, days: int, expected: date
) -> None:
    at = reminded_at(ENGLAND.closes(due_on), days, ENGLAND)

    assert at == datetime.combine(expected, time(9), LONDON)
