"""A person lets somebody who wrote into a case, or named it, have a say in it."""

from triage.decision.model import MatterKind
from triage.store.audit import Deed, note_deed
from triage.store.changing import case_named, change_case
from triage.store.columns import decision_of, list_of, list_text
from triage.store.engine import Engine, Row
from triage.store.matters import settle_kinds


def other_writers(engine: Engine, case: Row) -> tuple[str, ...]:
    """Return who wrote into a case, or named it in a mail of their own, as no party."""
    rows = engine.rows(
        "SELECT address FROM (SELECT m.address FROM messages m WHERE m.case_id = :id"
        " AND m.disposition = 'answer' UNION SELECT m.address FROM cases c"
        " JOIN messages m ON m.case_id = c.id WHERE c.claims = :reference)"
        " WHERE address IS NOT NULL AND address NOT IN"
        " (SELECT address FROM parties WHERE case_id = :id) ORDER BY address",
        id=case["id"],
        reference=case["reference"],
    )
    return tuple(row["address"] for row in rows)


def admit(engine: Engine, reference: str, address: str, deed: Deed) -> tuple[str, ...]:
    """Make somebody a party; return what was missing and came in their mails.

    What calls people to other writers is settled once there is none left.
    """
    case = case_named(engine, reference)
    engine.run(
        "INSERT INTO parties (case_id, address, since) VALUES (:id, :address, :at)"
        " ON CONFLICT (case_id, address) DO NOTHING",
        id=case["id"],
        address=address,
        at=deed.at,
    )
    note_deed(engine, deed, reference, personal={"party": (None, address)})
    supplied = _supplied(engine, case, address)
    missing = (item for item in list_of(case["missing"]) if item not in supplied)
    change_case(engine, case, {"missing": list_text(tuple(missing))}, deed)
    if not other_writers(engine, case):
        settle_kinds(engine, case, (MatterKind.OTHER_WRITER,), deed)
    return supplied


def _supplied(engine: Engine, case: Row, address: str) -> tuple[str, ...]:
    rows = engine.rows(
        "SELECT d.decision FROM messages m JOIN decisions d ON d.message = m.id"
        " WHERE m.case_id = :id AND m.address = :address ORDER BY m.id",
        id=case["id"],
        address=address,
    )
    found = {
        item for row in rows for item in decision_of(row["decision"]).follow_up.offered
    }
    return tuple(item for item in list_of(case["missing"]) if item in found)
