"""Which days have a digest, and the time that each tells of.

A digest tells what came in since the one before, up to its own moment: whenever it is
made and looked at, no hour is left out and none is told twice.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from triage.ruleset.schema import DigestTable
from triage.store import DigestRow
from triage.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time that a digest tells of."""

    day: date
    """Whose digest it is."""
    since: datetime
    until: datetime
    """Without this moment itself."""


@dataclass(frozen=True, slots=True)
class Mornings:
    """The days and the time of day of digests."""

    table: DigestTable
    calendar: Calendar

    def has_digest(self, day: date) -> bool:
        return self.table.days == "all" or self.calendar.day_off(day) is None

    def moment_of(self, day: date) -> datetime:
        """When a day's digest is due, in UTC: an hour that comes twice has one name."""
        zone = self.calendar.timezone
        return datetime.combine(day, self.table.at, tzinfo=zone).astimezone(UTC)

    def latest(self, now: datetime) -> date:
        """Return the last day whose digest is due at `now`."""
        day = self.calendar.date_of(now)
        if self.has_digest(day) and self.moment_of(day) <= now:
            return day
        return self.before(day)

    def before(self, day: date) -> date:
        """Return the last day with a digest before a day."""
        day -= timedelta(days=1)
        while not self.has_digest(day):
            day -= timedelta(days=1)
        return day

    def period_of(self, day: date, last: DigestRow | None) -> Period:
        """Return what a day's digest tells of; `last` is the digest made before it."""
        until = self.moment_of(day)
        since = self.moment_of(self.before(day)) if last is None else last.until
        return Period(day, min(since, until), until)
