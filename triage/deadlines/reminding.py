"""Reminders before dates run out, and what is overdue once a working day."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from triage.deadlines.office import Office
from triage.deadlines.wording import Told, notice_of
from triage.errors import MessageError
from triage.intake.letters import TEAM
from triage.ruleset import Ruleset
from triage.store import Duty, DutyKind, Letter, Reminder, Stage
from triage.workdays import reminded_at

log = logging.getLogger(__name__)


def remind(office: Office) -> int:
    """Tell of what is due soon, all in one mail; return how many duties.

    Each duty once for each stage and date: where several stages have passed since the
    last sweep, only for the last of them.
    """
    until = _horizon(office)
    given = office.store.clocks.reminders.given(office.now, until)
    due: dict[Reminder, Duty] = {}
    for duty in office.store.duties.due(office.now, until):
        reminder = None if duty.is_late else _reached(duty, office)
        if reminder is not None and reminder not in given:
            due[reminder] = duty
    if not due:
        return 0
    letters = _letters(Told.DUE, tuple(due.values()), office)
    with office.store.batch():
        office.store.clocks.reminders.note(due, office.today)
        for letter in letters:
            office.store.outbox.notify(letter, office.now)
    return len(due)


def alert(office: Office) -> int:
    """Tell of all that is overdue, in one mail a working day; return how many."""
    if office.store.clocks.reminders.is_alerted(office.today):
        return 0
    # A letter that waits keeps nobody waiting by itself: who is owed an acknowledgement
    # or an answer has a duty of its own.
    late = [
        duty
        for duty in office.store.duties.due(office.now, office.now)
        if duty.kind is not DutyKind.HOLD
    ]
    if not late:
        return 0
    letters = _letters(Told.OVERDUE, late, office)
    with office.store.batch():
        office.store.clocks.reminders.note_alert(office.today)
        for letter in letters:
            office.store.outbox.notify(letter, office.now)
    return len(late)


def _stages(duty: Duty, ruleset: Ruleset) -> tuple[int, ...]:
    clock = ruleset.tables.clock
    match duty.kind:
        case DutyKind.ACKNOWLEDGE:
            return clock.acknowledge_reminders
        case DutyKind.RESPOND | DutyKind.HOLD | DutyKind.REQUEST:
            return clock.respond_reminders


def _reached(duty: Duty, office: Office) -> Reminder | None:
    """Return the latest stage that has come."""
    come = [
        days
        for days in _stages(duty, office.ruleset)
        if reminded_at(duty.due, days, office.calendar) <= office.now
    ]
    return Reminder.of(duty, min(come)) if come else None


def _horizon(office: Office) -> datetime:
    """Return the last moment for which a reminder may be due today."""
    clock = office.ruleset.tables.clock
    stages = (*clock.acknowledge_reminders, *clock.respond_reminders)
    return office.reach(max(stages, default=0))


def _letters(told: Told, duties: Sequence[Duty], office: Office) -> list[Letter]:
    """Word a mail to the team, and one to each contact of a last step."""
    letters = []
    for contact, theirs in _readers(duties, office.ruleset).items():
        try:
            letter = notice_of(told, theirs, contact, office.rulebook, office.now)
        except MessageError as error:
            log.error("people cannot be told what is due: %s", error)
            continue
        if letter is not None:
            letters.append(letter)
    if not letters:
        log.warning("%d duties are due or overdue: triage due", len(duties))
    return letters


def _readers(duties: Iterable[Duty], ruleset: Ruleset) -> dict[str, list[Duty]]:
    """Say who is told of what: the team of everything."""
    readers: dict[str, list[Duty]] = {TEAM: []}
    for duty in duties:
        readers[TEAM].append(duty)
        route = ruleset.routes.get(duty.route or "")
        if duty.stage is Stage.LAST and route is not None:
            for contact in route.tell:
                if contact != TEAM:
                    readers.setdefault(contact, []).append(duty)
    return readers
