"""What is decided about a message, and the history that the decision was given."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from triage.message.model import Message
from triage.ruleset.evidence import Evidence
from triage.ruleset.likeness import Likeness
from triage.ruleset.schema import RuleFiles, Series
from triage.workdays import Calendar, Due


class Clocked(Protocol):
    """What the clocks ask of rules."""

    @property
    def tables(self) -> RuleFiles: ...

    @property
    def calendar(self) -> Calendar: ...


class Rules(Clocked, Protocol):
    """What a decision asks of a ruleset; ids in its tables refer to what is there."""

    @property
    def hash(self) -> str: ...

    @property
    def likeness(self) -> Likeness | None: ...

    def picks_up(self, subject: str, /) -> bool: ...

    def series_at(self, day: date, /) -> Series | None: ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message, what the rules saw in it, and when it arrived (aware)."""

    message: Message
    evidence: Evidence
    received_at: datetime


class Disposition(StrEnum):
    """What a message calls for."""

    LEAVE = "leave"
    """Not ours: untouched."""
    RECORD = "record"
    """Automatic mail or a duplicate: kept with its reason, no reply."""
    ANSWER = "answer"
    """A person's: a case, clocked; the reply may still be withheld or held."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a stable code for scripts and in words for people."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Who we are, as far as a decision depends on it."""

    addresses: frozenset[str] = frozenset()
    """Every address of ours, lower-cased; empty: not known, not checked."""
    siblings: frozenset[str] = frozenset()
    """Those among them that are of our other mailboxes, and of this one not."""
    authserv_id: str | None = None
    """The only Authentication-Results that are believed (RFC 8601 §5)."""
    web_forms: frozenset[str] = frozenset()
    """Senders whose Reply-To is the person, where authentication passed."""
    loop_mark: str = ""
    """The value of our own X-Triage-Loop field."""
    colleagues: frozenset[str] = frozenset()
    """Contacts who are told of complaints, lower-cased: they answer notices."""
    staff: tuple[str, ...] = ()
    """Addresses of colleagues who answer complaints; * stands for anything."""


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case that a message belongs to or names, as the store knows it."""

    reference: str
    route: str
    by_claim: bool = False
    """Found by the reference that was named, not by a Message-ID of ours."""
    by_party: bool = True
    """Whether the writer has written as a party before, or a letter went to them."""
    is_acknowledged: bool = False
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    is_escalated: bool = False
    respond_by: datetime | None = None
    """None: no answer is owed."""
    missing: tuple[str, ...] = ()
    signals: frozenset[str] = frozenset()
    """What was seen in the parties' mails so far, while anything is missing."""
    receipt_at: datetime | None = None
    """When the latest receipt was written."""
    parties: tuple[str, ...] = ()
    """Their addresses, where somebody else writes."""
    words: tuple[tuple[str, str], ...] = ()
    """Signals with the words of the case's mails, where somebody else writes."""

    @property
    def may_escalate(self) -> bool:
        """Whether a writer's wish is enough for the last step.

        It can be taken only once: never for somebody else, nor while an answer is owed.
        """
        is_over = self.answered_at is not None or self.closed_at is not None
        is_owed = self.respond_by is not None and not is_over
        return self.by_party and not self.is_escalated and not is_owed

    def was_answered(self, at: datetime) -> bool:
        """Tell whether a message that came then may go on about an answer."""
        return self.answered_at is not None and self.answered_at < at

    def was_over(self, at: datetime) -> bool:
        """Tell whether the case was answered or closed by then."""
        is_closed = self.closed_at is not None and self.closed_at < at
        return is_closed or self.was_answered(at)


@dataclass(frozen=True, slots=True)
class Spent:
    """Automatic replies that already went out, queued ones included."""

    to_sender_in_day: int = 0
    to_domain_in_hour: int = 0
    in_hour: int = 0


@dataclass(frozen=True, slots=True)
class Restricted:
    """A restriction that is in force for the writer."""

    kind: str
    """One of `restrictions.kinds`, or one that the rules have no longer."""
    contact: str | None = None
    """Of [contacts]: who answers this person."""


@dataclass(frozen=True, slots=True)
class History:
    """What the store recalls for one message; fetched before anything is decided."""

    earlier: tuple[datetime, ...] = ()
    """When this person's earlier messages came, whatever address they used."""
    case: KnownCase | None = None
    claims: str | None = None
    """A case reference named by somebody who is no party to that case."""
    claimed: KnownCase | None = None
    """That case."""
    answers_colleague: bool = False
    """It answers a mail that a colleague sent about a case."""
    reported: str | None = None
    """The case of the latest reply that went to an address which a report names."""
    near_identical_to: str | None = None
    """The reference of this person's case with nearly the same text."""
    answered_cases: tuple[str, ...] = ()
    """This person's cases that have been answered."""
    has_bounced: bool = False
    """A reply of ours to this address came back."""
    spent: Spent = Spent()
    breaker_is_open: bool = False
    is_rekeyed: bool = False
    """First seen after a UIDVALIDITY change: nothing is sent."""
    is_duplicate: bool = False
    """The same bytes were recorded from another place, or the same mail without what
    servers write on top was and got its reply: no case, no reply."""
    restrictions: tuple[Restricted, ...] = ()
    """What people decided about this person and is in force."""
    was_erased: bool = False
    """It was taken up before, and erased since: it is left alone."""


