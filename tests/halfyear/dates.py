"""Due dates by the policy's own words, for the checker: nothing of triage is used.

Working days leave out weekends, the public holidays of England and the team's closing
days. What comes after closing time, or on no working day, counts from the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
CLOSING = time(17)
OPENING = time(9)
SATURDAY = 5
BANK_HOLIDAYS = frozenset(
    {
        date(2026, 8, 31),
        date(2026, 12, 25),
        # Boxing Day is a Saturday.
        date(2026, 12, 28),
        date(2027, 1, 1),
        date(2027, 3, 26),
        date(2027, 3, 29),
    }
)


def local(day: date, at: time) -> datetime:
    """An instant of the board's clock."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


@dataclass(frozen=True)
class WorkingDays:
    """The days on which the board works, with the team's closing days left out."""

    closing_days: frozenset[date]

    def works_on(self, day: date) -> bool:
        is_weekend = day.weekday() >= SATURDAY
        return not is_weekend and day not in BANK_HOLIDAYS | self.closing_days

    def after(self, day: date, number: int) -> date:
        """So many working days after a day; 0 gives the day itself."""
        while number:
            day += timedelta(days=1)
            number -= self.works_on(day)
        return day

    def before(self, day: date, number: int) -> date:
        while number:
            day -= timedelta(days=1)
            number -= self.works_on(day)
        return day

    def due(self, received_at: datetime, number: int) -> datetime:
        """Closing time of the last day that the policy allows."""
        here = received_at.astimezone(LONDON)
        start = here.date()
        if not self.works_on(start) or received_at > local(start, CLOSING):
            start = self.after(start, 1)
        return local(self.after(start, number), CLOSING)


@dataclass(frozen=True)
class Calendars:
    """The closing days as they were in force, each since an instant."""

    since: Sequence[tuple[datetime, WorkingDays]]

    def at(self, instant: datetime) -> WorkingDays:
        """The one in force at an instant."""
        return [days for begun, days in self.since if begun <= instant][-1]

    @property
    def last(self) -> WorkingDays:
        return self.since[-1][1]
