"""A mailbox in memory with the public methods of `triage.mailbox.ImapMailbox`.

tests/mailbox/test_contract.py examines it beside the real one. What a test does to it
as somebody else (delivering, expunging, renumbering, failing) has names of its own.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from types import TracebackType
from typing import Self

from triage.errors import ConfigError, TransientError, TriageError
from triage.mailbox.account import Limits, Selected
from triage.mailbox.folders import folder_problems
from triage.mailbox.imap import require_our_id
from triage.message.arrival import Fetched, Listed

UNNUMBERED = frozenset(
    {
        "select",
        "find",
        "ensure_folders",
        "check_filing",
        "standing",
        "sent_folder",
    }
)
"""Methods that name no UID."""
SENT = "Sent"
"""Marked as the folder of sent mail, where there is one."""
ARRIVAL = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in a folder."""

    uid: int
    octets: bytes
    received_at: datetime
    flags: frozenset[str] = frozenset()


class FakeMailbox:
    """One folder of an account that exists only here."""

    def __init__(self, folder: str = "INBOX", limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits or Limits()
        self.uidvalidity = 1
        self.can_file = True
        self.folders: dict[str, list[Kept]] = {folder: []}
        self.unreadable: Mapping[int, str] = {}
        self.failures: dict[str, list[TriageError]] = defaultdict(list)
        """By method: raised one after the other, before the method does anything."""
        self.calls: list[str] = []
        self._next_uid: dict[str, int] = defaultdict(lambda: 1)
        self._listed_next = 1
        self._known: int | None = None
        self._is_connected = False
        self._is_interrupted = False
        self._news = threading.Condition()

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def beside(self, folder: str) -> Self:
        """Return another connection to the same account, for another folder."""
        other = type(self)(folder, self.limits)
        self.folders.setdefault(folder, [])
        other.folders = self.folders
        other._next_uid = self._next_uid
        return other

    def connect(self) -> None:
        self.calls.append("connect")
        if self._is_interrupted:
            raise TransientError("interrupted")
        self._raise_next("connect")
        self._is_connected = True

    def close(self) -> None:
        self._is_connected = False

    def interrupt(self) -> None:
        self._is_interrupted = True
        with self._news:
            self._news.notify_all()

    def select(self) -> Selected:
        self._begin("select")
        if self._known != self.uidvalidity:
            self._listed_next = self._next_uid[self.folder]
        self._known = self.uidvalidity
        messages = self.folders[self.folder]
        return Selected(self.uidvalidity, self._next_uid[self.folder], len(messages))

    def uids(self) -> list[int]:
        self._begin("uids")
        self._listed_next = self._next_uid[self.folder]
        return sorted(kept.uid for kept in self.folders[self.folder])

    def peek(self, uids: Iterable[int]) -> Iterator[Listed]:
        for uid in uids:
            self._begin("peek")
            kept = self._kept(uid)
            if kept is not None and uid not in self.unreadable:
                end = kept.octets.find(b"\r\n\r\n")
                header = kept.octets if end < 0 else kept.octets[: end + 4]
                yield Listed(
                    uid,
                    len(kept.octets),
                    kept.received_at,
                    header[: self.limits.header],
                )

    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]:
        for one in listed:
            self._begin("fetch")
            kept = self._kept(one.uid)
            if kept is None or one.uid in self.unreadable:
                continue
            if len(kept.octets) <= self.limits.whole:
                yield Fetched(one.uid, kept.octets)
            else:
                raw = _abridged(kept.octets)
                yield Fetched(one.uid, raw, is_whole=False, size=len(kept.octets))

    def turn_to(self, folder: str) -> None:
        self.calls.append("turn_to")
        if folder != self.folder:
            self.folder = folder
            self._known = None

    def standing(self, wanted: Iterable[str]) -> dict[str, Selected]:
        self._begin("standing")
        return {
            folder: Selected(
                self.uidvalidity, self._next_uid[folder], len(self.folders[folder])
            )
            for folder in wanted
            if folder in self.folders
        }

    def sent_folder(self) -> str | None:
        self._begin("sent_folder")
        return SENT if SENT in self.folders else None

    def uids_since(self, day: date) -> list[int]:
        self._begin("uids_since")
        return sorted(
            kept.uid
            for kept in self.folders[self.folder]
            if kept.received_at.date() >= day
        )

    def check_filing(self) -> None:
        self._begin("check_filing")
        if not self.can_file:
            raise ConfigError("the server has neither MOVE nor UIDPLUS")

    def ensure_folders(self, folders: Iterable[str]) -> None:
        self._begin("ensure_folders")
        wanted = list(folders)
        problems = [problem for folder in wanted for problem in folder_problems(folder)]
        if problems:
            raise ConfigError(*problems)
        for folder in wanted:
            self.folders.setdefault(folder, [])

    def file(self, uids: Iterable[int], folder: str) -> frozenset[int]:
        wanted = frozenset(uids)
        self.ensure_folders([folder])
        if folder == self.folder:
            raise ConfigError(
                f'mail cannot be filed in "{folder}", where it comes from'
            )
        self._begin("file")
        for kept in list(self.folders[self.folder]):
            if kept.uid in wanted:
                self.folders[self.folder].remove(kept)
                self._keep(replace(kept, uid=self._give_uid(folder)), folder)
        return wanted

    def find(self, message_id: str, folder: str) -> bool:
        require_our_id(message_id)
        self._begin("find")
        if folder not in self.folders:
            raise TransientError(f'the folder "{folder}" does not exist')
        return any(
            message_from_bytes(kept.octets).get("Message-ID", "").strip() == message_id
            for kept in self.folders[folder]
        )

    def uids_named(self, message_id: str) -> list[int]:
        require_our_id(message_id)
        self._begin("uids_named")
        return [
            kept.uid
            for kept in self.folders[self.folder]
            if message_from_bytes(kept.octets).get("Message-ID", "").strip()
            == message_id
        ]

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self._begin("wait")
        until = time.monotonic() + seconds
        with self._news:
            while (
                not self._has_news() and not stop.is_set() and not self._is_interrupted
            ):
                if (left := until - time.monotonic()) <= 0:
                    break
                self._news.wait(min(left, 0.02))
        if self._is_interrupted:
            raise TransientError("interrupted")
        return self._has_news()

    def deliver(
        self,
        octets: bytes,
        received_at: datetime = ARRIVAL,
        folder: str | None = None,
        flags: Iterable[str] = (),
    ) -> int:
        """Put a message into a folder; return its UID."""
        into = folder or self.folder
        uid = self._give_uid(into)
        self._keep(Kept(uid, octets, received_at, frozenset(flags)), into)
        return uid

    def expunge(self, uid: int) -> None:
        """Remove a message, as another mail program would."""
        messages = self.folders[self.folder]
        messages[:] = [kept for kept in messages if kept.uid != uid]

    def renumber(self) -> None:
        """Give all messages new UIDs under a new UIDVALIDITY."""
        self.uidvalidity += 1
        self.folders[self.folder][:] = [
            replace(kept, uid=number)
            for number, kept in enumerate(self.folders[self.folder], start=1)
        ]
        self._next_uid[self.folder] = len(self.folders[self.folder]) + 1

    def give_uids_again(self, uidnext: int) -> None:
        """Go on numbering from an earlier UID, as after a restoration."""
        self._next_uid[self.folder] = uidnext

    def _begin(self, method: str) -> None:
        self.calls.append(method)
        if not self._is_connected or self._is_interrupted:
            self._is_connected = False
            raise TransientError("not connected")
        self._raise_next(method)
        if method not in UNNUMBERED and self._known != self.uidvalidity:
            if self._known is not None:
                self._is_connected = False
                raise TransientError("the folder has been numbered anew")
            self._known = self.uidvalidity

    def _raise_next(self, method: str) -> None:
        if self.failures[method]:
            failure = self.failures[method].pop(0)
            self._is_connected = not isinstance(failure, TransientError)
            raise failure

    def _kept(self, uid: int) -> Kept | None:
        return next(
            (kept for kept in self.folders[self.folder] if kept.uid == uid), None
        )

    def _give_uid(self, folder: str) -> int:
        self._next_uid[folder] += 1
        return self._next_uid[folder] - 1

    def _keep(self, kept: Kept, folder: str) -> None:
        with self._news:
            self.folders.setdefault(folder, []).append(kept)
            self._news.notify_all()

    def _has_news(self) -> bool:
        return any(kept.uid >= self._listed_next for kept in self.folders[self.folder])


def _abridged(octets: bytes) -> bytes:
    message = message_from_bytes(octets)
    for part in message.walk():
        if not part.is_multipart() and part.get_content_maintype() != "text":
            part["X-Triage-Octets"] = str(len(part.get_payload(decode=True) or b""))
            part.set_payload("")
    return message.as_bytes()
