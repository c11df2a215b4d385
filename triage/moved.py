"""Mails that were taken up, known again where a person moved them.

A mail is known by its bytes; where a server changes them, by its Message-ID, its writer
and its moment of arrival together. A mail that a filter rule, or the address that its
sender chose, put into a folder on arrival was there before it was filed: only where the
folder was seen without it since, a person moved it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from triage.message import Fetched, Listed, peek
from triage.store import Filed, Store


class Selected(Protocol):
    """What a folder said of itself."""

    @property
    def uidvalidity(self) -> int: ...
    @property
    def uidnext(self) -> int | None: ...


class Folder(Protocol):
    """The part of a mailbox that looks at mails (see triage.mailbox)."""

    @property
    def unreadable(self) -> Mapping[int, str]: ...
    def connect(self) -> None: ...
    def select(self) -> Selected: ...
    def uids(self) -> list[int]: ...
    def peek(self, uids: Sequence[int]) -> Iterator[Listed]: ...
    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]: ...


def known_again(store: Store, listed: Listed, fetched: Fetched) -> Filed | None:
    """Return what was taken up and lies here now."""
    by_bytes = store.handed_in.by_bytes(hashlib.sha256(fetched.raw).hexdigest())
    return by_bytes or known_by_header(store, listed)


def known_by_header(store: Store, listed: Listed) -> Filed | None:
    """Return what was taken up with this Message-ID, writer and moment of arrival."""
    head = peek(listed.header)
    if head.message_id is None or head.sender is None:
        return None
    return store.handed_in.by_id(
        head.message_id, head.sender.address, listed.received_at
    )


def read(mailbox: Folder, uids: Sequence[int]) -> Iterator[tuple[Listed, Fetched]]:
    """Peek at mails and fetch them, as intake did."""
    listed = {each.uid: each for each in mailbox.peek(uids)}
    for fetched in mailbox.fetch(listed.values()):
        yield listed[fetched.uid], fetched
