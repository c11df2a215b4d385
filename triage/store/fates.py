"""What became of every message that was ever seen, one line each."""

from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment_or_none
from triage.store.model import Inbox, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One message and its fate: `left`, `aside`, `recorded` or `duplicate`."""

    place: Place
    fate: str
    reason: str
    received_at: datetime | None
    """None of what was left alone."""
    subject: str | None
    message_id: str | None
    reference: str | None
    """The case that it belongs to."""
    folder: str | None
    filed_at: datetime | None


class Fates:
    """Reads the fates of messages, in the order in which they were seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(self, *, without_case: bool = False) -> list[Fate]:
        """Return every message, or only those that belong to no case.

        What was left alone is not ours and is not listed.
        """
        rows = self._engine.rows(
            "SELECT m.*, i.account, i.folder AS inbox_folder, c.reference"
            " FROM messages m JOIN inboxes i ON i.id = m.inbox"
            " LEFT JOIN cases c ON c.id = m.case_id"
            " WHERE m.fate <> 'left' AND (c.id IS NULL OR NOT :without_case)"
            " ORDER BY m.id",
            without_case=without_case,
        )
        return [
            Fate(
                place=Place(
                    Inbox(row["account"], row["inbox_folder"]),
                    row["uidvalidity"],
                    row["uid"],
                ),
                fate=row["fate"],
                reason=row["reason"],
                received_at=moment_or_none(row["received_at"]),
                subject=row["subject"],
                message_id=row["message_id"],
                reference=row["reference"],
                folder=row["folder"],
                filed_at=moment_or_none(row["filed_at"]),
            )
            for row in rows
        ]

    def left_alone(self) -> int:
        """Return how many messages were left alone."""
        row = self._engine.one("SELECT COUNT(*) AS n FROM messages WHERE fate = 'left'")
        return int(row["n"])
