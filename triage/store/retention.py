"""Cases whose time to be kept is over, listed each month and erased when approved."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from triage.store.audit import Deed, note_deed
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.erasing import (
    Erased,
    addresses_of,
    erase_cases,
    forget_without_cases,
)
from triage.store.listed import Listed, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionList:
    """The cases of one month."""

    month: str
    """As in 2026-11."""
    made_at: datetime
    references: tuple[str, ...]
    approved_at: datetime | None
    approved_by: str | None


class Retention:
    """What is kept for how long."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def over(
        self, closed_before: datetime, is_over: Callable[[str | None, datetime], bool]
    ) -> tuple[str, ...]:
        """Return the closed cases whose time is over, the eldest first.

        `closed_before` is the shortest time of all outcomes; `is_over` tells by outcome
        and moment of closing. Cases on legal hold, of people whose data is restricted,
        or with an open request are left out; one that was merged is kept as long as
        the one that goes on.
        """
        rows = self._engine.rows(_OVER, closed_before=closed_before)
        return tuple(
            row["reference"]
            for row in rows
            if is_over(row["outcome"], moment(row["closed_at"]))
        )

    def make(self, month: str, references: tuple[str, ...], at: datetime) -> bool:
        """Keep the list of a month; False: there is one."""
        added = self._engine.run(
            "INSERT INTO retention_lists (mailbox, month, made_at, cases)"
            " VALUES (:own, :month, :at, :cases)"
            " ON CONFLICT (mailbox, month) DO NOTHING",
            month=month,
            at=at,
            cases=json.dumps(references),
        )
        return bool(added)

    def last(self) -> RetentionList | None:
        """Return the latest list."""
        row = self._engine.row(
            "SELECT * FROM retention_lists"
            " WHERE mailbox = coalesce(:mailbox, mailbox)"
            " ORDER BY month DESC LIMIT 1"
        )
        return None if row is None else _list(row)

    def to_approve(self, most: int) -> Listed[str]:
        """List the cases of the latest list, unless it was approved."""
        last = self.last()
        waiting = () if last is None or last.approved_at else last.references
        return listed(waiting, most, {})

    def approve(self, month: str, deed: Deed) -> Erased | None:
        """Erase the cases of a list; None: there is no such list, or it was approved.

        What came under a hold since the list was made is left as it is.
        """
        with self._engine.writing():
            row = self._engine.row(
                "UPDATE retention_lists SET approved_at = :at, approved_by = :by"
                " WHERE month = :month AND approved_at IS NULL"
                " AND mailbox = coalesce(:mailbox, mailbox) RETURNING *",
                month=month,
                at=deed.at,
                by=deed.by,
            )
            if row is None:
                return None
            ids = [
                found["id"]
                for reference in _list(row).references
                for found in self._engine.rows(
                    f"{_FREE} AND c.reference = :reference", reference=reference
                )
            ]
            note_deed(self._engine, deed, f"retention {month}")
            known = addresses_of(self._engine, ids)
            done = erase_cases(self._engine, ids, deed)
            forget_without_cases(self._engine, known)
        self._engine.empty_log()
        return done


_FREE = """
SELECT c.id, c.reference, c.outcome, c.closed_at FROM cases c
WHERE c.closed_at IS NOT NULL AND c.erased_at IS NULL AND c.legal_hold IS NULL
    AND NOT EXISTS (SELECT 1 FROM cases s
        WHERE s.reference = c.merged_into AND s.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM people p JOIN people q ON q.root = p.root
        JOIN frozen_people f ON f.person = q.id WHERE p.id = c.person)
    AND NOT EXISTS
        (SELECT 1 FROM requests r WHERE r.case_id = c.id AND r.done_at IS NULL)
"""
_OVER = f"""{_FREE} AND c.closed_at <= :closed_before
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
ORDER BY c.closed_at, c.id"""


def _list(row: Row) -> RetentionList:
    return RetentionList(
        month=row["month"],
        made_at=moment(row["made_at"]),
        references=tuple(json.loads(row["cases"])),
        approved_at=moment_or_none(row["approved_at"]),
        approved_by=row["approved_by"],
    )
