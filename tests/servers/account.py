"""A mail account as its server keeps it: folders, UIDs, flags, limits.

Others than the program act on it by the methods of `Account`; what an IMAP client may
do to it is in tests/servers/conversing.py.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

SENT, NO_SELECT = "\\Sent", "\\Noselect"
ARCHIVE = "Archive"
ELSEWHERE = "Elsewhere"
"""Where people put mail that nobody may have taken up before."""
FIRST_UIDVALIDITY = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """How a mail is made up, for clients that ask for parts of it."""

    structure: bytes
    """Its BODYSTRUCTURE."""
    sections: Mapping[str, bytes]


@dataclass(slots=True)
class Mail:
    """A message in a folder."""

    octets: bytes
    received_at: datetime
    flags: set[str] = field(default_factory=set)
    parts: Parts | None = None
    uid: int = 0

    @property
    def header(self) -> bytes:
        return self.octets.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


@dataclass(slots=True)
class Box:
    """A folder."""

    uidvalidity: int
    uidnext: int = 1
    mails: list[Mail] = field(default_factory=list)
    attributes: frozenset[str] = frozenset()
    is_read_only: bool = False
    is_full: bool = False
    is_forbidden: bool = False
    """Nobody may open it, or put anything into it."""
    _former: dict[int, Mail] = field(default_factory=dict)
    _former_uidvalidity: int = 0

    def add(self, mail: Mail) -> int:
        """Give a mail the next UID and keep it."""
        mail.uid = self.uidnext
        self.uidnext += 1
        self.mails.append(mail)
        return mail.uid

    def number_anew(self, uidvalidity: int) -> None:
        """Give everything new UIDs under a new UIDVALIDITY."""
        self._former = {mail.uid: mail for mail in self.mails}
        self._former_uidvalidity = self.uidvalidity
        self.uidvalidity, self.uidnext = uidvalidity, 1
        for mail in self.mails:
            mail.uid = self.uidnext
            self.uidnext += 1

    def number_as_before(self) -> None:
        """Give everything back the UIDs and UIDVALIDITY of the last numbering."""
        self.uidvalidity = self._former_uidvalidity
        for uid, mail in self._former.items():
            mail.uid = uid
        self.uidnext = max(self._former, default=0) + 1
        known = {id(mail) for mail in self._former.values()}
        for mail in self.mails:
            if id(mail) not in known:
                mail.uid = self.uidnext
                self.uidnext += 1

    def numbered(self, uids: Iterable[int]) -> list[Mail]:
        wanted = set(uids)
        return [mail for mail in self.mails if mail.uid in wanted]

    def holding(self, mark: bytes) -> list[Mail]:
        return [mail for mail in self.mails if mark in mail.octets]


class Account:
    """One user's folders; every access holds `lock`."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self.password = user, password
        self.lock = threading.RLock()
        self._last_uidvalidity = FIRST_UIDVALIDITY
        self.boxes: dict[str, Box] = {}
        self.make("INBOX")
        self.make("Sent", frozenset({SENT}))

    def make(self, folder: str, attributes: frozenset[str] = frozenset()) -> Box:
        """Return a folder, made when it is missing."""
        with self.lock:
            if folder not in self.boxes:
                self.boxes[folder] = Box(self.new_uidvalidity(), attributes=attributes)
            return self.boxes[folder]

    def new_uidvalidity(self) -> int:
        """Return a UIDVALIDITY that no folder had before."""
        self._last_uidvalidity += 1
        return self._last_uidvalidity

    def deliver(self, mail: Mail, folder: str = "INBOX") -> int:
        """Put a mail into a folder; return its UID."""
        with self.lock:
            return self.make(folder).add(mail)

    def carry(self, mark: bytes, source: str, target: str) -> int:
        """Move mails that contain some words, as a person does; tell how many."""
        with self.lock:
            box = self.boxes.get(source)
            mails = [] if box is None else box.holding(mark)
            for mail in mails:
                assert box is not None
                box.mails.remove(mail)
                self.deliver(mail, target)
            return len(mails)

    def archive(self, folder: str) -> None:
        """Put away all mail of a folder and remove it, as people do at a year's end."""
        with self.lock:
            self.carry(b"", folder, ARCHIVE)
            self.boxes.pop(folder, None)

    def rename(self, folder: str, to: str) -> None:
        """Give a folder another name, one that is free, where it is there."""
        with self.lock:
            while to in self.boxes:
                to += "'"
            if folder in self.boxes:
                self.boxes[to] = self.boxes.pop(folder)

    def contents(self) -> dict[str, tuple[bytes, ...]]:
        """Return everything that lies anywhere."""
        with self.lock:
            return {
                folder: tuple(mail.octets for mail in box.mails)
                for folder, box in self.boxes.items()
            }


def internal_date(moment: datetime) -> bytes:
    """Write INTERNALDATE, without its quotes."""
    at = moment.astimezone(UTC)
    return at.strftime("%d-%b-%Y %H:%M:%S +0000").encode("ascii")
