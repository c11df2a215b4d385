"""What the world did: every mail in and out, and every act of a person.

The checker reads this and the store's file, and nothing else.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tests.halfyear.dates import Calendars


class Kind(StrEnum):
    """What a mail is, as its writer knows it."""

    COMPLAINT = "complaint"
    """A person's, with the word, that opens a case."""
    FOLLOW_UP = "follow-up"
    """A person's answer to a letter of ours, or one that names its case."""
    REVIEW = "asks for a review"
    """… that asks for a Director."""
    LATER = "later mail"
    """A person's, with the word, about a known matter; nothing proves which."""
    STRANGER = "names another's case"
    COPY = "the same bytes again"
    AUTOMATIC = "automatic"
    """Auto-replies, receipts, bulk mail with the word."""
    REPORT = "delivery report"
    """A letter of ours came back."""
    ORDINARY = "without the word"
    HOSTILE = "hostile"


OPENING = frozenset({Kind.COMPLAINT, Kind.STRANGER})
"""Kinds that must open a case."""
MACHINES = frozenset({Kind.AUTOMATIC, Kind.REPORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that somebody writes."""

    kind: Kind
    octets: bytes
    message_id: str
    sender: str
    about: str | None = None
    """The case reference that it belongs to, for whoever wrote it."""
    returns: str = ""
    """The Message-ID of the letter that a report gives back."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail in the mailbox."""

    at: datetime
    uid: int
    uidvalidity: int
    mail: Mail
    moved_to: tuple[int, int] | None = None
    """UIDVALIDITY and UID after the mailbox was numbered anew."""


@dataclass(frozen=True, slots=True)
class Departed:
    """A letter that a server took, and whether the program was told so."""

    at: datetime
    to: str
    octets: bytes
    was_told: bool = True


class Act(StrEnum):
    """What people do about a case."""

    ACKNOWLEDGED = "acknowledged by hand"
    ANSWERED = "answered"
    HELD_OFF = "told that the answer comes later"
    CLOSED = "closed"
    EXTENDED = "extended"
    REROUTED = "rerouted"
    OPENED = "opened by hand"


@dataclass(frozen=True, slots=True)
class Done:
    """An act of a person."""

    at: datetime
    act: Act
    reference: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood in the store at an instant, by the checker's own queries."""

    at: datetime
    figures: Mapping[str, Any]
    message_id: str
    """The digest that was queued at that instant."""


NOTICED_WITHIN = timedelta(minutes=20)


@dataclass
class Log:
    """Everything that happened."""

    calendars: Calendars
    arrived: list[Arrived] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    folders: dict[str, list[tuple[str, frozenset[str]]]] = field(default_factory=dict)
    """What lies in the mailbox at the end, by folder: hashes of mails, their flags."""
    away: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When the program did not run."""
    ended_at: datetime | None = None

    def noticed_by(self, at: datetime) -> datetime:
        """When the program must have seen what a person did at a moment."""
        back = (end for begin, end in self.away if begin <= at <= end)
        return max([at, *back]) + NOTICED_WITHIN

    def counted(self) -> Counter[str]:
        return Counter(str(each.mail.kind) for each in self.arrived)