@dataclass(frozen=True, slots=True)
class ReplyPlan:
    """A reply that is called for. `kind` is unique within a case."""

    template: str
    to: str
    kind: str
    acknowledges: bool = True
    """False: a receipt, after which an acknowledgement is owed as before."""


class MatterKind(StrEnum):
    """What it is that a person must look at in a case."""

    OTHER_WRITER = "other writer"
    """Somebody who is no party wrote into the case, or names it."""
    WENT_ON = "went on"
    """The person wrote again after the answer, or where none is owed."""
    ASKS_AGAIN = "asks again"
    """The person asks for the last step, which was taken already."""
    ANSWER = "answer"
    """A colleague wrote to the person, and it may have been the answer."""
    CAME_BACK = "came back"
    """A colleague's mail did not reach the person."""
    OUTCOME = "outcome"
    """It was closed in the mail program, which says no outcome."""
    HOLDING = "holding letter"
    """Somebody must be told that their answer takes longer."""
    DUE_DATE = "due date"
    """A date that a person set is no working day any more."""
    MOVED = "moved"
    """A mail of it was moved to a folder that says nothing for certain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person must look at in a case; nothing of a sender's is in its words."""

    kind: MatterKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What a message brings to the case that it joins."""

    by_party: bool = True
    """False: the writer gets no say in the case until a person lets them in."""
    supplied: tuple[str, ...] = ()
    """Items that were missing and are there now."""
    offered: tuple[str, ...] = ()
    """What somebody who is no party would supply, once they are let in."""
    still_missing: tuple[str, ...] = ()
    note: str | None = None
    """What came, in words for the case."""
    goes_on: bool = False
    """The person wrote after the case was answered or closed."""
    answer_by: datetime | None = None
    """The date that a receipt says, where an answer is owed."""
    findings: tuple[Finding, ...] = ()

    @property
    def completes(self) -> bool:
        return bool(self.supplied) and not self.still_missing


@dataclass(frozen=True, slots=True)
class Requested:
    """What a person asks for by law."""

    kind: str
    due: Due


@dataclass(frozen=True, slots=True)
class Opinion:
    """The share of every route, role and flag among mails like this one."""

    routes: dict[str, float]
    roles: dict[str, float]
    flags: dict[str, float]
    decided: str | None = None
    """Where it was believed rather than the table: in words."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table, and the first condition that failed (None: it held)."""

    rule: str
    route: str
    failed: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything that is to be done about one message, decided before any of it."""

    disposition: Disposition
    reason: str
    ruleset: str
    """Hash of the ruleset that decided."""
    automatic: Reason | None = None
    role: str = "unknown"
    topic: str | None = None
    route: str | None = None
    rule: str | None = None
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    reply: ReplyPlan | None = None
    meanwhile: ReplyPlan | None = None
    """An acknowledgement that does not wait for what becomes of a held redirection."""
    withheld: tuple[Reason, ...] = ()
    """The reply is not sent: the duty becomes acknowledgement debt."""
    held: tuple[Reason, ...] = ()
    """The reply is composed but waits for a person."""
    meanwhile_held: tuple[Reason, ...] = ()
    """The acknowledgement in the meantime waits for a person too."""
    case: str | None = None
    """Reference of the case it joins; None with ANSWER opens a new one."""
    is_concern: bool = False
    """RECORD: it is kept as a case that is closed at once."""
    follow_up: FollowUp = FollowUp()
    """What it brings to the case that it joins."""
    claimed: Finding | None = None
    """What a person must look at in the case that it only names."""
    escalates: bool = False
    """The case goes to its last step: it is acknowledged and answered afresh."""
    reports_failure: bool = False
    """A delivery report: mail of ours that it returns did not arrive."""
    acknowledge: Due | None = None
    respond: Due | None = None
    folder: str | None = None
    priority: str = "normal"
    requests: tuple[Requested, ...] = ()
    """About the person's own data, each with a clock of its own."""
    tell: tuple[tuple[str, str], ...] = ()
    """(contact, why) of people who are told at once."""
    steps: tuple[Step, ...] = ()
    near_misses: tuple[str, ...] = ()
    second_opinion: Opinion | None = None

    @property
    def has_case(self) -> bool:
        """Whether a case is opened for it, or joined."""
        return self.disposition is Disposition.ANSWER or self.is_concern
