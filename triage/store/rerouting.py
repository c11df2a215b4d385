"""A person says that a case belongs somewhere else: it moves, and it is remembered."""

from dataclasses import dataclass
from datetime import datetime

from triage.store.audit import Deed
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine, Row
from triage.store.letter_lines import letters_of_case
from triage.store.model import OutboxItem, OutboxLine
from triage.store.moving import Change, move_letter
from triage.store.states import Act, State

_IN_HANDS = (State.SENDING, State.FINISHING)
_NEVER_TAKEN = (State.QUEUED, State.SENDING, State.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouting:
    """A person's judgement of a case, and what follows from it."""

    reference: str
    route: str
    why: str
    by: str
    """Who says so."""
    now: datetime
    priority: str
    respond_by: datetime | None
    """When the full answer is due on the new route; None: none is owed."""
    asks_missing: bool
    """Whether the new route asks for what is missing."""
    wrong_templates: frozenset[str]
    """The letters of the old route: while one is unsent, it is dropped."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """What became of the letters of the old route."""

    before: str | None
    dropped: tuple[OutboxLine, ...]
    """As they were: nobody gets them, not even one that is being sent."""
    gone: tuple[OutboxLine, ...]
    """They were sent, or may have been: a person writes to the writer."""


def reroute(engine: Engine, wanted: Rerouting) -> Rerouted:
    """Move a case to another route, drop its unsent wrong letter, write down why."""
    with engine.writing():
        case = case_named(engine, wanted.reference)
        dropped, gone = _take_back(engine, case, wanted)
        engine.run(
            "INSERT INTO overrulings"
            " (case_id, message, at, made_by, before, after, why)"
            " VALUES (:case_id, :message, :at, :made_by, :before, :after, :why)",
            case_id=case["id"],
            message=_decided_by(engine, case),
            at=wanted.now,
            made_by=wanted.by,
            before=case["route"],
            after=wanted.route,
            why=wanted.why,
        )
        change_case(
            engine,
            case,
            {
                "route": wanted.route,
                "priority": wanted.priority,
                "respond_by": wanted.respond_by,
                "extended_until": wanted.respond_by and case["extended_until"],
                "missing": case["missing"] if wanted.asks_missing else "[]",
            },
            Deed(at=wanted.now, by=wanted.by, act="reroute", why=wanted.why),
        )
    return Rerouted(case["route"], tuple(dropped), tuple(gone))


def _take_back(
    engine: Engine, case: Row, wanted: Rerouting
) -> tuple[list[OutboxLine], list[OutboxLine]]:
    dropped: list[OutboxLine] = []
    gone: list[OutboxLine] = []
    why = f"a person decided that the case belongs to {wanted.route}"
    for item in letters_of_case(engine, case["id"]):
        line = item.line
        if line.template not in wanted.wrong_templates or line.state is State.DROPPED:
            continue
        (dropped if _is_still_here(item) else gone).append(line)
        if line.state in _IN_HANDS:
            _mark_unwanted(engine, line.id, why)
        elif _is_still_here(item):
            move_letter(engine, line.id, Act.DROP, Change(wanted.now, why))
    return dropped, gone


def _is_still_here(item: OutboxItem) -> bool:
    """Whether nobody can have got a letter: `finish` refuses what is unwanted."""
    line = item.line
    if line.state is not State.HELD:
        return line.state in _NEVER_TAKEN
    return line.waits or item.moves[-1].before is not State.UNCERTAIN


def _mark_unwanted(engine: Engine, letter: int, why: str) -> None:
    """Have whoever has a letter in hands drop it, unless it is taken before that."""
    engine.run("UPDATE outbox SET unwanted = :why WHERE id = :id", id=letter, why=why)


def _decided_by(engine: Engine, case: Row) -> int | None:
    """The message whose decision gave the case its route, the latest of several."""
    row = engine.row(
        "SELECT m.id FROM messages m JOIN decisions d ON d.message = m.id"
        " WHERE m.case_id = :case_id AND d.route IS NOT NULL"
        " ORDER BY (d.route IS :route) DESC, m.id DESC LIMIT 1",
        case_id=case["id"],
        route=case["route"],
    )
    return None if row is None else int(row["id"])
