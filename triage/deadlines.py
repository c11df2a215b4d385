"""JOB what falls due → a reminder to the team.

What is due stands in the store and is swept; nothing remembers a timer. The team gets
one mail on each working day, with every acknowledgement that is due soon or overdue:
those that wait for approval, and those that a person must write.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from triage.errors import MessageError
from triage.intake import Rulebook
from triage.intake.letters import reminder
from triage.reply import Duty
from triage.ruleset import Ruleset
from triage.store import Debt, Letter, Store
from triage.workdays import reminded_at

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many people wait for an acknowledgement that the team was reminded of."""

    people: int = 0

    def __bool__(self) -> bool:
        return self.people > 0

    @override
    def __str__(self) -> str:
        return f"the team is reminded of {self.people} acknowledgements"


@dataclass(kw_only=True)
class Deadlines:
    """Reminds the team; `run` is one sweep and may be repeated."""

    store: Store
    rulebook: Callable[[], Rulebook]
    """What is in force now."""
    clock: Callable[[], datetime]

    def run(self, _stopping: Callable[[], bool] = lambda: False) -> Reminded:
        """Queue a reminder of what falls due and was not reminded of today.

        Nothing before opening time, or on a day on which nobody works. Raises
        TransientError when the store fails.
        """
        now, rulebook = self.clock(), self.rulebook()
        calendar = rulebook.ruleset.calendar
        day = calendar.date_of(now)
        if calendar.day_off(day) is not None or now < calendar.opens(day):
            return Reminded()
        due = self._due(now, rulebook.ruleset)
        if not due:
            return Reminded()
        letter = _reminder(due, rulebook, now)
        with self.store.batch():
            self.store.reminders.note((debt.reference for debt in due), day)
            if letter is not None:
                self.store.outbox.notify(letter, now)
        if letter is None:
            log.warning(
                "%d acknowledgements are due: triage case list --debt", len(due)
            )
        return Reminded(len(due))

    def _due(self, now: datetime, ruleset: Ruleset) -> list[Debt]:
        """Return whom the team has to think of, the most urgent first."""
        calendar, days = ruleset.calendar, ruleset.tables.calendar.remind_days
        debts = [
            debt
            for debt in self.store.cases.debts()
            if debt.acknowledge_by is not None
            and reminded_at(debt.acknowledge_by, days, calendar) <= now
        ]
        told = self.store.reminders.sent_on(calendar.date_of(now)) if debts else set()
        return [debt for debt in debts if debt.reference not in told]


def _reminder(due: Sequence[Debt], rulebook: Rulebook, now: datetime) -> Letter | None:
    """Word the reminder; None where there is no team, or it cannot be worded."""
    titles = {route.id: route.title for route in rulebook.ruleset.tables.route}
    waiting: list[Duty] = []
    owed: list[Duty] = []
    for debt in due:
        if debt.acknowledge_by is None:
            continue
        duty = Duty(
            reference=debt.reference,
            route=titles.get(debt.route or "", debt.route or "no route"),
            at=debt.acknowledge_by,
            is_late=debt.acknowledge_by < now,
            letter=debt.letter if debt.is_for_approval else None,
        )
        (owed if duty.letter is None else waiting).append(duty)
    try:
        return reminder(waiting, owed, rulebook, now)
    except MessageError as error:
        log.error("the team cannot be reminded: %s", error)
        return None
