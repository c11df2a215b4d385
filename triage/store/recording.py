"""Writing down what one message brings about, in the caller's transaction."""

from triage.decision.model import Disposition
from triage.store.columns import decision_text
from triage.store.engine import Engine, Row, moment
from triage.store.joining import join_case, open_case
from triage.store.ledger import inbox_row, keep_raw
from triage.store.letters import Origin, queue
from triage.store.mark import count
from triage.store.model import Inquiry, Record, Recorded
from triage.store.people import known_spellings, note_links, person_of
from triage.store.recall import is_known_elsewhere
from triage.store.requests import note_requests
from triage.store.undelivered import note_perhaps_undelivered, note_undelivered


def record(engine: Engine, record_: Record) -> Recorded:
    """Write a message, its decision and evidence, its case and its letters."""
    place = record_.inquiry.place
    inbox_id = inbox_row(engine, place.inbox, place.uidvalidity)
    if (known := _row_at(engine, record_, inbox_id)) is not None:
        return Recorded(
            is_new=False,
            reference=known["reference"],
            folder=known["folder"],
            is_duplicate=known["fate"] == "duplicate",
        )
    if not engine.is_scratch:
        sha256, raw = record_.inquiry.sha256, record_.raw
        keep_raw(engine, sha256, raw, is_whole=record_.is_whole)
    first = is_known_elsewhere(engine, record_.inquiry)
    if first is not None:
        return _record_duplicate(engine, record_, inbox_id, first)
    return _record_new(engine, record_, inbox_id)


def _row_at(engine: Engine, record_: Record, inbox_id: int) -> Row | None:
    place = record_.inquiry.place
    return engine.row(
        "SELECT m.fate, m.folder, c.reference FROM messages m"
        " LEFT JOIN cases c ON c.id = m.case_id"
        " WHERE m.inbox = :inbox AND m.uidvalidity = :uidvalidity AND m.uid = :uid"
        " AND m.retired_at IS NULL",
        inbox=inbox_id,
        uidvalidity=place.uidvalidity,
        uid=place.uid,
    )


def _record_duplicate(
    engine: Engine, record_: Record, inbox_id: int, first: int
) -> Recorded:
    """Note a copy of what is recorded: it goes where the first one went.

    Where another mailbox has that, this one may have no such folder.
    """
    original = engine.one(
        "SELECT m.sha256, m.received_at, m.case_id, m.folder, c.reference,"
        " (SELECT i.mailbox FROM inboxes i WHERE i.id = m.inbox) ="
        " (SELECT i.mailbox FROM inboxes i WHERE i.id = :inbox) AS is_ours"
        " FROM messages m"
        " LEFT JOIN cases c ON c.id = m.case_id WHERE m.id = :first",
        first=first,
        inbox=inbox_id,
    )
    folder = original["folder"] if original["is_ours"] else record_.copies_to
    _message_row(
        engine,
        record_,
        inbox=inbox_id,
        fate="duplicate",
        reason=_why_a_copy(original, record_.inquiry),
        case_id=original["case_id"],
        person=None,
        folder=folder,
    )
    return Recorded(
        is_new=True,
        reference=original["reference"],
        folder=folder,
        is_duplicate=True,
    )


def _why_a_copy(original: Row, inquiry: Inquiry) -> str:
    came = f"{moment(original['received_at']):%Y-%m-%d %H:%M} UTC"
    if original["sha256"] == inquiry.sha256:
        return f"the same bytes came {came} and were recorded then"
    return f"it came {came} and got its reply: only what servers write on top differs"


def _record_new(engine: Engine, record_: Record, inbox_id: int) -> Recorded:
    decision, inquiry = record_.decision, record_.inquiry
    is_persons = decision.disposition is Disposition.ANSWER
    keys = inquiry.identity_keys if is_persons else ()
    known = known_spellings(engine, keys)
    person = person_of(engine, keys, inquiry.now)
    case_id = _case_id(engine, record_, person)
    message = _message_row(
        engine,
        record_,
        inbox=inbox_id,
        fate="recorded",
        reason=decision.reason,
        case_id=case_id,
        person=person,
        folder=decision.folder,
    )
    note_links(engine, known, keys, message, inquiry.now)
    if not engine.is_scratch:
        _decision_row(engine, record_, message)
        _evidence_rows(engine, record_, message)
    note_requests(engine, record_, case_id)
    if record_.undelivered is not None:
        note_undelivered(engine, record_.undelivered, inquiry.now)
    elif decision.reports_failure and record_.history.reported is not None:
        note_perhaps_undelivered(engine, record_.history.reported, inquiry.now)
    origin = Origin(case_id, message, person, inquiry.domain)
    return Recorded(
        is_new=True,
        reference=decision.case or (record_.reference if decision.has_case else None),
        folder=decision.folder,
        queued=tuple(
            letter.kind
            for letter in record_.letters
            if queue(engine, letter, inquiry.now, origin)
        ),
        decision=message,
    )


def _case_id(engine: Engine, record_: Record, person: int | None) -> int | None:
    """Open, join or find the case of a message; None where it has none."""
    decision = record_.decision
    if decision.has_case:
        if decision.case is not None:
            return join_case(engine, record_, person)
        if record_.reference is None:
            raise ValueError("a message that opens a case needs a reference")
        return open_case(engine, record_, person)
    row = engine.row(
        "SELECT id FROM cases WHERE reference = :reference", reference=decision.case
    )
    return None if row is None else int(row["id"])


def _message_row(engine: Engine, record_: Record, **row: object) -> int:
    count(engine)
    inquiry, message = record_.inquiry, record_.message
    inserted = engine.one(
        _MESSAGE,
        uidvalidity=inquiry.place.uidvalidity,
        uid=inquiry.place.uid,
        seen_at=inquiry.now,
        received_at=record_.received_at,
        sha256=inquiry.sha256,
        core=inquiry.core,
        disposition=record_.decision.disposition,
        address=inquiry.address,
        message_id=message.message_id,
        subject=message.subject,
        fingerprint=inquiry.fingerprint or None,
        **row,
    )
    return int(inserted["id"])


_MESSAGE = """
INSERT INTO messages (inbox, uidvalidity, uid, fate, reason, seen_at, received_at,
    sha256, core, disposition, case_id, person, address, message_id, subject,
    fingerprint, folder)
VALUES (:inbox, :uidvalidity, :uid, :fate, :reason, :seen_at, :received_at,
    :sha256, :core, :disposition, :case_id, :person, :address, :message_id, :subject,
    :fingerprint, :folder)
RETURNING id
"""


def _decision_row(engine: Engine, record_: Record, message: int) -> None:
    decision = record_.decision
    engine.run(
        "INSERT INTO decisions (message, at, ruleset, role, route, rule, decision)"
        " VALUES (:message, :at, :ruleset, :role, :route, :rule, :decision)",
        message=message,
        at=record_.inquiry.now,
        ruleset=decision.ruleset,
        role=decision.role,
        route=decision.route,
        rule=decision.rule,
        decision=decision_text(decision),
    )


def _evidence_rows(engine: Engine, record_: Record, message: int) -> None:
    evidence = record_.evidence
    found = [
        *(("hits", hit) for hit in evidence.hits),
        *(("cancelled", hit) for hit in evidence.cancelled),
        *(("hints", hit) for hit in evidence.hints),
    ]
    engine.run_each(
        "INSERT INTO evidence"
        " (message, position, standing, signal, found_in, words, sentence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (message, position, standing, hit.signal, hit.where, hit.text, hit.sentence)
            for position, (standing, hit) in enumerate(found)
        ),
    )
