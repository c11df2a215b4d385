"""Every change of a case goes through here, so that the audit log has it."""

from collections.abc import Mapping
from datetime import datetime

from triage.store.audit import Change, Deed, note_deed
from triage.store.engine import Engine, Row, to_column
from triage.store.particulars import Field
from triage.store.withdrawing import withdraw_acknowledgement, withdraw_holding


def case_named(engine: Engine, reference: str) -> Row:
    """Return a case's row; raises LookupError where there is none."""
    return engine.one(
        "SELECT * FROM cases WHERE reference = :reference", reference=reference
    )


def change_case(
    engine: Engine, case: Row, changes: Mapping[str, object], deed: Deed
) -> bool:
    """Set columns of a case to new values and log what differs.

    `case` is its row as it is now, read in the same transaction. False: all was so
    before, nothing is written.
    """
    new = {name: to_column(value) for name, value in changes.items()}
    differing = {name: value for name, value in new.items() if case[name] != value}
    if not differing:
        return False
    columns = ", ".join(f"{name} = :{name}" for name in differing)
    engine.run(
        f"UPDATE cases SET {columns} WHERE id = :case_id",  # noqa: S608 - our own names
        case_id=case["id"],
        **differing,
    )
    logged = {
        name: (_text(case[name]), _text(value)) for name, value in differing.items()
    }
    personal = {name: logged.pop(name) for name in _PERSONAL & logged.keys()}
    note_deed(engine, deed, case["reference"], logged, personal)
    why = f"the case has moved on ({deed.act})"
    if not _NEEDS_NO_HOLDING.isdisjoint(differing):
        withdraw_holding(engine, case["id"], why, deed.at)
    if _is_past_acknowledging(case, differing):
        withdraw_acknowledgement(engine, case["id"], why, deed.at)
    return True


_PERSONAL = frozenset({"legal_hold"})
"""Columns with a person's own words."""
_NEEDS_NO_HOLDING = frozenset(
    {"answered_at", "closed_at", "escalated_at", "respond_by"}
)
"""Changes after which a holding letter that has not gone out says something wrong."""


def _is_past_acknowledging(case: Row, changes: Mapping[str, object]) -> bool:
    """Whether an acknowledgement of this stage says nothing that is true any more.

    Who closes a case in which nobody was told anything may still let it go out.
    """
    if changes.get("answered_at") or changes.get("escalated_at"):
        return True
    after = {**case, **changes}
    return (
        bool(changes.get("closed_at") and after["acknowledged_at"])
        and not (after["merged_into"])
    )


def end_stage(engine: Engine, case: Row, at: datetime, ended_by: str) -> None:
    """Keep a stage's clocks, before a case is escalated or reopened."""
    engine.run(
        "INSERT INTO stages (case_id, ended_at, ended_by, route, clock_from,"
        " acknowledge_by, respond_by, extended_until, acknowledged_at, answered_at)"
        " SELECT id, :at, :ended_by, route, coalesce(clock_from, opened_at),"
        " acknowledge_by, respond_by, extended_until, acknowledged_at, answered_at"
        " FROM cases WHERE id = :id",
        id=case["id"],
        at=at,
        ended_by=ended_by,
    )


def change_particulars(
    engine: Engine, case: Row, texts: Mapping[Field, str], deed: Deed
) -> None:
    """Write personal text of a case; an empty text takes a field away."""
    changed: dict[str, Change] = {}
    for name, text in texts.items():
        row = engine.row(
            "SELECT text FROM particulars WHERE case_id = :case_id AND field = :name",
            case_id=case["id"],
            name=name,
        )
        before, after = None if row is None else row["text"], text or None
        if before == after:
            continue
        changed[name] = (before, after)
        if after is None:
            engine.run(
                "DELETE FROM particulars WHERE case_id = :case_id AND field = :name",
                case_id=case["id"],
                name=name,
            )
        else:
            engine.run(
                "INSERT INTO particulars (case_id, field, text)"
                " VALUES (:case_id, :name, :text) ON CONFLICT (case_id, field)"
                " DO UPDATE SET text = excluded.text",
                case_id=case["id"],
                name=name,
                text=after,
            )
    if changed:
        note_deed(engine, deed, case["reference"], personal=changed)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
