"""JOB each month → a list of cases that are kept too long, for a person to approve.

And copies of the store that have been kept beside it for long enough are removed.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from triage.errors import MessageError
from triage.intake import Rulebook
from triage.intake.letters import retention_notice
from triage.ruleset import Ruleset
from triage.store import Store
from triage.workdays import months_after

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Retention:
    """Makes the list of each month once; `run` may be repeated."""

    store: Store
    rulebook: Callable[[], Rulebook]
    """What is in force now."""
    clock: Callable[[], datetime]

    def run(self, _stopping: Callable[[], bool] = lambda: False) -> int:
        """Make this month's list, tell the team, return how many cases are on it."""
        now, rulebook = self.clock(), self.rulebook()
        self._forget_copies(now)
        today = rulebook.ruleset.calendar.date_of(now)
        month = f"{today:%Y-%m}"
        last = self.store.retention.last()
        if last is not None and last.month >= month:
            return 0
        over = cases_over(self.store, rulebook.ruleset, now)
        with self.store.batch():
            if self.store.retention.make(month, over, now) and over:
                self._tell(len(over), month, rulebook, now)
        return len(over)

    def _forget_copies(self, now: datetime) -> None:
        """Nothing that was erased stays for long in a copy of the store."""
        try:
            gone = self.store.forget_copies(now)
        except OSError as error:
            log.error("a copy of the store cannot be removed: %s", error)
            return
        for path in gone:
            log.info("%s was kept for its time, and is removed", path)

    def _tell(self, number: int, month: str, rulebook: Rulebook, now: datetime) -> None:
        try:
            letter = retention_notice(number, month, rulebook, now)
        except MessageError as error:
            log.error("the team cannot be told of the list: %s", error)
            return
        if letter is not None:
            self.store.outbox.notify(letter, now)


def cases_over(store: Store, ruleset: Ruleset, now: datetime) -> tuple[str, ...]:
    """Return the cases whose time to be kept is over."""
    usual = ruleset.tables.retention.months
    kept = {
        outcome.id: usual if outcome.keep_months is None else outcome.keep_months
        for outcome in ruleset.tables.outcome
    }
    today = ruleset.calendar.date_of(now)

    def is_over(outcome: str | None, closed_at: datetime) -> bool:
        months = kept.get(outcome or "", usual)
        closed_on = ruleset.calendar.date_of(closed_at)
        return bool(months) and months_after(closed_on, months) <= today

    shortest = _shortest((usual, *kept.values()))
    if shortest is None:
        return ()
    # Two days cover every time zone; `is_over` decides.
    latest = months_after(today, -shortest) + timedelta(days=2)
    return store.retention.over(datetime.combine(latest, time(), tzinfo=UTC), is_over)


def _shortest(months: Iterable[int]) -> int | None:
    return min(filter(None, months), default=None)
