"""A case that a message belongs to or names, as a decision must know it."""

from dataclasses import replace
from datetime import datetime

from triage.decision.follow_up import COMPLETE, RECEIPT
from triage.decision.model import KnownCase
from triage.decision.sender import is_writers_own
from triage.store.columns import list_of
from triage.store.engine import Engine, Row, moment_or_none
from triage.store.merging import surviving
from triage.store.model import Inquiry
from triage.store.sent import colleagues_cases

MOST_WORDS = 1000
"""Of a case, the first; a flood of mails must not make each one slower."""


def cases_of(
    engine: Engine, inquiry: Inquiry
) -> tuple[KnownCase | None, KnownCase | None]:
    """Return the case that a message belongs to, and one that it only claims.

    A Message-ID of ours is proof. A reference that somebody typed, or the Message-ID of
    a colleague's own mail, attaches only for a party: otherwise a stranger could write
    into a case by guessing it. An address that anybody may have written is no party's.
    """
    for reference in inquiry.verified:
        if case := _known_case(engine, reference, inquiry, not inquiry.is_forged):
            return case, None
    claimed = None
    answered = colleagues_cases(engine, inquiry.references)
    for reference in (*answered, *inquiry.named):
        is_believed = (
            not inquiry.is_forged if reference in answered else inquiry.may_claim
        )
        if is_believed and _is_party(engine, reference, inquiry.address):
            case = _known_case(engine, reference, inquiry, may_be_party=True)
            return (None if case is None else replace(case, by_claim=True)), None
        claimed = claimed or _known_case(engine, reference, inquiry, may_be_party=False)
    return None, claimed


def _is_party(engine: Engine, reference: str, address: str | None) -> bool:
    return address is not None and bool(
        engine.row(
            "SELECT 1 AS yes FROM parties p JOIN cases c ON c.id = p.case_id"
            " WHERE c.reference = :reference AND p.address = :address",
            reference=reference,
            address=address,
        )
    )


def _known_case(
    engine: Engine, reference: str, inquiry: Inquiry, may_be_party: bool
) -> KnownCase | None:
    row = surviving(engine, reference)
    if row is None:
        return None
    parties = _parties(engine, row)
    by_party = may_be_party and _is_among(inquiry, parties)
    missing = list_of(row["missing"])
    return KnownCase(
        reference=row["reference"],
        route=row["route"] or "",
        by_party=by_party,
        is_acknowledged=row["acknowledged_at"] is not None,
        answered_at=moment_or_none(row["answered_at"]),
        closed_at=moment_or_none(row["closed_at"]),
        is_escalated=row["escalated_at"] is not None,
        respond_by=moment_or_none(row["respond_by"]),
        missing=missing,
        signals=_signals(engine, row) if missing and by_party else frozenset(),
        receipt_at=_receipt_at(engine, row) if by_party else None,
        parties=() if by_party else parties,
        words=() if by_party else _words(engine, row),
    )


def _parties(engine: Engine, case: Row) -> tuple[str, ...]:
    """Return who wrote as a party, and the addresses that our letters went to."""
    rows = engine.rows(
        "SELECT address FROM parties WHERE case_id = :id"
        " UNION SELECT recipient FROM outbox"
        " WHERE case_id = :id AND category = 'reply' AND recipient <> ''",
        id=case["id"],
    )
    return tuple(row["address"] for row in rows)


def _is_among(inquiry: Inquiry, parties: tuple[str, ...]) -> bool:
    """Whether one of several spellings of the writer's address is a party's."""
    if inquiry.address is None:
        return False
    return inquiry.spell(inquiry.address) in map(inquiry.spell, parties)


def _signals(engine: Engine, case: Row) -> frozenset[str]:
    """Return what was seen in mails of the parties."""
    rows = engine.rows(
        "SELECT DISTINCT e.signal, e.found_in, m.subject FROM messages m"
        " JOIN parties p ON p.case_id = m.case_id AND p.address = m.address"
        " JOIN evidence e ON e.message = m.id AND e.standing = 'hits'"
        " WHERE m.case_id = :id",
        id=case["id"],
    )
    return frozenset(
        row["signal"] for row in rows if is_writers_own(row["found_in"], row["subject"])
    )


def _words(engine: Engine, case: Row) -> tuple[tuple[str, str], ...]:
    """Return the words by which the parties' school or family may be known."""
    rows = engine.rows(
        "SELECT e.signal, e.words FROM messages m"
        " JOIN parties p ON p.case_id = m.case_id AND p.address = m.address"
        " JOIN evidence e ON e.message = m.id AND e.standing = 'hits'"
        " WHERE m.case_id = :id ORDER BY m.id, e.position LIMIT :most",
        id=case["id"],
        most=MOST_WORDS,
    )
    return tuple((row["signal"], row["words"]) for row in rows)


def _receipt_at(engine: Engine, case: Row) -> datetime | None:
    row = engine.one(
        "SELECT max(created_at) AS at FROM outbox WHERE case_id = :id"
        " AND (kind = :complete OR kind LIKE :receipt) AND state <> 'dropped'",
        id=case["id"],
        complete=COMPLETE,
        receipt=f"{RECEIPT}-%",
    )
    return moment_or_none(row["at"])
