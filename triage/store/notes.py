"""Notes of a case: added, never changed."""

from triage.store.audit import Deed, note_deed
from triage.store.engine import Engine, Row


def add_note(engine: Engine, case: Row, deed: Deed, text: str) -> None:
    """Add a note, in the caller's transaction."""
    engine.run(
        "INSERT INTO notes (case_id, at, made_by, text)"
        " VALUES (:case_id, :at, :by, :text)",
        case_id=case["id"],
        at=deed.at,
        by=deed.by,
        text=text,
    )
    note_deed(engine, deed, case["reference"], personal={"note": (None, text)})
