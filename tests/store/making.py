"""Values with everything that does not matter to a case supplied."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.decision.model import Decision, Disposition, History
from triage.message.model import Message
from triage.store import Inbox, Inquiry, Letter, Place, Record, Recorded, Store

NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
INBOX = Inbox("complaints@imap.example", "INBOX")


def place(uid: int, uidvalidity: int = 1) -> Place:
    return Place(INBOX, uidvalidity, uid)


def make_inquiry(uid: int = 1, **changes: Any) -> Inquiry:
    raw = changes.pop("raw", f"message {uid}".encode())
    inquiry = Inquiry(
        place=place(uid),
        sha256=hashlib.sha256(raw).hexdigest(),
        now=NOW,
        window=timedelta(days=7),
        identity_keys=("addr:jane@example.org",),
        address="jane@example.org",
        domain="example.org",
    )
    return replace(inquiry, **changes)


def make_letter(reference: str = "CMP-2026-00001", **changes: Any) -> Letter:
    kind = changes.get("kind", "acknowledge")
    letter = Letter(
        kind=kind,
        to="jane@example.org",
        message_id=f"<{kind}.{reference}@ours.example>",
        data=b"Subject: We have your complaint\r\n\r\nThank you.\r\n",
    )
    return replace(letter, **changes)


def make_decision(**changes: Any) -> Decision:
    decision = Decision(
        disposition=Disposition.ANSWER,
        reason="a complaint",
        ruleset="abc",
        route="formal-complaint",
        folder="Complaints",
    )
    return replace(decision, **changes)


def make_record(uid: int = 1, **changes: Any) -> Record:
    """A record; `asked` changes its inquiry, `decided` its decision."""
    asked = changes.pop("asked", {})
    decided = changes.pop("decided", {})
    raw = changes.pop("raw", f"message {uid}".encode())
    inquiry = make_inquiry(uid, raw=raw, **asked)
    record = Record(
        inquiry=inquiry,
        history=History(),
        message=Message(sha256=inquiry.sha256, size=len(raw), subject="Complaint"),
        raw=raw,
        received_at=inquiry.now,
        decision=make_decision(**decided),
        reference=None if "case" in decided else f"CMP-2026-{uid:05d}",
    )
    return replace(record, **changes)


def record_case(store: Store, uid: int = 1, **changes: Any) -> Recorded:
    """Record a new complaint with its acknowledgement."""
    reference = f"CMP-2026-{uid:05d}"
    letters = changes.pop("letters", (make_letter(reference),))
    return store.record(make_record(uid, letters=letters, **changes))
