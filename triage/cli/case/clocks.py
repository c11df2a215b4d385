"""The clocks of a case, counted again from where they begin, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.cli.listing import day, moment
from triage.decision.decide import respond_days
from triage.ruleset import Policy
from triage.store import CaseLine, EndedStage
from triage.workdays import Due, due


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise of one stage: how its day is counted, and whether it was kept."""

    what: str
    due_at: datetime
    counted: str | None
    """The arithmetic; None where the rules cannot be read."""
    extended_until: datetime | None
    done_at: datetime | None
    is_late: bool
    is_over: bool
    """Nothing is owed any more: the stage ended, or the case is closed."""

    @property
    def words(self) -> str:
        """The arithmetic, and how it stands."""
        said = self.counted or f"by {day(self.due_at)}"
        if self.extended_until is not None:
            said += f"; extended until {day(self.extended_until)}"
        if self.done_at is None and self.is_over:
            return f"{said}; not done"
        if self.done_at is None:
            return f"{said}; {'OVERDUE' if self.is_late else 'open'}"
        kept = "late" if self.is_late else "in time"
        return f"{said}; done {moment(self.done_at)}, {kept}"


def clocks_of(
    stage: CaseLine | EndedStage, policy: Policy | None, now: datetime
) -> Iterator[Clock]:
    """Yield what is or was promised in a stage."""
    days = policy.tables.calendar if policy else None
    acknowledge = respond = None
    if policy and days and stage.acknowledge_by:
        calendar = policy.calendar
        acknowledge = due(stage.clock_from, days.acknowledge_days, calendar)
        respond = due(acknowledge.at, answer_days(stage.route, policy), calendar)
    is_over = isinstance(stage, EndedStage) or stage.closed_at is not None
    for what, due_at, counted, extended, done_at in (
        ("acknowledge", stage.acknowledge_by, acknowledge, None, stage.acknowledged_at),
        (
            "answer",
            stage.respond_by,
            respond,
            stage.extended_until,
            stage.answered_at,
        ),
    ):
        if due_at is None:
            continue
        yield Clock(
            what=what,
            due_at=due_at,
            counted=_counted(counted, due_at, extended),
            extended_until=extended,
            done_at=done_at,
            is_late=(done_at or now) > due_at,
            is_over=is_over,
        )


def answer_days(route: str | None, policy: Policy) -> int:
    """Return the working days that an answer may take; a route may be gone by now."""
    known = policy.routes.get(route or "")
    return respond_days(known, policy) if known else policy.tables.calendar.respond_days


def _counted(
    counted: Due | None, due_at: datetime, extended: datetime | None
) -> str | None:
    """Say how a day is counted, and where another one was set than counts today."""
    if counted is None:
        return None
    if extended is None and counted.at != due_at:
        return f"by {day(due_at)}, as it was set (today it would be {counted.words})"
    return counted.words
