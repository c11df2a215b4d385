"""One sweep over all that falls due."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from triage.deadlines.holding import hold_off
from triage.deadlines.moving import move_dates
from triage.deadlines.office import Office
from triage.deadlines.quiet import close_quiet
from triage.deadlines.reminding import alert, remind
from triage.deadlines.steadiness import is_answer_looked_for, is_steady
from triage.intake import Rulebook
from triage.store import Store


class Sweep(Counter[str]):
    """What a sweep did: how many duties or cases, by what was done."""

    def note(self, what: str, number: int) -> None:
        """Note what was done, if anything was."""
        if number:
            self[what] += number

    @override
    def __str__(self) -> str:
        return ", ".join(f"{what}: {number}" for what, number in self.items())


@dataclass(kw_only=True)
class Deadlines:
    """Sees to what falls due; `run` is one sweep and may be repeated."""

    store: Store
    rulebook: Callable[[], Rulebook]
    """What is in force now."""
    clock: Callable[[], datetime]
    _counted_by: str | None = field(default=None, init=False)
    """The edition by whose calendar the dates stand, as far as this process knows."""

    def run(self, _stopping: Callable[[], bool] = lambda: False) -> Sweep:
        """Do what has fallen due and is not done yet.

        Nobody is written to before opening time, or on a day on which nobody works.
        Raises TransientError when the store fails.
        """
        now = self.clock()
        office = Office(
            self.store,
            self.rulebook(),
            now,
            is_steady(self.store, now),
            is_answer_looked_for(self.store, now),
        )
        done = Sweep()
        if self._counted_by != office.ruleset.hash:
            done.note("cases whose dates move", move_dates(office))
            self._counted_by = office.ruleset.hash
        if office.is_steady:
            done.note("cases closed", close_quiet(office))
        if office.is_open:
            self.store.clocks.reminders.forget_after(office.today)
            done.note("holding letters", hold_off(office))
            done.note("duties reminded of", remind(office))
            done.note("duties overdue", alert(office))
        return done
