"""What every part of a sweep works with."""

from dataclasses import dataclass
from datetime import date, datetime

from triage.intake import Rulebook
from triage.ruleset import Ruleset
from triage.store import Store
from triage.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Office:
    """The store and the rules at one moment."""

    store: Store
    rulebook: Rulebook
    now: datetime
    is_steady: bool = True
    """False: the program was away for days, or its clock jumped, within a day."""
    is_answer_looked_for: bool = True
    """False: an answer of a colleague may lie unnoticed among sent mail."""

    @property
    def ruleset(self) -> Ruleset:
        return self.rulebook.ruleset

    @property
    def calendar(self) -> Calendar:
        return self.rulebook.ruleset.calendar

    @property
    def today(self) -> date:
        return self.calendar.date_of(self.now)

    @property
    def is_open(self) -> bool:
        """Whether it is a working day, after opening time."""
        is_working_day = self.calendar.day_off(self.today) is None
        return is_working_day and self.calendar.opens(self.today) <= self.now

    def reach(self, days: int) -> datetime:
        """Return until when something may be due that is so many working days away.

        What is due on a day off counts as due on the working day before, so it reaches
        to the opening of one day more.
        """
        day = self.today
        for _ in range(days + 1):
            day = self.calendar.next_working_day(day)
        return self.calendar.opens(day)
