"""What can become of a letter that is handed to a server, and what is handed over."""

from dataclasses import dataclass
from enum import StrEnum

from triage.tls import Validity

# RFC 3463 §3.2 (bad destination mailbox, system, syntax) and RFC 7505 §4 (null MX).
_BAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom the server is to bring a letter."""

    sender: str
    """'' is the null reverse-path <>."""
    recipient: str
    copy: str | None = None
    """Gets the letter too, as our witness; its refusal refuses nothing."""


class Concern(StrEnum):
    """What a failure is about."""

    LETTER = "letter"
    """This letter alone; others may be tried at once."""
    SERVER = "server"
    """Any letter; trying others now is useless."""
    LOGIN = "login"
    """The login; going on would lock the account."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took responsibility for the letter."""

    code: int
    enhanced: str | None
    """Enhanced status code (RFC 3463), as in 2.0.0."""
    text: str
    is_copied: bool = False
    """The copy's recipient was accepted too."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The letter was certainly not accepted, and may be tried again."""

    code: int | None
    enhanced: str | None
    text: str
    concern: Concern = Concern.LETTER


@dataclass(frozen=True, slots=True)
class Refused:
    """The letter was certainly not accepted, and never will be as it is."""

    code: int | None
    enhanced: str | None
    text: str
    concern: Concern = Concern.LETTER

    @property
    def is_bad_address(self) -> bool:
        return self.enhanced in _BAD_ADDRESS


@dataclass(frozen=True, slots=True)
class Unknown:
    """The final dot may have been received, and no reply to it was read."""

    code: int | None
    enhanced: str | None
    text: str


Outcome = Accepted | TryLater | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How far a submission without a letter came."""

    not_ready: TryLater | Refused | None = None
    """What kept us from logging in."""
    not_taken: TryLater | Refused | None = None
    """What kept the server from taking our sender and recipient."""
    certificate: Validity | None = None
    """None: in clear, or it came not so far."""
