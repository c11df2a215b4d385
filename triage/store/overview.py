"""What people have to see to: lists with their whole number.

Every figure is a count of rows by the conditions that its function names; a list is its
first so many rows (ALL: every one). Each reads an index of what is open, so that what
was done long ago costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.store.columns import list_of
from triage.store.debts import debts
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.listed import Listed, listed
from triage.store.model import Debt
from triage.store.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A letter that a person must decide about."""

    letter: int
    reference: str | None
    route: str | None
    kind: str
    state: State
    since: datetime
    due: datetime | None
    """Until when it must go out, where it is the acknowledgement that is owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A mail that was set aside and still lies in the mailbox."""

    folder: str
    uid: int
    received_at: datetime
    due: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """An open case with flags."""

    reference: str
    flags: tuple[str, ...]
    route: str | None
    owner: str | None
    opened_at: datetime
    respond_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Something in a case that a person must look at."""

    reference: str
    kind: str
    since: datetime
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asked for by law about their own data."""

    reference: str
    kind: str
    due: datetime
    owner: str | None


class Overview:
    """What is owed, what waits and what is open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_cases(self) -> int:
        """Count cases that are neither answered nor closed."""
        return self._count(
            "SELECT count(*) AS number FROM cases"
            " WHERE (closed_at IS NOT NULL) = 0 AND (answered_at IS NOT NULL) = 0"
            " AND mailbox = coalesce(:mailbox, mailbox)"
        )

    def unacknowledged(self, most: int) -> Listed[Debt]:
        """List acknowledgement debt, the most urgent first.

        A case that is neither acknowledged nor closed and has no acknowledgement on its
        way (queued, sending, finishing). By what is to be done: `approve` a letter,
        `decide` about one, or `write`.
        """
        found = debts(self._engine)
        by = {"approve": 0, "decide": 0, "write": 0}
        for debt in found:
            by[_to_do(debt)] += 1
        return listed(found, most, by)

    def to_approve(self, most: int) -> Listed[Waiting]:
        """List held letters that were never handed over, the first due first."""
        return self._letters("o.state = 'held' AND o.attempt = 0", most)

    def doubtful(self, most: int) -> Listed[Waiting]:
        """List letters that may not have arrived, by their state.

        Uncertain ones, refused ones, and those held after they were handed over.
        """
        where = (
            "o.state IN ('uncertain', 'refused', 'held')"
            " AND (o.state <> 'held' OR o.attempt > 0)"
        )
        return self._letters(where, most)

    def _letters(self, where: str, most: int) -> Listed[Waiting]:
        where += " AND o.mailbox = coalesce(:mailbox, o.mailbox)"
        by = {
            row["state"]: row["number"]
            for row in self._engine.rows(
                f"SELECT o.state, count(*) AS number FROM outbox o WHERE {where}"  # noqa: S608 - our own words
                " GROUP BY o.state"
            )
        }
        rows = self._engine.rows(
            f"{_LETTERS} WHERE {where}"
            " ORDER BY coalesce(due, '9999'), o.changed_at, o.id LIMIT :most",
            most=most,
        )
        return Listed(sum(by.values()), tuple(map(_waiting, rows)), by)

    def set_aside(self, most: int) -> Listed[Unread]:
        """List mails that were set aside and still lie in the mailbox."""
        where = (
            "m.fate = 'aside' AND m.gone_at IS NULL AND m.retired_at IS NULL"
            " AND (:mailbox IS NULL OR :mailbox ="
            " (SELECT i.mailbox FROM inboxes i WHERE i.id = m.inbox))"
        )
        rows = self._engine.rows(
            "SELECT m.uid, m.received_at, m.due_at, m.reason, i.folder"  # noqa: S608 - our own words
            " FROM messages m JOIN inboxes i ON i.id = m.inbox"
            f" WHERE {where} ORDER BY m.due_at, m.id LIMIT :most",
            most=most,
        )
        number = self._count(f"SELECT count(*) AS number FROM messages m WHERE {where}")  # noqa: S608 - our own words
        return Listed(number, tuple(map(_unread, rows)))

    def flagged(self, first: Sequence[str], most: int) -> Listed[Flagged]:
        """List cases with flags that are neither answered nor closed.

        Those with the flags of `first` come before others, in that order; then the
        eldest. By flag; a case with two flags counts under both.
        """
        cases = [_flagged(row) for row in self._engine.rows(_FLAGGED)]
        ranks = {flag: rank for rank, flag in enumerate(first)}
        cases.sort(key=lambda case: min(ranks.get(f, len(ranks)) for f in case.flags))
        by: dict[str, int] = {}
        for flag in sorted(flag for case in cases for flag in case.flags):
            by[flag] = by.get(flag, 0) + 1
        return listed(cases, most, by)

    def unsettled(self, most: int) -> Listed[Unsettled]:
        """List matters that nobody has settled, the eldest first; by kind."""
        by = {
            row["kind"]: row["number"]
            for row in self._engine.rows(
                "SELECT m.kind, count(*) AS number FROM matters m"
                " JOIN cases c ON c.id = m.case_id WHERE m.settled_at IS NULL"
                " AND c.mailbox = coalesce(:mailbox, c.mailbox)"
                " GROUP BY m.kind ORDER BY m.kind"
            )
        }
        rows = self._engine.rows(
            "SELECT c.reference, c.owner, m.kind, m.at FROM matters m"
            " JOIN cases c ON c.id = m.case_id"
            " WHERE m.settled_at IS NULL AND c.mailbox = coalesce(:mailbox, c.mailbox)"
            " ORDER BY m.at, m.id LIMIT :most",
            most=most,
        )
        return Listed(sum(by.values()), tuple(map(_unsettled, rows)), by)

    def requests(self, most: int) -> Listed[Request]:
        """List requests about personal data that are not done, the first due first.

        By kind; those that are due far ahead are among them.
        """
        by = {
            row["kind"]: row["number"]
            for row in self._engine.rows(
                "SELECT r.kind, count(*) AS number FROM requests r"
                " JOIN cases c ON c.id = r.case_id WHERE r.done_at IS NULL"
                " AND c.mailbox = coalesce(:mailbox, c.mailbox)"
                " GROUP BY r.kind ORDER BY r.kind"
            )
        }
        rows = self._engine.rows(
            "SELECT c.reference, c.owner, r.kind, r.due_at FROM requests r"
            " JOIN cases c ON c.id = r.case_id"
            " WHERE r.done_at IS NULL AND c.mailbox = coalesce(:mailbox, c.mailbox)"
            " ORDER BY r.due_at, r.id LIMIT :most",
            most=most,
        )
        found = tuple(
            Request(
                reference=row["reference"],
                kind=row["kind"],
                due=moment(row["due_at"]),
                owner=row["owner"],
            )
            for row in rows
        )
        return Listed(sum(by.values()), found, by)

    def _count(self, sql: str) -> int:
        return int(self._engine.one(sql)["number"])


_LETTERS = """
SELECT o.id, c.reference, c.route, o.kind, o.state, o.changed_at,
    CASE WHEN o.acknowledges AND c.acknowledged_at IS NULL AND c.closed_at IS NULL
        THEN c.acknowledge_by END AS due
