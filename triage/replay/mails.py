"""What is replayed: mails of an archive, or what a store received."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from triage.decision import fingerprint
from triage.message import Message, parse
from triage.replay.archive import Entry
from triage.store import Store


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail to be judged once more; it is read once, whoever judges it."""

    name: str
    """Its file, or the case that it belongs to."""
    received_at: datetime
    raw: bytes = b""
    is_whole: bool = True
    known_cases: dict[str, str] = field(default_factory=dict, repr=False)
    """The case that a mail opened when it was received, by its Message-ID."""
    unreadable: str | None = None
    """Why there is nothing to judge."""

    @cached_property
    def message(self) -> Message:
        return parse(self.raw, is_whole=self.is_whole)

    @cached_property
    def fingerprint(self) -> bytes:
        return fingerprint(self.message.text)

    @cached_property
    def opened(self) -> str | None:
        """The case that this mail opened when it was received, where that is known.

        A copy of it opens nothing, so what is known is used once.
        """
        return self.known_cases.pop(self.message.message_id or "", None)


class Mails(Protocol):
    """Mails in the order of their arrival, read one by one while they are iterated."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Mail]: ...


@dataclass(frozen=True)
class MailsOfArchive:
    """The mails of an archive: only their dates and places are kept.

    A mail that cannot be read is among them. `known_cases` are those of a store that
    received mails of the archive (`Store.opened_by`).
    """

    dated: Sequence[tuple[datetime, Entry]]
    known_cases: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.dated)

    def __iter__(self) -> Iterator[Mail]:
        known_cases = dict(self.known_cases)
        for received_at, entry in self.dated:
            raw, unreadable = _read(entry)
            yield Mail(
                name=entry.name,
                received_at=received_at,
                raw=raw,
                known_cases=known_cases,
                unreadable=unreadable,
            )


def _read(entry: Entry) -> tuple[bytes, str | None]:
    """Return the bytes of a mail, or none and why."""
    try:
        return entry.read(), None
    except OSError as error:
        return b"", f"it cannot be read: {error.strerror}"


@dataclass(frozen=True)
class MailsOfStore:
    """What a store received, to be judged once more; its bytes come one by one."""

    store: Store
    since: datetime | None = None
    limit: int | None = None
    """So many of the latest."""

    def __len__(self) -> int:
        received = self.store.count_received(self.since)
        return received if self.limit is None else min(received, self.limit)

    def __iter__(self) -> Iterator[Mail]:
        known_cases = self.store.opened_by()
        for each in self.store.received(self.limit, self.since):
            yield Mail(
                name=each.reference or each.sha256[:12],
                received_at=each.received_at,
                raw=each.raw,
                is_whole=each.is_whole,
                known_cases=known_cases,
            )
