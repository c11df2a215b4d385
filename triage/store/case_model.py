"""Everything about one case, in the order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from triage.decision.model import Decision
from triage.ruleset.evidence import Evidence
from triage.store.audit import AuditEntry
from triage.store.matters import Matter
from triage.store.model import CaseLine, OutboxItem, Place, SentEntry
from triage.store.particulars import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEntry:
    """A message of a case, with what was decided and why."""

    place: Place
    sha256: str
    size: int
    is_whole: bool
    received_at: datetime
    recorded_at: datetime
    is_duplicate: bool
    reason: str
    """Why it has its fate: of a copy, when the first one came."""
    address: str | None
    subject: str
    message_id: str | None
    folder: str | None
    filed_at: datetime | None
    decision: Decision | None
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruling:
    """A person's decision that a case belongs to another route."""

    at: datetime
    by: str
    before: str | None
    after: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person wrote down about a case."""

    at: datetime
    by: str
    text: str


class StageEnd(StrEnum):
    """Why a stage ended and another began."""

    ESCALATED = "escalated"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedStage:
    """A stage that is over: what was promised then, and kept or not."""

    ended_at: datetime
    ended_by: StageEnd
    route: str | None
    clock_from: datetime
    acknowledge_by: datetime | None
    respond_by: datetime | None
    extended_until: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything about one case, in the order of time."""

    line: CaseLine
    claims: str | None
    """A case that the first message named without proof."""
    near_identical_to: str | None
    parties: tuple[str, ...]
    messages: tuple[MessageEntry, ...]
    letters: tuple[OutboxItem, ...]
    why_unacknowledged: tuple[str, ...] = ()
    """Where the duty to acknowledge is open and no letter is out: each reason."""
    overrulings: tuple[Overruling, ...] = ()
    sent: tuple[SentEntry, ...] = ()
    """What people wrote to the parties, from their mail program."""
    particulars: Mapping[Field, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    stages: tuple[EndedStage, ...] = ()
    """Those that are over, the first one first."""
    matters: tuple[Matter, ...] = ()
    deeds: tuple[AuditEntry, ...] = ()
    """What people and the program did to it."""
    related: tuple[str, ...] = ()
    """References of cases that have to do with it."""
    merged: tuple["CaseFile", ...] = ()
    """Cases that go on as this one."""
    others: tuple[CaseLine, ...] = ()
    """The same person's other cases, the latest first."""
