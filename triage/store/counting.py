"""What was added since it was last looked: each row is counted once, by its number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment, moment_or_none


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which rows it was counted."""

    message: int
    move: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What was added between two looks."""

    messages: Mapping[tuple[str, str], int]
    """By fate and by route, which is empty where the rules took none."""
    letters: Mapping[str, int]
    """By the state that they came into."""
    waits: tuple[float, ...]
    """Seconds from a mail's arrival until its reply was accepted, for each that no
    person and no doubt held up."""


class Counting:
    """Counts rows that were added; what was there before is never read again.

    Marks are of the whole store, whichever mailbox is in view.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mark(self) -> Mark:
        """Return where counting begins."""
        row = self._engine.one(
            "SELECT (SELECT coalesce(max(id), 0) FROM messages) AS message,"
            " (SELECT coalesce(max(id), 0) FROM moves) AS move"
        )
        return Mark(row["message"], row["move"])

    def since(self, mark: Mark) -> tuple[Passed, Mark]:
        """Count what was added since a mark; return where to go on."""
        with self._engine.reading():
            until = self.mark()
            span = {
                "message": mark.message,
                "last_message": until.message,
                "move": mark.move,
                "last_move": until.move,
            }
            messages = self._engine.rows(_MESSAGES, **span)
            letters = self._engine.rows(_LETTERS, **span)
            accepted = self._engine.rows(_ACCEPTED, **span)
        passed = Passed(
            messages={(row["fate"], row["route"]): row["number"] for row in messages},
            letters={row["after"]: row["number"] for row in letters},
            waits=tuple(
                (moment(row["at"]) - moment(row["received_at"])).total_seconds()
                for row in accepted
            ),
        )
        return passed, until

    def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the letter waits that may be sent and waits longest."""
        row = self._engine.one(
            "SELECT min(next_at) AS at FROM outbox"
            " WHERE state = 'queued' AND next_at <= :now"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            now=now,
        )
        return moment_or_none(row["at"])


_MESSAGES = """
SELECT m.fate, coalesce(d.route, '') AS route, count(*) AS number
FROM messages m LEFT JOIN decisions d ON d.message = m.id
WHERE m.id > :message AND m.id <= :last_message
    AND (:mailbox IS NULL
        OR :mailbox = (SELECT i.mailbox FROM inboxes i WHERE i.id = m.inbox))
GROUP BY m.fate, 2
"""

_LETTERS = """
SELECT v.after, count(*) AS number FROM moves v
WHERE v.id > :move AND v.id <= :last_move
    AND (:mailbox IS NULL
        OR :mailbox = (SELECT o.mailbox FROM outbox o WHERE o.id = v.letter))
GROUP BY v.after
"""

_ACCEPTED = """
SELECT v.at, m.received_at FROM moves v
JOIN outbox o ON o.id = v.letter
JOIN messages m ON m.id = o.message
WHERE v.id > :move AND v.id <= :last_move
    AND v.after = 'sent' AND v.before = 'finishing'
    AND o.mailbox = coalesce(:mailbox, o.mailbox)
    AND o.category = 'reply' AND m.received_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM moves w WHERE w.letter = o.id
        AND w.after IN ('held', 'uncertain'))
"""
