"""Cases that are about one matter: merged, or only linked."""

from triage.store.audit import Deed, note_deed
from triage.store.case_states import (
    CaseAct,
    CaseState,
    MergeError,
    refuse_illegal,
    state_of,
)
from triage.store.changing import case_named, change_case
from triage.store.columns import list_of, list_text
from triage.store.engine import Engine, Row
from triage.store.joining import PRIORITIES


def merge(engine: Engine, reference: str, into: str, deed: Deed) -> None:
    """Have another case go on instead of one, in the caller's transaction.

    Mails and letters stay where they were recorded. Who may write to the one may write
    to the other, and the earlier promise holds. Raises MergeError where somebody would
    be forgotten.
    """
    case, other = case_named(engine, reference), case_named(engine, into)
    refuse_illegal(case, CaseAct.MERGE)
    _refuse_loss(engine, case, other)
    changes = {"merged_into": into, "closed_at": case["closed_at"] or deed.at}
    change_case(engine, case, changes, deed)
    note_deed(engine, deed, into, {"merged_from": (None, reference)})
    change_case(engine, other, _taken_over(case, other), deed)
    engine.run(
        "INSERT INTO parties (case_id, address, since)"
        " SELECT :other, address, :now FROM parties WHERE case_id = :case_id"
        " ON CONFLICT (case_id, address) DO NOTHING",
        other=other["id"],
        case_id=case["id"],
        now=deed.at,
    )


def _refuse_loss(engine: Engine, case: Row, other: Row) -> None:
    reference, into = case["reference"], other["reference"]
    if case["id"] == other["id"]:
        raise MergeError(f"{reference} cannot be merged into itself")
    if other["merged_into"] is not None:
        raise MergeError(
            f"{into} was itself merged into {other['merged_into']}:"
            f" merge {reference} into that one"
        )
    if case["escalated_at"] is not None and other["escalated_at"] is None:
        raise MergeError(
            f"{reference} was escalated and {into} was not: merge {into} into"
            f" {reference} instead"
        )
    is_open = state_of(case) is CaseState.OPEN
    if is_open and state_of(other) is not CaseState.OPEN:
        raise MergeError(
            f"{reference} still waits for an answer, and {into} is {state_of(other)}:"
            f" reopen {into} first"
        )
    if is_open and case["acknowledged_at"] is None and not _is_out(engine, case):
        raise MergeError(
            f"nobody has acknowledged {reference} yet: approve its letter, or write to"
            " the person and note it with: triage case acknowledged"
        )


def _is_out(engine: Engine, case: Row) -> bool:
    """Whether an acknowledgement is on its way."""
    letter = engine.row(
        "SELECT 1 AS yes FROM outbox WHERE case_id = :id AND acknowledges"
        " AND unwanted IS NULL AND state IN ('queued', 'sending', 'finishing')",
        id=case["id"],
    )
    return letter is not None


def _taken_over(case: Row, other: Row) -> dict[str, object]:
    """Return what the surviving case takes over."""
    flags = dict.fromkeys(list_of(other["flags"]) + list_of(case["flags"]))
    changes: dict[str, object] = {
        "flags": list_text(tuple(flags)),
        "priority": max(case["priority"], other["priority"], key=PRIORITIES.index),
    }
    is_one_stage = (case["escalated_at"] is None) == (other["escalated_at"] is None)
    promised, later = case["respond_by"], other["respond_by"] or "9999"
    if state_of(case) is CaseState.OPEN and is_one_stage and promised:
        changes |= {name: case[name] for name in _PROMISE if promised < later}
    return changes


_PROMISE = ("clock_from", "acknowledge_by", "respond_by", "extended_until")


def surviving(engine: Engine, reference: str) -> Row | None:
    """Return the case that goes on: the one that was named, or what it became."""
    row = engine.row(
        "SELECT * FROM cases WHERE reference = :reference", reference=reference
    )
    while row is not None and row["merged_into"] is not None:
        row = case_named(engine, row["merged_into"])
    return row


def link(engine: Engine, reference: str, other: str, deed: Deed) -> bool:
    """Note that two cases have to do with each other; False: it was noted before."""
    pair = _pair(engine, reference, other)
    added = engine.run(
        "INSERT INTO related (case_id, other_id, at, made_by)"
        " VALUES (:elder, :younger, :at, :by)"
        " ON CONFLICT (case_id, other_id) DO NOTHING",
        at=deed.at,
        by=deed.by,
        **pair,
    )
    if added:
        note_deed(engine, deed, reference, {"related": (None, other)})
        note_deed(engine, deed, other, {"related": (None, reference)})
    return bool(added)


def unlink(engine: Engine, reference: str, other: str, deed: Deed) -> bool:
    """Take a link back; False: there was none."""
    gone = engine.run(
        "DELETE FROM related WHERE case_id = :elder AND other_id = :younger",
        **_pair(engine, reference, other),
    )
    if gone:
        note_deed(engine, deed, reference, {"related": (other, None)})
        note_deed(engine, deed, other, {"related": (reference, None)})
    return bool(gone)


def _pair(engine: Engine, reference: str, other: str) -> dict[str, int]:
    ids = sorted(case_named(engine, each)["id"] for each in (reference, other))
    return {"elder": ids[0], "younger": ids[1]}
