"""A message opens a case, or joins one."""

from dataclasses import replace
from datetime import datetime

from triage.decision.model import Decision
from triage.store.audit import DAEMON, Deed, note_deed
from triage.store.changing import case_named, change_case, end_stage
from triage.store.columns import list_of, list_text
from triage.store.engine import Engine, Row
from triage.store.matters import add_matter
from triage.store.model import Record
from triage.store.notes import add_note
from triage.store.read_in_mails import fill_particulars

RECORDED = "recorded"
"""The outcome of what is a concern and no complaint."""
PRIORITIES = ("normal", "high", "urgent")


def open_case(engine: Engine, record: Record, person: int | None) -> int:
    """Open a case whose clock starts with the message; return its row."""
    decision, history = record.decision, record.history
    case_id = insert_case(
        engine,
        decision,
        reference=record.reference,
        person=person,
        opened_at=record.received_at,
        recorded_at=record.inquiry.now,
        claims=history.claims,
        near_identical_to=history.near_identical_to,
        # Opened before somebody senior, it is at its last step already.
        escalated_at=record.inquiry.now if record.escalates else None,
    )
    note_deed(
        engine,
        Deed(at=record.inquiry.now, by=DAEMON, act="open"),
        str(record.reference),
        {"route": (None, decision.route)},
    )
    _add_writer(engine, case_id, record)
    case = case_named(engine, str(record.reference))
    fill_particulars(engine, case, record.particulars, record.inquiry.now)
    _put_claim_before_people(engine, record)
    if decision.is_concern:
        deed = Deed(at=record.inquiry.now, by=DAEMON, act="close")
        changes = {"closed_at": record.inquiry.now, "outcome": RECORDED}
        change_case(engine, case, changes, deed)
    return case_id


def insert_case(engine: Engine, decision: Decision, **columns: object) -> int:
    """Write the row of a new case and return its id; the caller logs the deed."""
    row = engine.one(
        _OPEN,
        route=decision.route,
        topic=decision.topic,
        **_USUALLY | columns,
        **_as_decided(decision),
    )
    return int(row["id"])


def _as_decided(decision: Decision) -> dict[str, object]:
    return {
        "role": decision.role,
        "priority": decision.priority,
        "flags": list_text(decision.flags),
        "missing": list_text(decision.missing),
        "withheld": list_text(tuple(why.words for why in decision.withheld)),
        "acknowledge_by": _at(decision, "acknowledge"),
        "respond_by": _at(decision, "respond"),
    }


_USUALLY = {
    "channel": "mail",
    "claims": None,
    "near_identical_to": None,
    "escalated_at": None,
}
_OPEN = """
INSERT INTO cases (reference, person, opened_at, recorded_at, route, role, priority,
    flags, missing, withheld, acknowledge_by, respond_by, claims, near_identical_to,
    topic, clock_from, channel, escalated_at, mailbox)
VALUES (:reference, :person, :opened_at, :recorded_at, :route, :role, :priority, :flags,
    :missing, :withheld, :acknowledge_by, :respond_by, :claims, :near_identical_to,
    :topic, :opened_at, :channel, :escalated_at, :own)
RETURNING id
"""


def join_case(engine: Engine, record: Record, person: int | None) -> int:
    """Add a message to its case: party, flags, what it supplies, escalation."""
    decision = record.decision
    case = engine.row(
        "SELECT * FROM cases WHERE reference = :reference", reference=decision.case
    )
    if case is None:
        raise ValueError(f"there is no case {decision.case}")
    now, brought = record.inquiry.now, decision.follow_up
    if record.escalates:
        end_stage(engine, case, now, "escalated")
    deed = Deed(at=now, by=DAEMON, act=_act(record))
    changes = _changed(case, record)
    if case["erased_at"] is not None:
        # Somebody's words are in it again: whose is known anew.
        changes |= {"erased_at": None, "person": person}
    change_case(engine, case, changes, deed)
    case_id = int(case["id"])
    if brought.note is not None:
        add_note(engine, case, replace(deed, act="note"), brought.note)
    for finding in brought.findings:
        add_matter(engine, case, finding.kind, finding.words, now)
    if brought.by_party:
        _add_writer(engine, case_id, record)
        fill_particulars(engine, case, record.particulars, now)
    return case_id


def _act(record: Record) -> str:
    if record.escalates:
        return "escalate"
    return "complete" if record.decision.follow_up.completes else "follow up"


def _put_claim_before_people(engine: Engine, record: Record) -> None:
    """Tell in a case that a new one names it, and by whom."""
    finding, claims = record.decision.claimed, record.history.claims
    if finding is None or claims is None:
        return
    words = f"{record.reference}: {finding.words}"
    case = case_named(engine, claims)
    add_matter(engine, case, finding.kind, words, record.inquiry.now)


def _changed(case: Row, record: Record) -> dict[str, object]:
    decision, brought = record.decision, record.decision.follow_up
    flags = dict.fromkeys(list_of(case["flags"]) + decision.flags)
    still_missing = (i for i in list_of(case["missing"]) if i not in brought.supplied)
    changed: dict[str, object] = {
        "flags": list_text(tuple(flags)),
        "missing": list_text(tuple(still_missing)),
        "priority": max(case["priority"], decision.priority, key=PRIORITIES.index),
    }
    if brought.goes_on and case["went_on_at"] is None:
        changed["went_on_at"] = record.received_at
    if not record.escalates:
        return changed
    return changed | last_step(
        case, decision, record.inquiry.now, clock_from=record.received_at
    )


def last_step(
    case: Row, decision: Decision, now: datetime, *, clock_from: datetime
) -> dict[str, object]:
    """Return what changes when a case goes before somebody senior.

    A new matter before other people: it is acknowledged and answered afresh.
    """
    return {
        "route": decision.route,
        "priority": max(case["priority"], decision.priority, key=PRIORITIES.index),
        "withheld": list_text(tuple(why.words for why in decision.withheld)),
        "acknowledge_by": _at(decision, "acknowledge") or case["acknowledge_by"],
        "respond_by": _at(decision, "respond") or case["respond_by"],
        "acknowledged_at": None,
        "answered_at": None,
        "escalated_at": now,
        "clock_from": clock_from,
        "extended_until": None,
        "closed_at": None,
        "outcome": None,
        "root_cause": None,
        "went_on_at": None,
    }


def _at(decision: Decision, which: str) -> datetime | None:
    due = decision.acknowledge if which == "acknowledge" else decision.respond
    return None if due is None else due.at


def _add_writer(engine: Engine, case_id: int, record: Record) -> None:
    if record.inquiry.address is not None:
        add_party(engine, case_id, record.inquiry.address, record.inquiry.now)


def add_party(engine: Engine, case_id: int, address: str, now: datetime) -> None:
    """Let an address write to the case by its reference from now on."""
    engine.run(
        "INSERT INTO parties (case_id, address, since)"
        " VALUES (:case_id, :address, :now)"
        " ON CONFLICT (case_id, address) DO NOTHING",
        case_id=case_id,
        address=address,
        now=now,
    )
