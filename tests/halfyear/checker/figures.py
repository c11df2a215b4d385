"""What a digest of this moment must say, counted from the store's rows.

Read at the instant at which a digest is queued; the rules of counting are the checker's
own, in Python over plain rows.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from tests.halfyear.dates import LONDON, WorkingDays, local
from tests.halfyear.log import Snapshot
from tests.torture.oracle.rows import Row, instant, reading

DIGEST_AT = time(7, 30)
ON_ITS_WAY = frozenset({"queued", "sending", "finishing"})
MIDNIGHT = time(0)
Found = dict[str, list[str]]
"""References of cases, or numbers of letters, by the heading under which they stand."""


@dataclass(frozen=True)
class Rows:
    """The rows of one moment."""

    cases: Sequence[Row]
    letters: Sequence[Row]
    messages: Sequence[Row]
    matters: Sequence[Row]
    requests: Sequence[Row]

    def letters_of(self) -> dict[int, list[Row]]:
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for row in self.letters:
            found[row["case_id"]].append(row)
        return found


def snapshot(store: Path, working: WorkingDays) -> Snapshot:
    """Count everything that the digest just queued must tell."""
    with reading(store) as connection:
        digest = connection.execute(
            "SELECT o.message_id, d.at FROM digests d, outbox o"
            " WHERE o.template = 'notice-digest' ORDER BY d.day DESC, o.id DESC LIMIT 1"
        ).fetchone()
        rows = _rows(connection)
    at = datetime.fromisoformat(digest["at"])
    return Snapshot(at, figures(rows, at, working), digest["message_id"])


def _rows(connection: sqlite3.Connection) -> Rows:
    return Rows(
        *(
            connection.execute(question).fetchall()
            for question in (
                "SELECT id, reference, route, channel, flags, recorded_at, closed_at,"
                " acknowledge_by, respond_by, acknowledged_at, answered_at FROM cases",
                "SELECT id, case_id, acknowledges, state, attempt, unwanted"
                " FROM outbox WHERE state <> 'dropped'",
                "SELECT id, case_id, fate, disposition, seen_at, gone_at, retired_at"
                " FROM messages WHERE fate <> 'left'",
                "SELECT case_id, kind FROM matters WHERE settled_at IS NULL",
                "SELECT case_id, due_at FROM requests WHERE done_at IS NULL",
            )
        )
    )


def figures(rows: Rows, at: datetime, working: WorkingDays) -> Found:
    """Return what stands under each heading."""
    today = at.astimezone(LONDON).date()
    until = local(today, DIGEST_AT)
    since = local(working.before(today, 1), DIGEST_AT)
    tomorrow = local(today + timedelta(days=1), MIDNIGHT)
    later = local(working.after(today, 1) + timedelta(days=1), MIDNIGHT)
    duties = list(_duties(rows, at))
    return {
        "Overdue": [case for case, due in duties if due < at],
        "Due today": [case for case, due in duties if at <= due < tomorrow],
        "Due by": [case for case, due in duties if tomorrow <= due < later],
        "To be acknowledged by a person": list(_debts(rows)),
        "Replies that wait for approval": _letters(rows, {"held"}, tried=False),
        "Letters that may not have arrived": [
            *_letters(rows, {"uncertain", "refused"}, tried=None),
            *_letters(rows, {"held"}, tried=True),
        ],
        "Mails set aside for a person to read": [
            str(row["id"])
            for row in rows.messages
            if row["fate"] == "aside" and not (row["gone_at"] or row["retired_at"])
        ],
        "Open cases with flags": [
            row["reference"]
            for row in rows.cases
            if row["flags"] != "[]" and not (row["answered_at"] or row["closed_at"])
        ],
        "Matters that a person must look at": [
            str(row["case_id"]) for row in rows.matters
        ],
        "Requests about personal data": [str(row["case_id"]) for row in rows.requests],
        "Came in from": _between(rows.cases, "recorded_at", since, until),
        "Answered from": _between(rows.cases, "answered_at", since, until),
        "Closed from": _between(rows.cases, "closed_at", since, until),
        "Open cases": [
            row["reference"]
            for row in rows.cases
            if not (row["answered_at"] or row["closed_at"])
        ],
    }


def _between(
    cases: Sequence[Row], column: str, since: datetime, until: datetime
) -> list[str]:
    return [
        row["reference"]
        for row in cases
        if (when := instant(row[column])) is not None and since <= when < until
    ]


def _duties(rows: Rows, at: datetime) -> Iterator[tuple[str, datetime]]:
    """Every acknowledgement and answer that is owed, and every data request."""
    by_id = {row["id"]: row for row in rows.cases}
    owed = set(_debts(rows))
    for row in rows.cases:
        due = instant(row["acknowledge_by"])
        is_open = not (row["acknowledged_at"] or row["closed_at"])
        is_late = is_open and due is not None and due < at
        if due is not None and (row["reference"] in owed or is_late):
            yield row["reference"], due
        due = instant(row["respond_by"])
        if due is not None and not (row["answered_at"] or row["closed_at"]):
            yield row["reference"], due
    for request in rows.requests:
        due = instant(request["due_at"])
        if due is not None:
            yield by_id[request["case_id"]]["reference"], due


def _debts(rows: Rows) -> Iterator[str]:
    """Cases that nobody acknowledged, with no letter on its way."""
    letters = rows.letters_of()
    for row in rows.cases:
        if row["acknowledged_at"] or row["closed_at"]:
            continue
        if not any(_is_on_its_way(letter) for letter in letters.get(row["id"], [])):
            yield row["reference"]


def _is_on_its_way(letter: Row) -> bool:
    is_stopped = letter["state"] == "sending" and letter["unwanted"] is not None
    return (
        bool(letter["acknowledges"])
        and letter["state"] in ON_ITS_WAY
        and not is_stopped
    )


def _letters(rows: Rows, states: set[str], *, tried: bool | None) -> list[str]:
    return [
        str(row["id"])
        for row in rows.letters
        if row["state"] in states and tried in {None, row["attempt"] > 0}
    ]
