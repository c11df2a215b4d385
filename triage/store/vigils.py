"""The daemon's signs of life, and what it saw; one row, written anew at each look."""

from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Vigil:
    """One sign of life."""

    at: datetime
    outlook: str
    """How the daemon was (triage.alarm.outlook); empty at its first look."""
    book: str
    """Its alarms and who was told (triage.alarm.book)."""


class Vigils:
    """The last sign of life."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, vigil: Vigil) -> None:
        """Put a sign of life in the place of the one before."""
        self._engine.run(
            "INSERT INTO vigils (id, at, outlook, book)"
            " VALUES (1, :at, :outlook, :book)"
            " ON CONFLICT (id) DO UPDATE SET at = excluded.at,"
            " outlook = excluded.outlook, book = excluded.book",
            at=vigil.at,
            outlook=vigil.outlook,
            book=vigil.book,
        )

    def last(self) -> Vigil | None:
        """Return the last one; None: no daemon ever ran."""
        row = self._engine.row("SELECT at, outlook, book FROM vigils")
        if row is None:
            return None
        return Vigil(at=moment(row["at"]), outlook=row["outlook"], book=row["book"])
