"""Who writes, what a letter needs to know, and the letter as bytes.

A `Letter` holds no subject, name or text of a sender, and what a sender chose (`to`,
the message ids) is never shown to a template.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from triage.errors import ConfigError, MessageError
from triage.reply.grammar import is_address, is_line, is_reference, is_token
from triage.workdays import Due

LANGUAGE = "en-GB"
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who writes, and every address and link that a letter may name.

    Dates are printed in `timezone`; `loop_mark` is the value of our X-Triage-Loop.
    `envelope_address` may be empty: the null reverse-path (RFC 3834 §3.3).
    Raises ConfigError with every value that could not stand in a mail.
    """

    name: str
    short_name: str
    team: str
    phone: str
    from_address: str
    from_name: str
    message_id_domain: str
    loop_mark: str
    timezone: ZoneInfo
    envelope_address: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if problems := tuple(self._problems()):
            raise ConfigError(*problems)

    def _problems(self) -> Iterator[str]:
        lines = {
            "name": self.name,
            "short_name": self.short_name,
            "team": self.team,
            "phone": self.phone,
            "from_name": self.from_name,
        }
        addresses = {
            "from_address": self.from_address,
            "envelope_from": self.envelope_address or self.from_address,
            **{f"contacts.{name}": address for name, address in self.contacts.items()},
        }
        for name, text in lines.items():
            if not is_line(text):
                yield f"`{name}` must be one line of text, and not empty"
        for name, address in addresses.items():
            if not is_address(address):
                yield f"`{name}` must be a plain e-mail address"
        for name in (name for name, link in self.links.items() if not _is_link(link)):
            yield f"`links.{name}` must be an https:// address without spaces"
        if not is_address(f"triage@{self.message_id_domain}"):
            yield "the `domain` of our references must be a domain name"
        if not is_token(self.loop_mark):
            yield "the loop mark must be letters, digits, dots and hyphens only"


def _is_link(text: str) -> bool:
    if not (is_line(text) and text.isascii()) or any(mark in text for mark in " <>\"'"):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a person is told that we decided; sentences of the rules."""

    says: str
    why: str
    until: date | None = None
    """The last day on which it holds; None: it is over."""

    def __post_init__(self) -> None:
        if not (is_line(self.says) and is_line(self.why)):
            raise MessageError("a restriction is told in sentences of one line")


@dataclass(frozen=True, slots=True)
class Letter:
    """One reply to a person, before it is worded.

    `kind` is what it is within its case, `missing` the ids of what a complaint lacks,
    and `series` the title of the exam series that is running. `in_reply_to` and
    `references` are the sender's: those that break the grammar are left out.
    """

    template: str
    kind: str
    to: str
    reference: str
    message_id: str
    received_at: datetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    acknowledge: Due | None = None
    respond: Due | None = None
    answer_by: datetime | None = None
    """The date of the answer where it stands already, and is not counted afresh."""
    is_complete: bool = False
    """Whether what was missing has come, all of it."""
    series: str | None = None
    restriction: Restriction | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody who must hear from us by a day: a line of a reminder."""

    reference: str
    route: str
    """The route's title."""
    at: datetime
    is_late: bool = False
    letter: int | None = None
    """The number of the letter that waits for approval."""
    owner: str | None = None
    """Who works on the case."""
    is_last: bool = False
    """It is before somebody senior; the answer is final."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list under a heading; every cell is one line of ours, without an address."""

    title: str
    count: int | None
    """How many there are; `rows` may be only the first of them."""
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """A sentence below the rows, or in their place."""
    is_pressing: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A short mail to one of us: a contact who is told at once, or the team.

    `why` are sentences of the rules or of this program, never a sender's words; an
    address in one of them, or a reference that is none, raises MessageError.
    """

    template: str
    kind: str
    to: str
    message_id: str
    why: tuple[str, ...]
    reference: str | None = None
    route: str | None = None
    """The route's title."""
    folder: str | None = None
    priority: str = "normal"
    received_at: datetime | None = None
    acknowledge: Due | None = None
    respond: Due | None = None
    waiting: tuple[Duty, ...] = ()
    """Letters that wait for approval."""
    owed: tuple[Duty, ...] = ()
    """Acknowledgements that a person must write."""
    answers: tuple[Duty, ...] = ()
    """Answers that a person must write."""
    requests: tuple[Duty, ...] = ()
    """Requests about personal data."""
    tables: tuple[Table, ...] = ()
    """What a digest lists."""

    def __post_init__(self) -> None:
        for reason in self.why:
            if not is_line(reason) or "@" in reason or len(reason) > LONGEST_REASON:
                raise MessageError("a notice gives a reason that is not one plain line")
        if self.reference is not None and not is_reference(self.reference):
            raise MessageError("a notice names a case reference that is none")
        for text in (text for table in self.tables for text in _texts(table)):
            if not is_line(text) or "@" in text:
                raise MessageError("a notice lists what is not one plain line")


def _texts(table: Table) -> Iterator[str]:
    yield table.title
    yield from table.headings
    for row in table.rows:
        yield from row
    if table.note:
        yield table.note


@dataclass(frozen=True, slots=True)
class Wording:
    """What a template says, in both forms, with line feeds as line ends."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail as it goes to the outbox: whole, checked, never changed again."""

    data: bytes
    to: str
    subject: str
    message_id: str
    kind: str
