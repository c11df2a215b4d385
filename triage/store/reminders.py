"""Of which cases the team was reminded today."""

from collections.abc import Iterable
from datetime import date

from triage.store.engine import Engine


class Reminders:
    """Once a day is enough for each case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sent_on(self, day: date) -> set[str]:
        """Return the references of the cases that people were reminded of on a day."""
        rows = self._engine.rows(
            "SELECT c.reference FROM reminders r JOIN cases c ON c.id = r.case_id"
            " WHERE r.day = :day",
            day=day.isoformat(),
        )
        return {row["reference"] for row in rows}

    def note(self, references: Iterable[str], day: date) -> None:
        """Write down a reminder; belongs into one batch with the mail itself."""
        with self._engine.writing():
            for reference in references:
                self._engine.run(
                    "INSERT INTO reminders (case_id, day)"
                    " SELECT id, :day FROM cases WHERE reference = :reference"
                    " ON CONFLICT (case_id) DO UPDATE SET day = excluded.day",
                    reference=reference,
                    day=day.isoformat(),
                )
