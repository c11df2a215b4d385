"""What was received, as bytes, to be judged once more."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that was taken up, with its bytes as they were fetched."""

    sha256: str
    reference: str | None
    """The case that it belongs to."""
    received_at: datetime
    raw: bytes
    is_whole: bool
    """False: attachments were left out."""


def received(
    engine: Engine, limit: int | None, since: datetime | None
) -> Iterator[Received]:
    """Yield the latest messages that were taken up, in the order of their arrival.

    Their bytes are read one by one. Copies of the same bytes, and what was set aside,
    are left out.
    """
    rows = engine.rows(
        "SELECT m.sha256, m.received_at, c.reference FROM messages m"
        " LEFT JOIN cases c ON c.id = m.case_id"
        " WHERE m.fate = 'recorded' AND m.sha256 IS NOT NULL"
        " AND m.received_at >= coalesce(:since, '')"
        " AND (:mailbox IS NULL OR :mailbox ="
        " (SELECT i.mailbox FROM inboxes i WHERE i.id = m.inbox))"
        " AND NOT EXISTS (SELECT 1 FROM people p JOIN people q ON q.root = p.root"
        " JOIN frozen_people f ON f.person = q.id WHERE p.id = m.person)"
        " ORDER BY m.received_at DESC, m.id DESC LIMIT coalesce(:most, -1)",
        since=since,
        most=limit,
    )
    for row in reversed(rows):
        kept = engine.row(
            "SELECT compressed, is_whole FROM raws WHERE sha256 = :sha256",
            sha256=row["sha256"],
        )
        if kept is not None:
            yield Received(
                sha256=row["sha256"],
                reference=row["reference"],
                received_at=moment(row["received_at"]),
                raw=zlib.decompress(kept["compressed"]),
                is_whole=bool(kept["is_whole"]),
            )


def count_received(engine: Engine, since: datetime | None) -> int:
    """Return how many messages `received` gives where it has no limit."""
    row = engine.one(
        "SELECT count(*) AS messages FROM messages"
        " WHERE fate = 'recorded' AND sha256 IS NOT NULL"
        " AND received_at >= coalesce(:since, '')"
        " AND (:mailbox IS NULL OR :mailbox ="
        " (SELECT i.mailbox FROM inboxes i WHERE i.id = inbox))",
        since=since,
    )
    return int(row["messages"])


def opened_by(engine: Engine) -> dict[str, str]:
    """Return the case that a message opened, by its Message-ID."""
    rows = engine.rows(
        "SELECT m.message_id, c.reference FROM cases c JOIN messages m ON m.id ="
        " (SELECT min(f.id) FROM messages f WHERE f.case_id = c.id)"
        " WHERE m.message_id IS NOT NULL"
    )
    return {row["message_id"]: row["reference"] for row in rows}
