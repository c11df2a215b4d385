"""Every complaint is acknowledged once, or people are told of it in time."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.letters import Read, read_all
from tests.halfyear.checker.register import Register
from tests.halfyear.dates import LONDON, Calendars, local
from tests.halfyear.log import OPENING, Act, Arrived, Kind, Log
from tests.journeys.installing import TEAM

CHECK = "acknowledged"
ACKNOWLEDGE_DAYS = 2
ACKNOWLEDGING = frozenset({"acknowledge", "escalate"})
AND_MORE = re.compile(r"and \d+ more")
NOTICED_BY = time(10)
"""When the team has read what the morning brought."""


class Told:
    """When the team's mails named a case."""

    def __init__(self, read: list[Read]) -> None:
        self._at: defaultdict[str, list[datetime]] = defaultdict(list)
        self._more: list[datetime] = []
        for each in read:
            if each.departed.to == TEAM:
                for reference in each.references_named:
                    self._at[reference].append(each.at)
                if AND_MORE.search(each.text):
                    self._more.append(each.at)

    def between(self, reference: str, first: datetime, last: datetime) -> bool:
        """Whether one named it, or said that there are more than it names."""
        times = (*self._at[reference], *self._more)
        return any(first <= at <= last for at in times)


def acknowledged(log: Log, register: Register) -> Iterator[Finding]:
    """Check every complaint whose time is over."""
    assert log.ended_at is not None
    read = read_all(log)
    told = Told(read)
    letters = _acknowledgements(read)
    for arrived in log.arrived:
        if arrived.mail.kind not in OPENING:
            continue
        found = letters.get(arrived.mail.message_id, [])
        if len(found) > 1:
            yield _about(arrived, f"it is acknowledged {len(found)} times")
        reference = _reference_of(arrived, register)
        times = [each.at for each in found] + _by_hand(reference, log)
        due = due_when_open(
            arrived.at, ACKNOWLEDGE_DAYS, log.calendars, min(times, default=None)
        )
        is_over = due <= log.ended_at
        is_seen_to = any(at <= due for at in times)
        if is_over and not (is_seen_to or told.between(reference, arrived.at, due)):
            yield _about(arrived, f"{reference} was due {due}, nobody was told")
    yield from _came_back(log, told)


def _came_back(log: Log, told: Told) -> Iterator[Finding]:
    """An acknowledgement that came back is owed again; the team hears of it."""
    assert log.ended_at is not None
    for arrived in log.arrived:
        if arrived.mail.kind is not Kind.REPORT or not arrived.mail.about:
            continue
        if arrived.mail.returns.strip("<").partition(".")[0] not in ACKNOWLEDGING:
            continue
        today = arrived.at.astimezone(LONDON).date()
        working = log.calendars.at(arrived.at)
        day = working.after(today, ACKNOWLEDGE_DAYS)
        last = local(day, NOTICED_BY)
        by_hand = _by_hand(arrived.mail.about, log)
        is_seen_to = any(arrived.at <= at <= last for at in by_hand)
        if last > log.ended_at or is_seen_to:
            continue
        if not told.between(arrived.mail.about, arrived.at, last):
            words = f"the acknowledgement of {arrived.mail.about} came back, unnoticed"
            yield _about(arrived, words)


def _about(arrived: Arrived, words: str) -> Finding:
    return Finding(CHECK, f"{arrived.mail.kind} {arrived.mail.message_id}", words)


def _acknowledgements(read: list[Read]) -> dict[str, list[Read]]:
    """Letters that acknowledge, by the complaint that they answer."""
    found: defaultdict[str, list[Read]] = defaultdict(list)
    for each in read:
        if each.kind in ACKNOWLEDGING and each.answers:
            found[each.answers].append(each)
    return found


def _reference_of(arrived: Arrived, register: Register) -> str:
    row = register.at(arrived)
    case = register.by_id.get(row["case_id"]) if row else None
    return str(case["reference"]) if case else "no case"


def _by_hand(reference: str, log: Log) -> list[datetime]:
    acts = {Act.ACKNOWLEDGED, Act.ANSWERED, Act.HELD_OFF}
    return [
        each.at for each in log.done if each.reference == reference and each.act in acts
    ]


def due_when_open(
    received_at: datetime,
    days: int,
    calendars: Calendars,
    settled_at: datetime | None,
) -> datetime:
    """The due date by the calendar that counted while the duty was open."""
    due = calendars.at(received_at).due(received_at, days)
    for changed_at, working in calendars.since:
        is_open = settled_at is None or settled_at > changed_at
        if changed_at > received_at and is_open:
            due = working.due(received_at, days)
    return due
