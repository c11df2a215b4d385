"""What people have to see to, and what happened: lists with their whole number.

Every figure is a count of rows by the conditions that its function names; a list is its
first so many rows. Each reads an index of what is open, or of a stretch of time, so
that what was done long ago costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from triage.store.columns import list_of
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.states import State

ALL = -1
"""A list with every row."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first rows of a list, and how many it has."""

    count: int = 0
    rows: tuple[T, ...] = ()
    by: Mapping[str, int] = field(default_factory=dict)
    """The count, by what the function says."""

    @property
    def more(self) -> int:
        """How many rows are not listed."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged:
    """A case whose acknowledgement did not go out and is not on its way."""

    reference: str
    due: datetime | None
    route: str | None
    owner: str | None
    why: tuple[str, ...]
    """Reasons in words of this program; nothing that a server or a person wrote."""
    to_approve: int | None
    """The letter that waits for approval."""
    to_look_at: int | None
    """The letter that was refused, or may have arrived."""


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
class Finished:
    """A case that was answered or closed."""

    reference: str
    route: str | None
    owner: str | None
    at: datetime
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """What was taken up in a stretch of time."""

    cases: int
    """Cases recorded, by mail or otherwise …"""
    by_route: Mapping[str, int]
    """… by the route that each has now; '' is none."""
    follow_ups: int
    """Messages of people that joined a case which was there before."""
    automatic: int
    """Messages that were only recorded."""
    duplicates: int
    set_aside: int


class Overview:
    """What is owed, what waits and what happened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_cases(self) -> int:
        """Count cases that are neither answered nor closed."""
        return self._count(
            "SELECT count(*) AS number FROM cases"
            " WHERE answered_at IS NULL AND closed_at IS NULL"
        )

    def unacknowledged(self, most: int) -> Listed[Unacknowledged]:
        """List acknowledgement debt, the most urgent first.

        A case that is neither acknowledged nor closed and has no acknowledgement on its
        way (queued, sending, finishing). By what is to be done: `approve` a letter,
        `decide` about one, or `write`.
        """
        found = self._debts()
        by = {"approve": 0, "decide": 0, "write": 0}
        for debt in found:
            by[_to_do(debt)] += 1
        return Listed(len(found), tuple(found if most == ALL else found[:most]), by)

    def _debts(self) -> list[Unacknowledged]:
        by_case: dict[int, list[Row]] = {}
        for row in self._engine.rows(_UNACKNOWLEDGED):
            by_case.setdefault(row["id"], []).append(row)
        found = (_unacknowledged(rows) for rows in by_case.values())
        return [debt for debt in found if debt is not None]

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
        where = "m.fate = 'aside' AND m.gone_at IS NULL AND m.retired_at IS NULL"
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
        return Listed(len(cases), tuple(cases if most == ALL else cases[:most]), by)

    def unsettled(self, most: int) -> Listed[Unsettled]:
        """List matters that nobody has settled, the eldest first; by kind."""
        by = {
            row["kind"]: row["number"]
            for row in self._engine.rows(
                "SELECT kind, count(*) AS number FROM matters"
                " WHERE settled_at IS NULL GROUP BY kind ORDER BY kind"
            )
        }
        rows = self._engine.rows(
            "SELECT c.reference, c.owner, m.kind, m.at FROM matters m"
            " JOIN cases c ON c.id = m.case_id"
            " WHERE m.settled_at IS NULL ORDER BY m.at, m.id LIMIT :most",
            most=most,
        )
        return Listed(sum(by.values()), tuple(map(_unsettled, rows)), by)

    def came_in(self, since: datetime, until: datetime) -> CameIn:
        """Count what was taken up from `since` on and before `until`.

        Cases by `recorded_at`, messages by the moment at which they were recorded.
        """
        between = {"since": since, "until": until}
        by_route = {
            row["route"]: row["number"]
            for row in self._engine.rows(_CASES_RECORDED, **between)
        }
        seen = self._engine.one(_MESSAGES_SEEN, **between)
        return CameIn(cases=sum(by_route.values()), by_route=by_route, **seen)

    def answered(self, since: datetime, until: datetime, most: int) -> Listed[Finished]:
        """List cases whose `answered_at` lies from `since` on and before `until`."""
        return self._finished("answered_at", since, until, most)

    def closed(self, since: datetime, until: datetime, most: int) -> Listed[Finished]:
        """List cases whose `closed_at` lies from `since` on and before `until`.

        Merged ones are among them. By outcome; '' is none.
        """
        return self._finished("closed_at", since, until, most)

    def _finished(
        self, column: str, since: datetime, until: datetime, most: int
    ) -> Listed[Finished]:
        where = f"{column} >= :since AND {column} < :until"
        between = {"since": since, "until": until}
        by = {
            row["outcome"]: row["number"]
            for row in self._engine.rows(
                "SELECT coalesce(outcome, '') AS outcome, count(*) AS number"  # noqa: S608 - our own words
                f" FROM cases WHERE {where} GROUP BY 1 ORDER BY 1",
                **between,
            )
        }
        rows = self._engine.rows(
            f"SELECT reference, route, owner, outcome, {column} AS at FROM cases"  # noqa: S608 - our own words
            f" WHERE {where} ORDER BY {column}, id LIMIT :most",
            most=most,
            **between,
        )
        return Listed(sum(by.values()), tuple(map(_finished, rows)), by)

    def _count(self, sql: str) -> int:
        return int(self._engine.one(sql)["number"])


