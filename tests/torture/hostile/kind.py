"""What one bad mail is: its octets, how it comes, and what it may get from us."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.torture.evidence import Due


class Way(StrEnum):
    """How a mail comes into the mailbox."""

    LMTP = "by LMTP"
    """As a mail server hands it over, which writes Return-Path."""
    AS_IS = "as a file"
    """Laid into the Maildir, so that every octet arrives as it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One mail of a kind."""

    octets: bytes
    due: Due
    sender: str
    """Who may get a reply, and by LMTP the reverse-path where no other is given."""
    mark: str
    """A word of this mail alone."""
    reverse_path: str | None = None
    way: Way = Way.LMTP
    waits: bool = False
    """The reply that it is owed waits for a person."""

    @property
    def mail_from(self) -> str:
        return self.sender if self.reverse_path is None else self.reverse_path


Make = Callable[[], Iterator[Specimen]]
"""Yields the variants of a kind, a light one first."""

Group = Mapping[int, Make]
"""Kinds by their number in the list of bad input."""
