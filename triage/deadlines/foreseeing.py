"""Which due dates would move under other rules, before they are in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from triage.decision import Promises, recount
from triage.decision.model import Clocked
from triage.workdays import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A due date of an open case that would be another one."""

    reference: str
    what: str
    """What is due: acknowledgement or answer."""
    before: datetime
    after: datetime
    why: str

    @property
    def is_later(self) -> bool:
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class Shifts:
    """Every date that would move, and what would only be put before a person."""

    shifts: tuple[Shift, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    """By the case's reference: a date that was set is a day off."""

    @property
    def later(self) -> int:
        return sum(shift.is_later for shift in self.shifts)

    @property
    def earlier(self) -> int:
        return len(self.shifts) - self.later

    def in_words(self) -> str | None:
        """Say it in a line; None: nothing moves."""
        parts = []
        if self.shifts:
            cases = len({shift.reference for shift in self.shifts})
            of_cases = "one open case" if cases == 1 else f"{cases} open cases"
            why = self.shifts[0].why
            moving = len(self.shifts)
            dates = "one due date" if moving == 1 else f"{moving} due dates"
            moves = "moves" if moving == 1 else "move"
            parts.append(
                f"{dates} of {of_cases} {moves}: {self.later} later,"
                f" {self.earlier} earlier ({why})"
            )
        if self.broken:
            set_before = len(self.broken)
            parts.append(
                "one date that a person set is a day off then"
                if set_before == 1
                else f"{set_before} dates that people set are days off then"
            )
        return "; ".join(parts) or None


def foresee(
    promises: Iterable[tuple[str, Promises]],
    old: Calendar,
    rules: Clocked,
    now: datetime,
) -> Shifts:
    """Count the dates of open cases by other rules."""
    shifts: list[Shift] = []
    broken: list[tuple[str, str]] = []
    for reference, each in promises:
        found = recount(each, old, rules, now)
        if found.broken is not None:
            broken.append((reference, found.broken))
        for what, before, after in (
            ("acknowledgement", each.acknowledge_by, found.acknowledge_by),
            ("answer", each.respond_by, found.respond_by),
        ):
            if before is not None and after is not None and before != after:
                shift = Shift(
                    reference=reference,
                    what=what,
                    before=before,
                    after=after,
                    why=found.why,
                )
                shifts.append(shift)
    return Shifts(tuple(shifts), tuple(broken))
