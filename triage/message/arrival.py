"""A message as it lies in a mailbox, before it is read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a message without its body: a peek at the header block."""

    uid: int
    size: int
    """RFC822.SIZE, in octets."""
    received_at: datetime
    """INTERNALDATE, aware: the start of the clock."""
    header: bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a message, whole or with the contents of large parts left out.

    Where `is_whole` is false, `raw` is a valid message of the same structure whose
    attachments are empty and carry their octet count in the part field X-Triage-Octets.
    """

    uid: int
    raw: bytes
    is_whole: bool = True
    size: int | None = None
    """RFC822.SIZE where `raw` is abridged; None: that of `raw`."""
