"""What a person must look at in a case, until they have."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from triage.decision.model import MatterKind
from triage.store.audit import DAEMON, Deed, note_deed
from triage.store.changing import case_named
from triage.store.engine import Engine, Row, moment, moment_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something in a case that a person must look at, or has."""

    id: int
    reference: str
    at: datetime
    kind: MatterKind
    words: str
    """A sentence for people; personal text."""
    settled_at: datetime | None
    settled_by: str | None


def add_matter(
    engine: Engine, case: Row, kind: MatterKind, words: str, at: datetime
) -> bool:
    """Put something before people, in the caller's transaction.

    False: the same is open already.
    """
    added = engine.run(
        "INSERT INTO matters (case_id, at, kind, words)"
        " SELECT :case_id, :at, :kind, :words WHERE NOT EXISTS (SELECT 1 FROM matters"
        " WHERE case_id = :case_id AND kind = :kind AND words = :words"
        " AND settled_at IS NULL)",
        case_id=case["id"],
        at=at,
        kind=kind,
        words=words,
    )
    if added:
        deed = Deed(at=at, by=DAEMON, act="put before a person")
        note_deed(engine, deed, case["reference"], {"matter": (None, kind)})
    return bool(added)


def settle_kinds(
    engine: Engine, case: Row, kinds: Collection[MatterKind], deed: Deed
) -> None:
    """Settle what a deed settles by itself, in the caller's transaction."""
    for kind in kinds:
        settled = engine.run(
            "UPDATE matters SET settled_at = :at, settled_by = :by"
            " WHERE case_id = :case_id AND kind = :kind AND settled_at IS NULL",
            case_id=case["id"],
            kind=kind,
            at=deed.at,
            by=deed.by,
        )
        if settled:
            note_deed(engine, deed, case["reference"], {"matter": (kind, None)})


class Matters:
    """What people must look at."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, reference: str, kind: MatterKind, words: str, at: datetime) -> bool:
        """Put something in a case before people; False: the same is open already.

        Raises LookupError where there is no such case.
        """
        with self._engine.writing():
            case = case_named(self._engine, reference)
            return add_matter(self._engine, case, kind, words, at)

    def settle(self, reference: str, deed: Deed, matter: int | None = None) -> int:
        """Note that a person looked at a matter of a case, or at all; return how many.

        Raises LookupError where there is no such case.
        """
        with self._engine.writing():
            case = case_named(self._engine, reference)
            rows = self._engine.rows(
                "UPDATE matters SET settled_at = :at, settled_by = :by"
                " WHERE case_id = :case_id AND settled_at IS NULL"
                " AND (:matter IS NULL OR id = :matter) RETURNING kind",
                case_id=case["id"],
                at=deed.at,
                by=deed.by,
                matter=matter,
            )
            for row in rows:
                changes = {"matter": (row["kind"], None)}
                note_deed(self._engine, deed, reference, changes)
        return len(rows)

    def open_matters(self) -> list[Matter]:
        """Return what nobody has looked at yet, the eldest first."""
        rows = self._engine.rows(
            f"{_MATTERS} WHERE m.settled_at IS NULL ORDER BY m.at, m.id"
        )
        return [_matter(row) for row in rows]

    def of_case(self, reference: str) -> list[Matter]:
        """Return all matters of a case, settled ones too."""
        rows = self._engine.rows(
            f"{_MATTERS} WHERE c.reference = :reference ORDER BY m.at, m.id",
            reference=reference,
        )
        return [_matter(row) for row in rows]


_MATTERS = """
SELECT m.*, c.reference FROM matters m JOIN cases c ON c.id = m.case_id
"""


def _matter(row: Row) -> Matter:
    return Matter(
        id=row["id"],
        reference=row["reference"],
        at=moment(row["at"]),
        kind=MatterKind(row["kind"]),
        words=row["words"],
        settled_at=moment_or_none(row["settled_at"]),
        settled_by=row["settled_by"],
    )
