"""Copies that were made and not noted, at a server without MOVE.

A process may be killed, or a connection break, between the copy of a message and the
removal of its original. Copied again, it would lie twice where people work. So the
folder is looked through first: by arrival and size, then header, then bytes. Nothing
that a stranger wrote is put into a command. Two mails with the very same bytes, one of
them filed before, may become one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from triage.mailbox.reading import PEEKED_AT_ONCE, read_headers, read_messages
from triage.mailbox.session import Session
from triage.message.arrival import Listed

_ANSWER = 16_000_000
_DAY = timedelta(days=1)


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