FROM outbox o LEFT JOIN cases c ON c.id = o.case_id
"""

_FLAGGED = """
SELECT reference, flags, route, owner, opened_at, respond_by FROM cases
WHERE flags <> '[]' AND answered_at IS NULL AND closed_at IS NULL
    AND mailbox = coalesce(:mailbox, mailbox)
ORDER BY opened_at, id
"""


def _to_do(debt: Debt) -> str:
    if debt.is_for_approval:
        return "approve"
    return "write" if debt.letter is None else "decide"


def _waiting(row: Row) -> Waiting:
    return Waiting(
        letter=row["id"],
        reference=row["reference"],
        route=row["route"],
        kind=row["kind"],
        state=State(row["state"]),
        since=moment(row["changed_at"]),
        due=moment_or_none(row["due"]),
    )


def _unread(row: Row) -> Unread:
    return Unread(
        folder=row["folder"],
        uid=row["uid"],
        received_at=moment(row["received_at"]),
        due=moment(row["due_at"]),
        reason=row["reason"],
    )


def _flagged(row: Row) -> Flagged:
    return Flagged(
        reference=row["reference"],
        flags=list_of(row["flags"]),
        route=row["route"],
        owner=row["owner"],
        opened_at=moment(row["opened_at"]),
        respond_by=moment_or_none(row["respond_by"]),
    )


def _unsettled(row: Row) -> Unsettled:
    return Unsettled(
        reference=row["reference"],
        kind=row["kind"],
        since=moment(row["at"]),
        owner=row["owner"],
    )
