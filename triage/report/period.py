"""The days that a report is about, and its weeks, in the board's own time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from triage.store import Span

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the last included."""

    first: date
    last: date
    timezone: ZoneInfo

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it begins")

    @property
    def span(self) -> Span:
        """From the first instant of the first day up to that of the day after."""
        return self._begins(self.first), self._begins(self.last + DAY)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def weeks(self) -> Iterator["Period"]:
        """Cut the period at every Monday; the outermost weeks may be parts of one."""
        first = self.first
        while first <= self.last:
            sunday = first + timedelta(days=6 - first.weekday())
            yield Period(first, min(sunday, self.last), self.timezone)
            first = sunday + DAY

    def year_before(self) -> "Period":
        """The twelve months before: every season is in them."""
        try:
            first = self.first.replace(year=self.first.year - 1)
        except ValueError:  # 29 February
            first = date(self.first.year - 1, 2, 28)
        return Period(first, self.first - DAY, self.timezone)

    def within(self, span: Span) -> "Period":
        """The part of it from the day of one instant to the day of another."""
        begins, ends = (at.astimezone(self.timezone).date() for at in span)
        return Period(max(self.first, begins), min(self.last, ends), self.timezone)

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.timezone).astimezone(UTC)
