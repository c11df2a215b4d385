"""How long something took in office hours, and how such times are spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil

from triage.workdays import Calendar

HOUR = timedelta(hours=1)


class OfficeHours:
    """Counts the time in which the office is open, between any two of its days.

    What comes after closing time waits until the office opens: that takes no time.
    """

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self._calendar = calendar
        self._first = first
        self._opens = _into_the_day(calendar.opening_time)
        self.day = _into_the_day(calendar.closing_time) - self._opens
        """One working day."""
        self._before = [0]
        for offset in range((last - first).days + 1):
            is_off = calendar.day_off(first + timedelta(days=offset)) is not None
            self._before.append(self._before[-1] + (not is_off))

    def between(self, begins: datetime, ends: datetime) -> timedelta:
        """Return the office hours from one instant to another; never less than none."""
        return max(self._since_first(ends) - self._since_first(begins), timedelta())

    def _since_first(self, instant: datetime) -> timedelta:
        here = instant.astimezone(self._calendar.timezone)
        offset = (here.date() - self._first).days
        if not 0 <= offset < len(self._before) - 1:
            return self.day * (0 if offset < 0 else self._before[-1])
        before, after = self._before[offset : offset + 2]
        if before == after:
            return self.day * before
        open_for = _into_the_day(here.time()) - self._opens
        return self.day * before + min(max(open_for, timedelta()), self.day)


def _into_the_day(at: time) -> timedelta:
    # The hand of the clock: an hour that comes twice lies at night.
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


@dataclass(frozen=True, slots=True)
class Spread:
    """Times in order, with those within which half and nine of ten were done."""

    count: int
    median: timedelta | None
    ninetieth: timedelta | None
    longest: timedelta | None
    within: tuple[int, ...]
    """How many were done within each bound but not the one before; the last: longer."""


def spread_of(times: Iterable[timedelta], bounds: Sequence[timedelta]) -> Spread:
    """Put times in order and count them between bounds, which ascend."""
    ordered = sorted(times)
    counts = [0] * (len(bounds) + 1)
    slot = 0
    for each in ordered:
        while slot < len(bounds) and each > bounds[slot]:
            slot += 1
        counts[slot] += 1
    return Spread(
        len(ordered),
        percentile(ordered, 0.5),
        percentile(ordered, 0.9),
        ordered[-1] if ordered else None,
        tuple(counts),
    )


def percentile(ordered: Sequence[timedelta], share: float) -> timedelta | None:
    """Return the least time within which at least that share was done.

    It is a time that somebody really waited, not one between two.
    """
    if not ordered:
        return None
    # Rounded first: 0.9 * 10 must be the ninth, whatever floating point makes of it.
    return ordered[max(ceil(round(share * len(ordered), 9)), 1) - 1]
