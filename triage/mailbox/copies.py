"""Copies in the place of MOVE: which were made, and which nobody noted.

A process may be killed, or a connection break, between the copy of a message and the
removal of its original. Copied again, it would lie twice where people work. And some
servers say OK without a copy; the original would be lost. So the folder is looked
through: by arrival and size, then header, then bytes. Nothing that a stranger wrote is
put into a command. Two mails with the very same bytes, one of them filed before, may
become one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from triage.mailbox.reading import PEEKED_AT_ONCE, read_headers, read_messages
from triage.mailbox.session import Session
from triage.message.arrival import Listed

MOST_COPIES = 3
"""So often a message is copied whose copy is not found, lest the server be filled."""
_ANSWER = 16_000_000
_DAY = timedelta(days=1)
_NEVER_UID = 2**32


class Copies:
    """What this process knows of copies of one folder's messages.

    In doubt is what was there before the process, whose predecessor may have been
    killed, and what an attempt that failed may have copied: one look ends the doubt.
    """

    def __init__(self) -> None:
        self._made: set[tuple[int, str]] = set()
        self._asked_for: Counter[tuple[int, str]] = Counter()
        self._doubted: set[int] = set()
        self._looked_for: set[int] = set()
        self._first_new = 1

    def begin(self, uidnext: int | None) -> None:
        """Forget all; messages with a lower UID than this were there before us."""
        for each in (self._made, self._asked_for, self._doubted, self._looked_for):
            each.clear()
        self._first_new = uidnext or _NEVER_UID

    def doubt(self, uids: Iterable[int]) -> None:
        """Note that messages may have been copied, or not."""
        self._doubted.update(uids)
        self._looked_for.difference_update(uids)

    def doubtful(self, uids: Iterable[int], name: str) -> list[int]:
        """Return those that must be looked for in a folder before they are copied."""
        return [
            uid
            for uid in self.missing(uids, name)
            if uid not in self._looked_for
            and (uid < self._first_new or uid in self._doubted)
        ]

    def look_for(
        self, session: Session, uids: Sequence[int], home: str, folder: str
    ) -> None:
        """Look which of these messages lie in a folder too, and end their doubt."""
        self.note(copied_before(session, uids, home, folder), session.spelled(folder))
        self._looked_for.update(uids)

    def note(self, uids: Iterable[int], name: str) -> None:
        """Note that copies are in a folder."""
        self._made.update((uid, name) for uid in uids)

    def forget(self, uids: Iterable[int]) -> None:
        """Forget what is gone; a restored server may give its UIDs again."""
        gone = frozenset(uids)
        self._made = {each for each in self._made if each[0] not in gone}
        for each in [each for each in self._asked_for if each[0] in gone]:
            del self._asked_for[each]
        self._doubted -= gone
        self._looked_for -= gone

    def missing(self, uids: Iterable[int], name: str) -> list[int]:
        """Return those of which no copy in a folder is known."""
        return [uid for uid in uids if (uid, name) not in self._made]

    def to_make(self, uids: Iterable[int], name: str) -> list[int]:
        """Return those that are to be copied now, and count them."""
        wanted = [
            uid
            for uid in self.missing(uids, name)
            if self._asked_for[uid, name] < MOST_COPIES
        ]
        self._asked_for.update((uid, name) for uid in wanted)
        return wanted


def copied_before(
    session: Session, uids: Sequence[int], home: str, folder: str
) -> set[int]:
    """Return which of these messages lie in the folder too; each copy counts once."""
    session.open_folder(home)
    originals = list(_headers(session, uids))
    if not originals:
        return set()
    session.open_folder(folder)
    # A day earlier: dates are those of the server's zone.
    since = min(one.received_at for one in originals).date() - _DAY
    with session.step("looking for copies", lines=_ANSWER) as client:
        there = sorted(client.search(["SINCE", since]))
    looks = {_look(one) for one in originals}
    alike = [one for one in _headers(session, there) if _look(one) in looks]
    copies = Counter(raw for _, raw in _bytes_of(session, alike))
    if not copies:
        return set()
    session.open_folder(home)
    found: set[int] = set()
    for uid, raw in _bytes_of(session, originals):
        if copies[raw]:
            copies[raw] -= 1
            found.add(uid)
    return found


def _look(listed: Listed) -> tuple[int, bytes]:
    return listed.size, listed.header


def _headers(session: Session, uids: Sequence[int]) -> Iterator[Listed]:
    for start in range(0, len(uids), PEEKED_AT_ONCE):
        yield from read_headers(session, uids[start : start + PEEKED_AT_ONCE])


def _bytes_of(
    session: Session, listed: Iterable[Listed]
) -> Iterator[tuple[int, bytes]]:
    """Yield messages one by one: large ones as far as they are ever read."""
    for one in listed:
        for fetched in read_messages(session, [one], ()):
            yield fetched.uid, fetched.raw