# No dot is written for what is unwanted, whenever its dispatcher comes back.
_UNACKNOWLEDGED = """
SELECT c.id, c.reference, c.acknowledge_by, c.route, c.owner, c.withheld,
    o.id AS letter, o.attempt, o.bounced_at,
    CASE WHEN o.state = 'sending' AND o.unwanted IS NOT NULL
        THEN 'dropped' ELSE o.state END AS state
FROM cases c LEFT JOIN outbox o ON o.case_id = c.id AND o.acknowledges
WHERE c.acknowledged_at IS NULL AND c.closed_at IS NULL
ORDER BY coalesce(c.acknowledge_by, '9999'), c.id, o.id
"""

_LETTERS = """
SELECT o.id, c.reference, c.route, o.kind, o.state, o.changed_at,
    CASE WHEN o.acknowledges AND c.acknowledged_at IS NULL AND c.closed_at IS NULL
        THEN c.acknowledge_by END AS due
FROM outbox o LEFT JOIN cases c ON c.id = o.case_id
"""

_FLAGGED = """
SELECT reference, flags, route, owner, opened_at, respond_by FROM cases
WHERE flags <> '[]' AND answered_at IS NULL AND closed_at IS NULL
ORDER BY opened_at, id
"""

_CASES_RECORDED = """
SELECT coalesce(route, '') AS route, count(*) AS number FROM cases
WHERE recorded_at >= :since AND recorded_at < :until GROUP BY 1 ORDER BY 2 DESC, 1
"""

# A case that came by mail was opened by its first message.
_MESSAGES_SEEN = """
SELECT
    count(*) FILTER (WHERE m.fate = 'recorded' AND m.disposition = 'answer'
        AND (c.channel <> 'mail' OR EXISTS (SELECT 1 FROM messages e
            WHERE e.case_id = m.case_id AND e.fate = 'recorded' AND e.id < m.id)))
        AS follow_ups,
    count(*) FILTER (WHERE m.fate = 'recorded' AND m.disposition = 'record')
        AS automatic,
    count(*) FILTER (WHERE m.fate = 'duplicate') AS duplicates,
    count(*) FILTER (WHERE m.fate = 'aside') AS set_aside
FROM messages m LEFT JOIN cases c ON c.id = m.case_id
WHERE m.fate <> 'left' AND m.seen_at >= :since AND m.seen_at < :until
"""

_ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING, State.FINISHING})
_IN_WORDS = {
    State.HELD: "its letter is held",
    State.REFUSED: "its letter was refused",
    State.UNCERTAIN: "its letter may not have arrived",
    State.DROPPED: "a person decided against its letter",
}


def _unacknowledged(rows: list[Row]) -> Unacknowledged | None:
    """Return the debt of one case, by its letters; None while one is on its way."""
    case, letters = rows[0], [row for row in rows if row["letter"] is not None]
    if any(letter["state"] in _ON_ITS_WAY for letter in letters):
        return None
    why = [
        "its letter came back"
        if letter["bounced_at"]
        else _IN_WORDS[State(letter["state"])]
        for letter in letters
        # An earlier stage's letter went out.
        if letter["bounced_at"] or letter["state"] != State.SENT
    ]
    why += list_of(case["withheld"])
    waits = (each for each in letters if each["state"] == State.HELD)
    to_approve = next((each["letter"] for each in waits if not each["attempt"]), None)
    can_go = (each for each in letters if each["state"] in (State.HELD, State.REFUSED))
    return Unacknowledged(
        reference=case["reference"],
        due=moment_or_none(case["acknowledge_by"]),
        route=case["route"],
        owner=case["owner"],
        why=tuple(why) or ("no reply was composed",),
        to_approve=to_approve,
        to_look_at=None
        if to_approve
        else next((each["letter"] for each in can_go), None),
    )


def _to_do(debt: Unacknowledged) -> str:
    if debt.to_approve is not None:
        return "approve"
    return "write" if debt.to_look_at is None else "decide"


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


def _finished(row: Row) -> Finished:
    return Finished(
        reference=row["reference"],
        route=row["route"],
        owner=row["owner"],
        at=moment(row["at"]),
        outcome=row["outcome"],
    )
