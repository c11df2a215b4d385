"""Due dates counted again when the calendar has changed.

- Only the days off and the closing time count: a changed number of days is for new
  cases.
- A date that the new calendar makes later moves.
- A date that it makes earlier moves only where nobody was told of it, and never into
  the past.
- A date that was set for one case stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from triage.decision.decide import respond_days
from triage.decision.model import Clocked
from triage.workdays import Calendar, Due, day_words, due, working_days_between

LONGEST = timedelta(days=500)
"""Further away from today no change of a calendar is looked for."""
MOST_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """The due dates of a case that still run, and where they come from."""

    route: str | None
    clock_from: datetime
    acknowledge_by: datetime
    respond_by: datetime | None
    extended_until: datetime | None = None
    is_acknowledged: bool = False
    """The person was told when to expect an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """What becomes of them."""

    acknowledge_by: datetime
    respond_by: datetime | None
    why: str
    """The days that make the difference, in words."""
    kept: bool = False
    """The answer could be due earlier, but a later date was promised."""
    broken: str | None = None
    """A date that was set is a day off now, in words."""

    def is_move(self, promises: Promises) -> bool:
        """Tell whether a date is another one."""
        return (self.acknowledge_by, self.respond_by) != (
            promises.acknowledge_by,
            promises.respond_by,
        )


def recount(
    promises: Promises, old: Calendar, rules: Clocked, now: datetime
) -> Recounted:
    """Count the dates of a case again, which stand by an old calendar."""
    new = rules.calendar
    count = _Count(old, new)
    own_days = rules.tables.calendar.acknowledge_days
    acknowledge = count.again(
        promises.clock_from, promises.clock_from, promises.acknowledge_by, own_days
    )
    respond = _respond(promises, acknowledge, count, rules)
    is_kept = respond is not None and _is_promised(promises, respond, now)
    if promises.is_acknowledged or _is_past(
        acknowledge.new.at, promises.acknowledge_by, now
    ):
        acknowledge_by = promises.acknowledge_by
    else:
        acknowledge_by = _same_day(promises.acknowledge_by, acknowledge.new.at, count)
    respond_by = promises.respond_by
    if respond is not None and respond_by is not None and not is_kept:
        respond_by = _same_day(respond_by, respond.new.at, count)
    until = max(filter(None, (acknowledge_by, respond_by, promises.respond_by)))
    days = (old.date_of(promises.clock_from), old.date_of(until))
    return Recounted(
        acknowledge_by=acknowledge_by,
        respond_by=respond_by,
        why="; ".join(changes_in_words(old, new, *days)),
        kept=is_kept,
        broken=_broken(promises.extended_until, old, new),
    )


def changes_in_words(
    old: Calendar, new: Calendar, first: date, last: date
) -> Iterator[str]:
    """Say what differs between two calendars from one day to another."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    differing = [day for day in days if _is_off(old, day) != _is_off(new, day)]
    for day in differing[:MOST_DAYS]:
        yield f"{day_words(day)} {day.year} is now {_what_it_is(day, new)}"
    if len(differing) > MOST_DAYS:
        more = len(differing) - MOST_DAYS
        yield f"and {more} more day{'' if more == 1 else 's'}"
    if old.closing_time != new.closing_time:
        yield f"the office now closes at {new.closing_time:%H:%M}"
    if old.timezone != new.timezone:
        yield f"the office is now in {new.timezone}"


def is_changed(old: Calendar, new: Calendar, today: date) -> bool:
    """Whether two calendars differ in anything by which dates are counted."""
    around = changes_in_words(old, new, today - LONGEST, today + LONGEST)
    return next(around, None) is not None


@dataclass(frozen=True, slots=True)
class _Again:
    """The same number of days, by the old calendar and by the new one."""

    old: Due
    new: Due


@dataclass(frozen=True, slots=True)
class _Count:
    old: Calendar
    new: Calendar

    def again(
        self, old_from: datetime, new_from: datetime, stands: datetime, usual: int
    ) -> _Again:
        """Count the days of a date that stands, and count as many again."""
        by_old = due(old_from, usual, self.old)
        by_new = due(new_from, usual, self.new)
        if stands not in (by_old.at, by_new.at):
            last = self.old.date_of(stands)
            days = working_days_between(by_old.counted_from, last, self.old)
            by_old, by_new = (
                due(old_from, days, self.old),
                due(new_from, days, self.new),
            )
        return _Again(by_old, by_new)


def _respond(
    promises: Promises, acknowledge: _Again, count: _Count, rules: Clocked
) -> _Again | None:
    if promises.respond_by is None or promises.extended_until is not None:
        return None
    usual = _usual_days(promises.route, rules)
    return count.again(
        acknowledge.old.at, acknowledge.new.at, promises.respond_by, usual
    )


def _usual_days(route: str | None, rules: Clocked) -> int:
    found = next((each for each in rules.tables.route if each.id == route), None)
    if found is None:
        return rules.tables.calendar.respond_days
    return respond_days(found, rules)


def _is_promised(promises: Promises, respond: _Again, now: datetime) -> bool:
    """Whether an earlier date is not taken: the person waits for the later one."""
    stands = promises.respond_by
    if stands is None or respond.new.at >= stands:
        return False
    return promises.is_acknowledged or _is_past(respond.new.at, stands, now)


def _is_past(new: datetime, stands: datetime, now: datetime) -> bool:
    return new < stands and new <= now


def _same_day(stands: datetime, new: datetime, count: _Count) -> datetime:
    """Leave a date as it is where only its hour would differ, set by a person."""
    is_same_hour = count.old.closing_time == count.new.closing_time
    is_same_day = count.old.date_of(stands) == count.new.date_of(new)
    return stands if is_same_day and is_same_hour else new


def _broken(until: datetime | None, old: Calendar, new: Calendar) -> str | None:
    if until is None:
        return None
    day = new.date_of(until)
    if not _is_off(new, day) or _is_off(old, day):
        return None
    return f"{day_words(day)} {day.year} was set for the answer: it is now " + (
        _what_it_is(day, new)
    )


def _is_off(calendar: Calendar, day: date) -> bool:
    return calendar.day_off(day) is not None


def _what_it_is(day: date, calendar: Calendar) -> str:
    name = calendar.day_off(day)
    if name is None:
        return "a working day"
    kind = "closing day" if day in calendar.closing_days else "holiday"
    return f"a {kind} ({name})"
