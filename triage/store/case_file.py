"""Everything about one case, read in one go."""

from triage.ruleset.evidence import Evidence, Hit
from triage.store.audit import Audit
from triage.store.case_lines import CASES, line_of
from triage.store.case_model import (
    CaseFile,
    EndedStage,
    MessageEntry,
    Note,
    Overruling,
    StageEnd,
)
from triage.store.columns import decision_of
from triage.store.debts import why_unacknowledged
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.letter_lines import letters_of_case
from triage.store.matters import Matters
from triage.store.model import CaseLine, Inbox, Place
from triage.store.particulars import particulars_of
from triage.store.sent import sent_to

MOST_OTHERS = 20


def case_file(engine: Engine, reference: str) -> CaseFile | None:
    """Return everything about a case; within the caller's reading."""
    row = engine.row(f"{CASES} WHERE c.reference = :reference", reference=reference)
    if row is None:
        return None
    case_id = row["id"]
    return CaseFile(
        line=line_of(row),
        claims=row["claims"],
        near_identical_to=row["near_identical_to"],
        parties=_parties(engine, case_id),
        messages=_messages(engine, case_id),
        letters=letters_of_case(engine, case_id),
        why_unacknowledged=why_unacknowledged(engine, row),
        overrulings=_overrulings(engine, case_id),
        sent=sent_to(engine, case_id),
        particulars=particulars_of(engine, case_id),
        notes=_notes(engine, case_id),
        stages=_stages(engine, case_id),
        matters=tuple(Matters(engine).of_case(reference)),
        deeds=tuple(Audit(engine).entries(reference)),
        related=_related(engine, case_id),
        merged=_merged(engine, reference),
        others=_others(engine, row),
    )


def _parties(engine: Engine, case_id: int) -> tuple[str, ...]:
    rows = engine.rows(
        "SELECT address FROM parties WHERE case_id = :id ORDER BY since, address",
        id=case_id,
    )
    return tuple(row["address"] for row in rows)


def _messages(engine: Engine, case_id: int) -> tuple[MessageEntry, ...]:
    rows = engine.rows(_MESSAGES, id=case_id)
    return tuple(_entry(engine, row) for row in rows)


def _entry(engine: Engine, row: Row) -> MessageEntry:
    decision = row["decision"]
    return MessageEntry(
        place=Place(
            Inbox(row["account"], row["inbox_folder"]),
            row["uidvalidity"],
            row["uid"],
        ),
        sha256=row["sha256"],
        size=row["size"],
        is_whole=bool(row["is_whole"]),
        received_at=moment(row["received_at"]),
        recorded_at=moment(row["seen_at"]),
        is_duplicate=row["fate"] == "duplicate",
        reason=row["reason"],
        address=row["address"],
        subject=row["subject"],
        message_id=row["message_id"],
        folder=row["folder"],
        filed_at=moment_or_none(row["filed_at"]),
        decision=None if decision is None else decision_of(decision),
        evidence=_evidence(engine, row["id"]),
    )


def _evidence(engine: Engine, message: int) -> Evidence:
    rows = engine.rows(
        "SELECT * FROM evidence WHERE message = :message ORDER BY position",
        message=message,
    )
    found: dict[str, list[Hit]] = {"hits": [], "cancelled": [], "hints": []}
    for row in rows:
        found[row["standing"]].append(
            Hit(row["signal"], row["found_in"], row["words"], row["sentence"])
        )
    hits, cancelled, hints = map(tuple, found.values())
    return Evidence(hits, cancelled, hints)


def _overrulings(engine: Engine, case_id: int) -> tuple[Overruling, ...]:
    rows = engine.rows(
        "SELECT * FROM overrulings WHERE case_id = :case_id ORDER BY id",
        case_id=case_id,
    )
    return tuple(
        Overruling(
            at=moment(row["at"]),
            by=row["made_by"],
            before=row["before"],
            after=row["after"],
            why=row["why"],
        )
        for row in rows
    )


def _notes(engine: Engine, case_id: int) -> tuple[Note, ...]:
    rows = engine.rows(
        "SELECT * FROM notes WHERE case_id = :case_id ORDER BY id", case_id=case_id
    )
    return tuple(
        Note(at=moment(row["at"]), by=row["made_by"], text=row["text"]) for row in rows
    )


def _stages(engine: Engine, case_id: int) -> tuple[EndedStage, ...]:
    rows = engine.rows(
        "SELECT * FROM stages WHERE case_id = :case_id ORDER BY id", case_id=case_id
    )
    return tuple(
        EndedStage(
            ended_at=moment(row["ended_at"]),
            ended_by=StageEnd(row["ended_by"]),
            route=row["route"],
            clock_from=moment(row["clock_from"]),
            acknowledge_by=moment_or_none(row["acknowledge_by"]),
            respond_by=moment_or_none(row["respond_by"]),
            extended_until=moment_or_none(row["extended_until"]),
            acknowledged_at=moment_or_none(row["acknowledged_at"]),
            answered_at=moment_or_none(row["answered_at"]),
        )
        for row in rows
    )


def _related(engine: Engine, case_id: int) -> tuple[str, ...]:
    rows = engine.rows(
        "SELECT c.reference FROM related r JOIN cases c ON c.id = r.other_id"
        " WHERE r.case_id = :case_id UNION SELECT c.reference FROM related r"
        " JOIN cases c ON c.id = r.case_id WHERE r.other_id = :case_id"
        " ORDER BY reference",
        case_id=case_id,
    )
    return tuple(row["reference"] for row in rows)


def _merged(engine: Engine, reference: str) -> tuple[CaseFile, ...]:
    rows = engine.rows(
        "SELECT reference FROM cases WHERE merged_into = :reference ORDER BY id",
        reference=reference,
    )
    files = (case_file(engine, row["reference"]) for row in rows)
    return tuple(each for each in files if each is not None)


def _others(engine: Engine, case: Row) -> tuple[CaseLine, ...]:
    rows = engine.rows(
        f"{CASES} WHERE c.id IN ({_OF_THE_PERSON}) ORDER BY c.id DESC",
        person=case["person"],
        case_id=case["id"],
        most=MOST_OTHERS,
    )
    return tuple(line_of(row) for row in rows)


_OF_THE_PERSON = """
SELECT theirs.id FROM people one
JOIN people same ON same.root = one.root
JOIN cases theirs ON theirs.person = same.id
WHERE one.id = :person AND theirs.id <> :case_id
ORDER BY theirs.id DESC LIMIT :most
"""

_MESSAGES = """
SELECT m.*, i.account, i.folder AS inbox_folder, r.size, r.is_whole, d.decision
FROM messages m
JOIN inboxes i ON i.id = m.inbox
JOIN raws r ON r.sha256 = m.sha256
LEFT JOIN decisions d ON d.message = m.id
WHERE m.case_id = :id AND NOT EXISTS (SELECT 1 FROM sent_mails s
    WHERE s.case_id = m.case_id AND s.sha256 = m.sha256)
ORDER BY m.received_at, m.id
"""
