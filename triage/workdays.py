"""When an answer is due: working days, closing time, holidays and closing days.

- The clock starts with receipt; after closing time, or on a day off, it starts with the
  next working day. That day is day nought.
- A due date is closing time on the last day, in the board's own zone.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

# A mail's own Date can say anything; beyond these the arithmetic would overflow.
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def holidays_of(country: str, subdivision: str | None, year: int) -> HolidayBase:
    """One year's public holidays and weekend days, by the `holidays` package."""
    return country_holidays(country, subdiv=subdivision, years=year, expand=False)


@lru_cache(maxsize=4096)
def _public(country: str, subdivision: str | None, day: date) -> tuple[str, str]:
    """The weekday, where it is a weekend's, and the holiday that a day is; or ''."""
    of_year = holidays_of(country, subdivision, day.year)
    is_weekend = of_year.is_weekend(day) and day not in of_year.weekend_workdays
    return f"{day:%A}" if is_weekend else "", of_year.get(day) or ""


@dataclass(frozen=True)
class Calendar:
    """The board's working days.

    `closing_days` are days that the team entered, each with its name; public holidays
    come from the `holidays` package for `country` and `subdivision`, but for years that
    stand in `public` as they were known once. Raises ValueError where that package
    knows no such country or subdivision.
    """

    timezone: ZoneInfo
    closing_time: time
    country: str
    subdivision: str | None = None
    closing_days: Mapping[date, str] = field(default_factory=dict)
    opening_time: time = time(9)
    public: Mapping[int, Mapping[date, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            holidays_of(self.country, self.subdivision, EARLIEST.year)
        except NotImplementedError as error:
            raise ValueError(f"no public holidays are known: {error}") from error

    def is_weekend(self, day: date) -> bool:
        return bool(_public(self.country, self.subdivision, day)[0])

    def day_off(self, day: date) -> str | None:
        """Say why a day is no working day, or None where it is one.

        The team's own closing day comes before a public holiday of the same date, and
        the weekend before both.
        """
        weekday, holiday = _public(self.country, self.subdivision, day)
        if day.year in self.public:
            holiday = self.public[day.year].get(day, "")
        return weekday or self.closing_days.get(day) or holiday or None

    def public_holidays(self, year: int) -> dict[date, str]:
        """Return a year's public holidays with their names, weekends among them."""
        if year in self.public:
            return dict(self.public[year])
        return dict(holidays_of(self.country, self.subdivision, year).items())

    def next_working_day(self, day: date) -> date:
        day += timedelta(days=1)
        while self.day_off(day):
            day += timedelta(days=1)
        return day

    def working_day_before(self, day: date) -> date:
        day -= timedelta(days=1)
        while self.day_off(day):
            day -= timedelta(days=1)
        return day

    def date_of(self, instant: datetime) -> date:
        """The date in the board's zone; an instant out of all reason is brought in."""
        return min(max(instant, EARLIEST), LATEST).astimezone(self.timezone).date()

    def closes(self, day: date) -> datetime:
        """Closing time on one day, aware."""
        return datetime.combine(day, self.closing_time, tzinfo=self.timezone)

    def opens(self, day: date) -> datetime:
        """Opening time on one day, aware."""
        return datetime.combine(day, self.opening_time, tzinfo=self.timezone)


@dataclass(frozen=True, slots=True)
class Due:
    """A due date with its arithmetic.

    `at` is closing time on the last day, aware; `counted_from` is day nought;
    `left_out` are the holidays and closing days between receipt and due date, without
    the weekends.
    """

    at: datetime
    days: int
    counted_from: date
    left_out: tuple[tuple[date, str], ...]
    words: str


def due(received_at: datetime, days: int, calendar: Calendar) -> Due:
    """Count working days from a receipt; `received_at` must be aware."""
    if received_at.tzinfo is None:
        raise ValueError("a receipt without a time zone has no due date")
    received_on = calendar.date_of(received_at)
    # Instants, not clock faces: an hour that comes twice has one name.
    is_late = received_at > calendar.closes(received_on).astimezone(UTC)
    is_day_off = calendar.day_off(received_on) is not None

    counted_from = received_on
    if is_late or is_day_off:
        counted_from = calendar.next_working_day(received_on)
    last = counted_from
    for _ in range(days):
        last = calendar.next_working_day(last)

    left_out = tuple(holidays_between(received_on, last, calendar))
    start = f" from {day_words(counted_from)} {counted_from.year}"
    if counted_from != received_on:
        late = "" if is_day_off else " after closing time"
        start = (
            f", received {day_words(received_on)} {received_on.year}{late},"
            f" counted from {day_words(counted_from, received_on)}"
        )
    skipped = f": {names_of(left_out)} left out" if left_out else ""
    number = f"{days} working day{'' if days == 1 else 's'}"
    words = f"{number}{start}{skipped} → {day_words(last, received_on)}"
    return Due(calendar.closes(last), days, counted_from, left_out, words)


def calendar_due(
    received_at: datetime, calendar: Calendar, *, months: int = 0, days: int = 0
) -> Due:
    """Count calendar months or days from the day of receipt, as the law does.

    A month ends on the same day of the next one, or on its last day where it is
    shorter; a last day on which nobody works gives way to the next working day.
    """
    if received_at.tzinfo is None:
        raise ValueError("a receipt without a time zone has no due date")
    received_on = calendar.date_of(received_at)
    number, unit = (months, "month") if months else (days, "day")
    last = months_after(received_on, months) + timedelta(days=days)
    name = calendar.day_off(last)
    start = f"{day_words(received_on)} {received_on.year}"
    words = f"{number} {unit}{'' if number == 1 else 's'} from {start}"
    words += f" → {day_words(last, received_on)}"
    left_out: tuple[tuple[date, str], ...] = ()
    if name is not None:
        if not calendar.is_weekend(last):
            left_out = ((last, name),)
        last = calendar.next_working_day(last)
        words += f", no working day ({name}), so {day_words(last, received_on)}"
    counted = (last - received_on).days
    return Due(calendar.closes(last), counted, received_on, left_out, words)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or before; the last of a shorter month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def reminded_at(due_at: datetime, days: int, calendar: Calendar) -> datetime:
    """Tell when people are reminded of a due date: so many working days before.

    It is opening time, so that the day itself is there to act. What is due on a Monday
    they are reminded of on the Friday before, not on the Sunday; what is due on a day
    off counts as due on the working day before.
    """
    day = calendar.date_of(due_at)
    if calendar.day_off(day):
        day = calendar.working_day_before(day)
    for _ in range(days):
        day = calendar.working_day_before(day)
    return calendar.opens(day)


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """Count the working days after `first` up to `last`."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.day_off(day) is None for day in days)


def holidays_between(
    first: date, last: date, calendar: Calendar
) -> Iterator[tuple[date, str]]:
    """Every day off from `first` to `last` that is not a mere weekend day."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        name = calendar.day_off(day)
        if name and not calendar.is_weekend(day):
            yield day, name


def day_words(day: date, after: date | None = None) -> str:
    """A day as people write it, with its year where that differs from `after`'s."""
    year = f" {day.year}" if after and day.year != after.year else ""
    return f"{day:%a} {day.day} {day:%B}{year}"


def names_of(days_off: tuple[tuple[date, str], ...]) -> str:
    """Join the names of days, each said once."""
    counts = Counter(name for _, name in days_off)
    names = [f"{name} ({n} days)" if n > 1 else name for name, n in counts.items()]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
