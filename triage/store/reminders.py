"""Of what people were reminded, and on which day; also what is overdue.

Days tell, not moments: a clock that is set back a little repeats nothing. What was
written on a day that has not come yet was written under a wrong clock and is forgotten,
so that this day has its reminders when it comes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from triage.store.duties import Duty, DutyKind
from triage.store.engine import Engine, moment


@dataclass(frozen=True, slots=True)
class Reminder:
    """A duty of which people are told so many working days before it is due."""

    reference: str
    what: str
    """The duty, told from the others of its case."""
    due: datetime
    days_before: int

    @classmethod
    def of(cls, duty: Duty, days_before: int) -> "Reminder":
        """Return the reminder of a duty."""
        is_letter = duty.kind is DutyKind.HOLD
        what = f"{duty.kind} {duty.letter}" if is_letter else str(duty.kind)
        return cls(duty.reference, what, duty.due, days_before)


class Reminders:
    """Each duty once for each date and stage; what is overdue once a day."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def forget_after(self, day: date) -> None:
        """Forget what was written on days that are still to come."""
        with self._engine.writing():
            for table in ("reminded", "alerts"):
                self._engine.run(
                    f"DELETE FROM {table} WHERE day > :day",  # noqa: S608 - our own
                    day=day.isoformat(),
                )

    def given(self, since: datetime, until: datetime) -> set[Reminder]:
        """Return the reminders of what is due between two moments."""
        rows = self._engine.rows(_GIVEN, since=since, until=until)
        return {
            Reminder(
                row["reference"], row["what"], moment(row["due"]), row["days_before"]
            )
            for row in rows
        }

    def note(self, reminders: Iterable[Reminder], day: date) -> None:
        """Write down reminders; belongs into one batch with the mail itself."""
        with self._engine.writing():
            for each in reminders:
                self._engine.run(
                    "INSERT INTO reminded (case_id, what, due, days_before, day)"
                    " SELECT id, :what, :due, :days_before, :day FROM cases"
                    " WHERE reference = :reference"
                    " ON CONFLICT (case_id, what, due, days_before) DO NOTHING",
                    reference=each.reference,
                    what=each.what,
                    due=each.due,
                    days_before=each.days_before,
                    day=day.isoformat(),
                )

    def is_alerted(self, day: date) -> bool:
        """Tell whether people were told on a day of what is overdue."""
        found = self._engine.row(
            "SELECT day FROM alerts WHERE day = :day"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            day=day.isoformat(),
        )
        return found is not None

    def note_alert(self, day: date) -> None:
        """Write down that people were told of what is overdue."""
        self._engine.run(
            "INSERT INTO alerts (mailbox, day) VALUES (:own, :day)"
            " ON CONFLICT (mailbox, day) DO NOTHING",
            day=day.isoformat(),
        )


_GIVEN = """
SELECT c.reference, r.what, r.due, r.days_before
FROM reminded r JOIN cases c ON c.id = r.case_id
WHERE r.due >= :since AND r.due <= :until
"""
