"""What a message is to this program: values, read once, never written to.

They have no slots because they cross to another process, and slots are pickled slowly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Address:
    """A mailbox as RFC 5322 §3.4 has it; `address` is lower-cased."""

    address: str
    name: str = ""

    @property
    def local(self) -> str:
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Attachment:
    """A part that is named to people but never opened; `size` in octets."""

    name: str
    content_type: str
    size: int
    is_inline: bool = False
    """Shown within the text or part of its form: a logo, an electronic signature."""


@dataclass(frozen=True)
class Headers:
    """Header fields in their order, found without regard to case.

    Values are unfolded and decoded (RFC 2047), control characters replaced by spaces.
    """

    fields: tuple[tuple[str, str], ...] = ()
    index: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, tuple[str, ...]] = {}
        for name, value in self.fields:
            key = name.lower()
            index[key] = (*index.get(key, ()), value)
        object.__setattr__(self, "index", index)

    def all(self, name: str) -> tuple[str, ...]:
        return self.index.get(name.lower(), ())

    def first(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.index

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)


@dataclass(frozen=True)
class Message:
    """One mail, read; every field is safe to use whatever the bytes were.

    `text` is the writer's own new text. What they quoted, forwarded, signed and what a
    machine appended (disclaimers) stand in fields of their own.
    """

    sha256: str
    size: int
    core: str | None = None
    """sha256 without what servers wrote on top: alike in all copies of one mail. None
    where neither Message-ID nor Date tells it from another one in the same words."""
    headers: Headers = Headers()
    has_whole_header: bool = True
    """False where the header may go on behind what was read of it."""
    subject: str = ""
    from_: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    resent: tuple[Address, ...] = ()
    return_path: str | None = None
    """Lower-cased; '' for the null reverse-path, None where the field is missing."""
    message_id: str | None = None
    references: tuple[str, ...] = ()
    """In-Reply-To, then References: only ids of RFC 5322 §3.6.4 grammar, with <>."""
    returned_ids: tuple[str, ...] = ()
    """Message-IDs of mail that this one reports on or returns (RFC 3464, RFC 8098)."""
    reported_to: tuple[str, ...] = ()
    """Addresses that a report names, lower-cased: who was not reached is among them."""
    report_actions: tuple[str, ...] = ()
    """What a delivery report says: `failed`, `delayed` … (RFC 3464 §2.3.3)."""
    dated: datetime | None = None
    content_type: str = "text/plain"
    part_types: tuple[str, ...] = ()
    text: str = ""
    forwarded: str = ""
    quoted: str = ""
    signature: str = ""
    attachments: tuple[Attachment, ...] = ()
    defects: tuple[str, ...] = ()
    """What could not be read, in words."""

    @property
    def sender(self) -> Address | None:
        """The one author, or None where From is missing or names several."""
        return self.from_[0] if len(self.from_) == 1 else None
