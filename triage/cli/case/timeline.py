"""Everything that happened to a case, in order of time."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.cli.listing import counted, day, moment
from triage.cli.terminal import printable
from triage.decision import Decision
from triage.store import (
    DAEMON,
    AuditEntry,
    CaseFile,
    Category,
    MessageEntry,
    OutboxItem,
    State,
)

MOST_EVIDENCE = 6
"""Of one mail; all of it stands in `triage explain`."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its sentence, and what belongs to it."""

    at: datetime
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    """(name, text)."""


def timeline(found: CaseFile) -> list[Event]:
    """Return all that happened, to the cases that were merged into it too."""
    events = [*_events(found)]
    for other in found.merged:
        reference = other.line.reference
        events += (
            Event(each.at, f"{reference}: {each.title}", each.facts)
            for each in timeline(other)
        )
    return sorted(events, key=lambda event: event.at)


def _events(found: CaseFile) -> Iterator[Event]:
    if not found.messages:
        yield Event(found.line.opened_at, f"received by {found.line.channel}")
    yield from (_mail(each, found.line.reference) for each in found.messages)
    for sent in found.sent:
        facts = (("from", sent.address or "not readable"), ("counts as", sent.why))
        yield Event(sent.sent_at, f"answer by mail: {sent.subject}", facts)
    yield from map(_letter, found.letters)
    for note in found.notes:
        yield Event(note.at, f"note by {note.by}", (("", note.text),))
    for each in found.overrulings:
        moved = f"{each.before} → {each.after} by {each.by}: {each.why}"
        yield Event(each.at, f"rerouted {moved}")
    for matter in found.matters:
        yield Event(matter.at, f"to look at ({matter.kind}): {matter.words}")
    yield from (_deed(each) for each in found.deeds if _is_news(each))


def _mail(entry: MessageEntry, reference: str) -> Event:
    title = f"mail: {entry.subject}"
    if entry.is_duplicate:
        title = f"the same mail again: {entry.subject}"
    facts = [("from", entry.address or "not readable")]
    facts += [("because", entry.reason)] if entry.is_duplicate else []
    facts += _decision(entry.decision) if entry.decision else []
    facts += _seen(entry, reference)
    return Event(entry.received_at, title, tuple(facts))


def _seen(entry: MessageEntry, reference: str) -> Iterator[tuple[str, str]]:
    """Yield what was seen in a person's mail, the first of it; nothing of others."""
    if entry.decision is not None and entry.decision.automatic is not None:
        return
    hits = entry.evidence.hits
    for hit in hits[:MOST_EVIDENCE]:
        yield "saw", f"{hit.signal} in {hit.where}: “{hit.text}”"
    if len(hits) > MOST_EVIDENCE:
        more = counted(len(hits) - MOST_EVIDENCE, "more sign")
        yield "saw", f"{more}: triage explain {reference}"


def _decision(decision: Decision) -> list[tuple[str, str]]:
    facts = [("calls for", decision.disposition), ("because", decision.reason)]
    facts += [("rule", decision.rule)] if decision.rule else []
    facts += [("edition", decision.ruleset)]
    # What only joins a case starts no clock of its own.
    begins = decision.case is None or decision.escalates
    for name, due in (
        ("acknowledge", decision.acknowledge),
        ("answer", decision.respond),
    ):
        facts += [(name, due.words)] if due and begins else []
    facts += [("withheld", each.words) for each in decision.withheld]
    facts += [("held", each.words) for each in decision.held]
    return [(name, str(text)) for name, text in facts]


def _letter(item: OutboxItem) -> Event:
    letter = item.line
    # A notice's kind is only its number: it is told apart by whom it goes to.
    kind = letter.kind if letter.category is Category.REPLY else "one of us is told"
    title = f"letter {letter.id}, {kind}: {letter.state}"
    facts = [("to", letter.to)]
    # Of a letter that went out, the server's words say nothing to an officer.
    is_news = letter.reason and letter.state is not State.SENT
    facts += [("because", str(letter.reason))] if is_news else []
    facts += [
        (move.after, f"{moment(move.at)}: {move.why}")
        for move in item.moves
        if move.at != letter.created_at
    ]
    return Event(letter.created_at, title, tuple(facts))


# They stand in the timeline as what they did: a note, a mail, a letter, another route.
_SHOWN_AS_DONE = frozenset({"note", "reroute", "write"})
_OF_THE_PROGRAM = _SHOWN_AS_DONE | {
    "open",
    "acknowledge",
    "complete",
    "follow up",
    "put before a person",
}


def _is_news(entry: AuditEntry) -> bool:
    if entry.act == "admit" and "matter" in entry.changes:
        return False
    if entry.by == DAEMON:
        return entry.act not in _OF_THE_PROGRAM
    return entry.act not in _SHOWN_AS_DONE


def _deed(entry: AuditEntry) -> Event:
    facts = [
        (name.replace("_", " "), changed)
        for name, change in {**entry.changes, **entry.personal}.items()
        if name != "why" and (changed := change_in_words(name, change))
    ]
    why = entry.personal.get("why", (None, None))[1]
    title = f"{entry.act} by {entry.by}"
    return Event(entry.at, f"{title}: {why}" if why else title, tuple(facts))


def change_in_words(name: str, change: tuple[str | None, str | None]) -> str:
    """Say a change as people read it: times as dates, lists as words."""
    before, after = (_value(name, each) for each in change)
    if name == "matter" and after is None:
        return f"{before}: looked at"
    if before is None:
        return after or ""
    return f"{before} → {after or 'nothing'}"


def _value(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    if _TIME.fullmatch(text):
        at = datetime.fromisoformat(text)
        return day(at) if name.endswith(("_by", "_until")) else moment(at)
    if name in _LISTS:
        return ", ".join(json.loads(text)) or "nothing"
    return text


_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{15}Z", re.ASCII)
_LISTS = frozenset({"flags", "missing", "withheld"})


def in_words(events: list[Event]) -> Iterator[str]:
    """Yield the lines of a timeline; nothing in them steers a terminal."""
    last = ""
    for event in events:
        if (today := day(event.at)) != last:
            yield f"\n{today}"
            last = today
        yield f"  {event.at.astimezone():%H:%M}  {printable(event.title)}"
        for name, text in event.facts:
            first, *more = text.splitlines() or [""]
            yield f"         {name:16}{printable(first)}".rstrip()
            yield from (f"         {'':16}{printable(line)}".rstrip() for line in more)
