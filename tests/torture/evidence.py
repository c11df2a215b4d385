"""What a run leaves behind, as values that the oracle judges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Due(StrEnum):
    """What one mail may get from us, known to whoever made it."""

    REPLY = "one reply"
    """An acknowledgement or a redirection must be accepted, or be held for a person."""
    SILENCE = "no reply"
    """Of a class that must not be answered; it is kept and has its fate."""
    EITHER = "a reply or none"
    """It has its fate; whether it is answered is not what is tried."""
    NOTHING = "not ours"
    """Without the word: it must stay as it is, where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One mail that was put into the mailbox."""

    octets: bytes
    """As delivered, without what the server adds on the way in."""
    mark: str
    """A word of this mail alone, by which it is found again in raw bytes."""
    due: Due
    sender: str
    """The address that a reply may go to."""
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One letter that the SMTP server took, whatever it answered."""

    octets: bytes
    envelope_from: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is left after a run."""

    delivered: tuple[Delivered, ...]
    accepted: tuple[Accepted, ...]
    folders: Mapping[str, tuple[bytes, ...]]
    """What lies in the mailbox in the end."""
    flagged: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Which of these have a flag; nobody but the program could set one."""
    store: Path
    """The store's file; the oracle opens it read-only with SQL of its own."""
    own_addresses: frozenset[str]
    """Ours and our colleagues': letters to them are notices, not replies."""
    logs: str = ""
    """What the program printed and logged above debug."""
    secrets: tuple[str, ...] = ()
    outputs: tuple[str, ...] = field(default=())
    """What commands said meanwhile: `triage status` and the like."""
    wording: tuple[str, ...] = ()
    """Rules, templates and configuration of the installation, as written: what letters
    may say whoever wrote to us. The shipped ones are known."""
