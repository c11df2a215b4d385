"""Cases that people look for: filtered and sorted by the database, never in Python."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from triage.store.case_lines import CASES, line_of
from triage.store.case_states import CaseState
from triage.store.engine import Engine
from triage.store.model import CaseLine
from triage.store.particulars import Field

ANY = "any"
"""As a flag, or as what is missing: whichever it is."""
_AT_ONCE = 500
COUNTED = 1_000
"""Beyond those that are shown, no more are counted: a list must not grow slow."""


class Sort(StrEnum):
    """In which order cases are listed."""

    DUE = "due"
    """The next due first; answered and closed ones last."""
    OPENED = "opened"
    """The latest first."""
    CLOSED = "closed"
    """The latest first."""
    PRIORITY = "priority"
    """The most urgent first."""
    ROUTE = "route"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """What cases are looked for; what is None asks nothing, all else must hold."""

    state: CaseState | None = None
    route: str | None = None
    topic: str | None = None
    role: str | None = None
    channel: str | None = None
    priority: str | None = None
    owner: str | None = None
    flag: str | None = None
    missing: str | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    due_before: datetime | None = None
    """A person owes something, and it is due before then."""
    is_unacknowledged: bool | None = None
    """True: nobody was told yet that the complaint arrived."""
    has_matters: bool | None = None
    """True: a person must look at something in it."""
    person: str | None = None
    """An address; cases of other addresses of the same person count."""
    text: str | None = None
    """Words in particulars or notes."""
    sort: Sort = Sort.DUE
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The first cases of those that were looked for, and how many there are."""

    lines: tuple[CaseLine, ...]
    total: int
    has_uncounted: bool = False
    """There are more than `total`."""


_OURS = "c.mailbox = :mailbox"


def search(engine: Engine, query: CaseQuery) -> Found:
    """Return the cases that are looked for, up to the limit."""
    values = _values(query)
    # Asked only where it says something: an index need not have it else.
    ours = () if engine.mailbox is None else (_OURS,)
    where = " AND ".join((*ours, *_conditions(query), *_of_state(query))) or "1 = 1"
    order = _ORDERS[query.sort]
    chosen = f"SELECT c.id FROM cases c WHERE {where}"  # noqa: S608 - our own words
    if query.limit is not None:
        # Only those that are shown are counted through: the limit comes first.
        chosen += f" ORDER BY {order} LIMIT {int(query.limit)}"
    with engine.reading():
        rows = engine.rows(
            f"{CASES} WHERE c.id IN ({chosen}) ORDER BY {order}", **values
        )
        total = len(rows)
        most = total + COUNTED
        if total == query.limit:
            counted = f"SELECT 1 FROM cases c WHERE {where} LIMIT {most + 1}"  # noqa: S608 - our own words
            total = int(
                engine.one(f"SELECT count(*) AS cases FROM ({counted})", **values)[  # noqa: S608 - as above
                    "cases"
                ]
            )
    lines = tuple(line_of(row) for row in rows)
    return Found(lines, min(total, most), has_uncounted=total > most)


def _conditions(query: CaseQuery) -> Iterator[str]:
    for name, condition in _CONDITIONS.items():
        wanted = getattr(query, name)
        if wanted == ANY and name in _ANY:
            yield _ANY[name]
        elif wanted is not None:
            yield condition


def _of_state(query: CaseQuery) -> Iterator[str]:
    if query.state is not None:
        yield _STATES[query.state]


def _values(query: CaseQuery) -> dict[str, object]:
    values = {name: getattr(query, name) for name in _CONDITIONS}
    if query.text is not None:
        for mark in "\\%_":
            values["text"] = values["text"].replace(mark, f"\\{mark}")
    return values


