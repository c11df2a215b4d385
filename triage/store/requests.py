"""What people ask for by law about their own data, and by when."""

from dataclasses import dataclass
from datetime import datetime

from triage.store.audit import DAEMON, Deed, note_deed
from triage.store.engine import Engine, moment, moment_or_none
from triage.store.model import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """One request."""

    id: int
    reference: str
    kind: str
    """Its id in the rule files."""
    received_at: datetime
    due_at: datetime
    words: str
    """The arithmetic of its date."""
    done_at: datetime | None
    done_by: str | None


def note_requests(engine: Engine, record: Record, case_id: int | None) -> None:
    """Put what a message asks for on its clock; once for each kind in a case."""
    if case_id is None or engine.is_scratch:
        return
    for each in record.decision.requests:
        added = engine.row(
            "INSERT INTO requests (case_id, kind, received_at, due_at, words)"
            " VALUES (:case_id, :kind, :received_at, :due_at, :words)"
            " ON CONFLICT (case_id, kind) DO NOTHING RETURNING id",
            case_id=case_id,
            kind=each.kind,
            received_at=record.received_at,
            due_at=each.due.at,
            words=each.due.words,
        )
        if added is not None:
            reference = record.decision.case or str(record.reference)
            deed = Deed(at=record.inquiry.now, by=DAEMON, act="data request")
            note_deed(engine, deed, reference, {"request": (None, each.kind)})


class Requests:
    """Requests about personal data."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(self, *, only_open: bool = True) -> list[DataRequest]:
        """Return the requests, the next due first."""
        rows = self._engine.rows(
            "SELECT r.*, c.reference FROM requests r JOIN cases c ON c.id = r.case_id"
            " WHERE r.done_at IS NULL OR :all ORDER BY r.due_at, r.id",
            all=not only_open,
        )
        return [
            DataRequest(
                id=row["id"],
                reference=row["reference"],
                kind=row["kind"],
                received_at=moment(row["received_at"]),
                due_at=moment(row["due_at"]),
                words=row["words"],
                done_at=moment_or_none(row["done_at"]),
                done_by=row["done_by"],
            )
            for row in rows
        ]

    def finish(self, request: int, deed: Deed) -> bool:
        """Note that a request is done; False: it was, or there is none."""
        with self._engine.writing():
            row = self._engine.row(
                "UPDATE requests SET done_at = :at, done_by = :by"
                " WHERE id = :id AND done_at IS NULL RETURNING case_id, kind",
                id=request,
                at=deed.at,
                by=deed.by,
            )
            if row is None:
                return False
            case = self._engine.one(
                "SELECT reference FROM cases WHERE id = :id", id=row["case_id"]
            )
            changes = {"request": (row["kind"], None)}
            note_deed(self._engine, deed, case["reference"], changes)
        return True
