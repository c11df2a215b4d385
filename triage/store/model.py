"""The values that go into the store and come out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from triage.decision.answering import Effect
from triage.decision.model import Decision, History, Reason
from triage.message.model import Message
from triage.ruleset.evidence import Evidence
from triage.store.case_states import CaseState
from triage.store.states import State


@dataclass(frozen=True, slots=True)
class Inbox:
    """A watched folder of an account."""

    account: str
    """What tells mailboxes apart: user@host of the IMAP login."""
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lay when it was first seen (RFC 9051 §2.3.1.1): its identity."""

    inbox: Inbox
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What must be known of a message to recall what belongs to it."""

    place: Place
    sha256: str
    core: str | None = None
    """Message.core; None is nobody's copy."""
    now: datetime
    window: timedelta
    """Earlier messages of the person are recalled from this far back."""
    identity_keys: tuple[str, ...] = ()
    """Spellings of one person, the surest first."""
    address: str | None = None
    """The person's, lower-cased."""
    reply_to: tuple[str, ...] = ()
    """Where the person asks to be answered, lower-cased."""
    domain: str | None = None
    """The domain that the budget per domain counts."""
    verified: tuple[str, ...] = ()
    """Cases proven by a Message-ID of ours (HMAC); they attach whoever writes."""
    references: tuple[str, ...] = ()
    """Message-IDs that the message answers: a colleague's attaches for a party."""
    reported_to: tuple[str, ...] = ()
    """Addresses that a report names which gives back no Message-ID of ours."""
    named: tuple[str, ...] = ()
    """Cases named in the text or subject; they attach only for a party to the case."""
    is_forged: bool = False
    """A check of our server failed: whatever the address, it is no party's."""
    may_claim: bool = True
    """Whether enough speaks for the writer's address that a typed reference attaches.
    """
    fingerprint: bytes = b""
    """Of the writer's own text (triage.decision.sender.fingerprint); empty: no text."""
    spell: Callable[[str], str] = str.casefold
    """One spelling for all spellings of an address."""
    alike_from: float = 0.8
    """Likeness from which two texts count as near-identical."""