# As the index cases_due has them, to the letter.
_STATES: Mapping[CaseState, str] = {
    CaseState.OPEN: "(c.closed_at IS NOT NULL) = 0 AND (c.answered_at IS NOT NULL) = 0",
    CaseState.ANSWERED: (
        "(c.closed_at IS NOT NULL) = 0 AND (c.answered_at IS NOT NULL) = 1"
    ),
    CaseState.CLOSED: "c.closed_at IS NOT NULL",
    CaseState.MERGED: "c.merged_into IS NOT NULL",
}
_BY_DUE = (
    "(c.closed_at IS NOT NULL), (c.answered_at IS NOT NULL),"
    " coalesce(c.respond_by, c.acknowledge_by, '9999'), c.id"
)
_ORDERS: Mapping[Sort, str] = {
    Sort.DUE: _BY_DUE,
    Sort.OPENED: "c.opened_at DESC, c.id DESC",
    Sort.CLOSED: "c.closed_at DESC, c.id DESC",
    Sort.PRIORITY: (
        "CASE c.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, " + _BY_DUE
    ),
    Sort.ROUTE: f"c.route, {_BY_DUE}",
    Sort.OWNER: f"c.owner, {_BY_DUE}",
}

_CONDITIONS: Mapping[str, str] = {
    "route": "c.route = :route",
    "topic": "c.topic = :topic",
    "role": "c.role = :role",
    "channel": "c.channel = :channel",
    "priority": "c.priority = :priority",
    "owner": "c.owner = :owner",
    "flag": "c.flags <> '[]' AND c.flags LIKE '%\"' || :flag || '\"%'",
    "missing": "c.missing <> '[]' AND c.missing LIKE '%\"' || :missing || '\"%'",
    # Usually the latest ones: looked up first, whatever the order.
    "opened_from": (
        "c.id IN (SELECT id FROM cases WHERE opened_at >= :opened_from"
        " AND opened_at < coalesce(:opened_before, '9999'))"
    ),
    "opened_before": "c.opened_at < :opened_before",
    "due_before": (
        "(c.acknowledged_at IS NULL AND c.closed_at IS NULL"
        " AND c.acknowledge_by < :due_before"
        " OR c.answered_at IS NULL AND c.closed_at IS NULL"
        " AND c.respond_by IS NOT NULL AND c.respond_by < :due_before"
        " OR c.id IN (SELECT case_id FROM requests"
        " WHERE done_at IS NULL AND due_at < :due_before))"
    ),
    "is_unacknowledged": "c.acknowledged_at IS NULL AND c.closed_at IS NULL",
    "has_matters": "c.id IN (SELECT case_id FROM matters WHERE settled_at IS NULL)",
    "person": (
        "c.id IN (SELECT case_id FROM parties WHERE address = :person"
        " UNION SELECT theirs.id FROM parties p"
        " JOIN cases known ON known.id = p.case_id"
        " JOIN people one ON one.id = known.person"
        " JOIN people same ON same.root = one.root"
        " JOIN cases theirs ON theirs.person = same.id WHERE p.address = :person)"
    ),
    "text": (
        "c.id IN (SELECT case_id FROM particulars"
        " WHERE text LIKE '%' || :text || '%' ESCAPE '\\'"
        " UNION SELECT case_id FROM notes"
        " WHERE text LIKE '%' || :text || '%' ESCAPE '\\')"
    ),
}
_ANY: Mapping[str, str] = {"flag": "c.flags <> '[]'", "missing": "c.missing <> '[]'"}


def particulars_of_all(
    engine: Engine, references: Iterable[str]
) -> Mapping[str, Mapping[Field, str]]:
    """Return what many cases record in words, by their references."""
    wanted = list(references)
    found: dict[str, dict[Field, str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = {
            f"r{number}": reference
            for number, reference in enumerate(wanted[start : start + _AT_ONCE])
        }
        names = ", ".join(f":{name}" for name in some)
        rows = engine.rows(
            "SELECT c.reference, p.field, p.text FROM cases c"  # noqa: S608 - our own names
            f" JOIN particulars p ON p.case_id = c.id WHERE c.reference IN ({names})",
            **some,
        )
        for row in rows:
            texts = found.setdefault(row["reference"], {})
            texts[Field(row["field"])] = row["text"]
    return found


def words_in_use(engine: Engine, column: str) -> tuple[str, ...]:
    """Return what cases have in a column that may be looked for."""
    if column not in _WORDS:
        raise ValueError(f"nobody looks for the words of {column}")
    rows = engine.rows(
        f"SELECT DISTINCT {column} AS word FROM cases WHERE {column} IS NOT NULL"  # noqa: S608 - one of _WORDS
    )
    return tuple(sorted(row["word"] for row in rows))


_WORDS = frozenset({"route", "topic", "role", "channel", "priority", "owner"})
