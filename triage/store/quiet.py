"""Cases in which nothing is to be done, and nothing has happened for long."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from triage.store.audit import DAEMON, Deed
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine


@dataclass(frozen=True, slots=True)
class Quiet:
    """Which quiet cases are looked for."""

    before: datetime
    """Since then nothing has happened."""
    limit: int
    """So many at a time, so that other writers need not wait."""


class QuietCases:
    """Found by index, the eldest first.

    A case is not quiet while somebody must look at something in it, a letter waits or
    is on its way, a request about personal data is open, or the writer went on after
    the answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answered(self, quiet: Quiet) -> list[str]:
        """Return the references of cases that were answered."""
        return self._references(ANSWERED, quiet)

    def owed_nothing(
        self, quiet: Quiet, routes: Collection[str], *, among: bool
    ) -> list[str]:
        """Return those of acknowledged cases to which no answer is owed.

        Only on these routes, or (`among` false) only on others.
        """
        listed = json.dumps(sorted(routes))
        return self._references(OWED_NOTHING, quiet, routes=listed, among=among)

    def _references(self, query: str, quiet: Quiet, **values: object) -> list[str]:
        rows = self._engine.rows(
            query, before=quiet.before, limit=quiet.limit, **values
        )
        return [row["reference"] for row in rows]

    def close(self, references: Collection[str], outcome: str, now: datetime) -> None:
        """Close cases, as the program does by itself."""
        with self._engine.writing():
            for reference in references:
                case = case_named(self._engine, reference)
                changes = {"closed_at": now, "outcome": case["outcome"] or outcome}
                why = "nothing is to be done, and nothing has happened for long"
                deed = Deed(at=now, by=DAEMON, act="close", why=why)
                change_case(self._engine, case, changes, deed)


_NOTHING_HAPPENED = """
    AND NOT EXISTS (SELECT 1 FROM messages m
        WHERE m.case_id = c.id AND m.received_at > :before)
    AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.case_id = c.id AND n.at > :before)
    AND NOT EXISTS (SELECT 1 FROM matters t
        WHERE t.case_id = c.id AND t.settled_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM requests r
        WHERE r.case_id = c.id AND r.done_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.id
        AND o.state IN ('queued', 'sending', 'finishing', 'uncertain', 'held'))
"""

ANSWERED = f"""
SELECT c.reference FROM cases c
WHERE c.answered_at IS NOT NULL AND c.closed_at IS NULL AND c.answered_at <= :before
    AND c.went_on_at IS NULL
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
    {_NOTHING_HAPPENED}
ORDER BY c.answered_at LIMIT :limit
"""  # noqa: S608 - our own text

OWED_NOTHING = f"""
SELECT c.reference FROM cases c
WHERE c.acknowledged_at IS NOT NULL AND c.answered_at IS NULL
    AND c.respond_by IS NULL AND c.closed_at IS NULL
    AND c.acknowledged_at <= :before
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
    AND (coalesce(c.route, '') IN (SELECT value FROM json_each(:routes))) = :among
    {_NOTHING_HAPPENED}
ORDER BY c.acknowledged_at LIMIT :limit
"""  # noqa: S608 - our own text