class Category(StrEnum):
    """To whom a letter goes."""

    REPLY = "reply"
    """To the person; spends budgets."""
    NOTICE = "notice"
    """To a contact of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail of ours, composed and frozen.

    `kind` is unique within a case: a second letter of that kind is never queued. A
    notice names its contact and message in its kind, so that a later message tells them
    again.
    """

    kind: str
    to: str
    message_id: str
    """With <>; ours alone, it is the witness."""
    data: bytes
    """The whole mail: CRLF line ends, ASCII."""
    template: str | None = None
    category: Category = Category.REPLY
    acknowledges: bool = True
    """Once accepted, the duty to acknowledge is done (counts for replies only)."""
    held: tuple[Reason, ...] = ()
    """Not empty: it waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that one message brings about, decided; written in one go."""

    inquiry: Inquiry
    history: History
    message: Message
    raw: bytes
    is_whole: bool = True
    received_at: datetime
    evidence: Evidence = field(default_factory=Evidence)
    decision: Decision
    reference: str | None = None
    """The new case (next_reference), where an ANSWER joins none (decision.case)."""
    letters: tuple[Letter, ...] = ()
    particulars: Mapping[str, str] = field(default_factory=dict)
    """Fields of the case, as the message words them."""
    escalates: bool = False
    """The joined case goes to senior level and takes this decision's route."""
    copies_to: str | None = None
    """The folder for a copy of what another mailbox recorded, whose folders these are
    not; None: it stays where it is."""
    undelivered: str | None = None
    """RECORD: Message-ID of a letter of ours that this report says was not
    delivered."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What `record` did."""

    is_new: bool
    """False: this place was recorded before, nothing was changed."""
    reference: str | None = None
    """The case it belongs to."""
    folder: str | None = None
    """Where it is to be filed."""
    is_duplicate: bool = False
    """The same mail was recorded from another place: no case, no letters."""
    queued: tuple[str, ...] = ()
    """Kinds of the letters that entered the outbox, held ones included."""
    decision: int | None = None
    """The number under which the decision is kept; None where none was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A message that the program could not take up; a person must."""

    place: Place
    received_at: datetime
    reason: str
    """In words, without anything of the sender's."""
    due: datetime
    """When somebody must have looked at it."""
    now: datetime
    raw: bytes | None = None
    """As far as it was fetched."""
    is_whole: bool = False
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A message set aside, for people."""

    place: Place
    received_at: datetime
    reason: str
    due: datetime
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeying:
    """A mailbox whose UIDVALIDITY changed, and the messages that lie there now."""

    inbox: Inbox
    old: int
    new: int
    found: tuple[tuple[int, str], ...]
    """(uid, sha256) of messages under the new UIDVALIDITY."""
    highest_uid: int
    """Highest UID in the mailbox: up to it, nothing first seen is answered."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The fate of every message of a mailbox, counted.

    Rows: filed + set_aside + left + recorded. `gone` are among recorded, set_aside and
    left: no longer on the server, by another hand.
    """

    filed: int
    set_aside: int
    left: int
    recorded: int
    """Recorded and where it was: waiting to be filed, or not to be filed at all."""
    gone: int
    unaccounted: tuple[int, ...]
    """On the server without a row: still to be taken up, or overlooked."""
    lingering: tuple[int, ...]
    """Filed, yet still on the server."""
    there: Mapping[str, int]
    """What lies on the server and was not filed, by fate; duplicates are recorded."""


class Channel(StrEnum):
    """How a complaint came."""

    MAIL = "mail"
    TELEPHONE = "telephone"
    LETTER = "letter"
    VISIT = "visit"
    WEB = "web"
    """A form or chat, a message in a social network."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    reference: str
    route: str | None
    role: str
    priority: str
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    opened_at: datetime
    acknowledge_by: datetime | None
    respond_by: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    is_escalated: bool
    messages: int
    state: CaseState
    channel: str
    """How it came: mail, telephone, letter …"""
    topic: str | None
    owner: str | None
    clock_from: datetime
    """Where the clocks of the present stage begin."""
    extended_until: datetime | None
    """A later date that was set for the answer, and told to the person."""
    closed_at: datetime | None
    outcome: str | None
    root_cause: str | None
    merged_into: str | None
    went_on_at: datetime | None
    """When the person first wrote again after the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEntry:
    """A mail that a person, not the program, sent to a party of a case."""

    sha256: str
    size: int
    is_whole: bool
    folder: str
    """Where it was found."""
    sent_at: datetime
    noted_at: datetime
    address: str | None
    """Who wrote it."""
    subject: str
    message_id: str | None
    effect: Effect
    why: str
    """Why it counts so, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """A letter in a list."""

    id: int
    reference: str | None
    route: str | None
    """The case's."""
    kind: str
    category: Category
    to: str
    template: str | None
    message_id: str
    state: State
    reason: str | None
    """Why it is in this state, in words."""
    created_at: datetime
    changed_at: datetime
    next_at: datetime | None
    """Queued: not before."""
    tries: int
    waits: bool
    """Held, and never handed over: a person approves, edits or rejects it."""
    acknowledge_by: datetime | None
    """Until when it must go out, where it is the acknowledgement that is owed."""


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a letter's state."""

    at: datetime
    before: State | None
    after: State
    why: str


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A letter with its frozen bytes and its way so far."""

    line: OutboxLine
    data: bytes
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Debt:
    """A complaint whose acknowledgement did not go out by itself."""

    reference: str
    route: str | None
    priority: str
    opened_at: datetime
    acknowledge_by: datetime | None
    why: tuple[str, ...]
    """Each reason in words."""
    in_short: tuple[str, ...]
    """The reasons without a word that a server or a person wrote."""
    owner: str | None
    letter: int | None = None
    """The outbox id of the reply that waits for a person."""
    is_for_approval: bool = False
    """That reply waits to be approved; else it was refused, or may have arrived."""
