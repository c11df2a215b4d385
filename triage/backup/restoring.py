"""JOB after a restoration: what the mailbox shows that the store does not know.

It runs before anything is taken up. References that are seen in letters of ours are not
given again; mail of people that was taken up and filed since the backup is put back, so
that it gets a case; and nothing that lies in the mailbox now is answered by itself,
since it may have been answered before.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from triage.decision import is_ours
from triage.errors import TransientError
from triage.intake import Rulebook
from triage.intake.letters import restored_notice
from triage.message import Fetched, Listed, Message, peek
from triage.message.token import Minted
from triage.moved import known_again, known_by_header
from triage.store import Inbox, Store
from triage.store.restorations import Restoration

MOVED_AT_ONCE = 50

log = logging.getLogger(__name__)

T = TypeVar("T")


class Selected(Protocol):
    """What the folder said when it was opened."""

    @property
    def uidvalidity(self) -> int: ...


class Mailbox(Protocol):
    """The part of a mailbox that this job uses (see triage.mailbox)."""

    def connect(self) -> None: ...
    def close(self) -> None: ...
    def turn_to(self, folder: str) -> None: ...
    def ensure_folders(self, folders: Iterable[str]) -> None: ...
    def select(self) -> Selected: ...
    def uids(self) -> list[int]: ...
    def peek(self, uids: Sequence[int]) -> Iterator[Listed]: ...
    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]: ...
    def file(self, uids: Sequence[int], folder: str) -> frozenset[int]: ...


@dataclass(kw_only=True)
class Restoring:
    """Asks the mailbox once after a restoration; `run` does nothing otherwise."""

    inbox: Inbox
    mailbox: Mailbox
    """A connection of its own, which turns from folder to folder; then it is closed."""
    store: Store
    rulebook: Callable[[], Rulebook]
    clock: Callable[[], datetime]
    letters_in: Callable[[], tuple[str, ...]]
    """Folders where letters of ours lie: Sent, or where copies arrive."""
    files: bool = True
    """Whether mail is moved to its route's folder."""

    def run(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Make a restored store fit to be worked with.

        It asks before each mail whether it is to stop: large folders take their time,
        and who asks gets on. Raises TransientError then, as when the mailbox or the
        store fails: nothing may be taken up.
        """
        self.store.restorations.settle_answered(self.clock())
        pending = self.store.restorations.pending()
        if pending is None:
            return
        log.warning("the store was restored: asking the mailbox what it does not know")
        try:
            found = self._found(stopping)
        finally:
            self.mailbox.close()
        self._finish(pending, found)

    def _found(self, stopping: Callable[[], bool]) -> Counter[str]:
        found = Counter[str]()
        for folder in self.letters_in():
            self._learn_of_letters(folder, found, stopping)
        if self.files:
            for folder in self._route_folders():
                self._put_back(folder, found, stopping)
        self._mark_old_stock()
        return found

    def _learn_of_letters(
        self, folder: str, found: Counter[str], stopping: Callable[[], bool]
    ) -> None:
        """Note what letters say that were sent since the backup."""
        self._open(folder)
        for listed in _until(stopping, self.mailbox.peek(self.mailbox.uids())):
            head = peek(listed.header)
            ours = self.rulebook().ours_among([head.message_id or ""])
            if not ours or self.store.restorations.knows_letter(head.message_id or ""):
                continue
            found["letters of ours that the store does not know"] += 1
            self._skip_reference(ours[0])
            answered = [each for each in head.references if not self._is_ours(each)]
            self.store.restorations.note_answered(answered[-1:], self.clock())

    def _is_ours(self, message_id: str) -> bool:
        return bool(self.rulebook().ours_among([message_id]))

    def _skip_reference(self, letter: Minted) -> None:
        prefix, _, rest = letter.reference.partition("-")
        year, _, number = rest.partition("-")
        if year.isdecimal() and number.isdecimal():
            self.store.restorations.skip_references(prefix, int(year), int(number))

    def _put_back(
        self, folder: str, found: Counter[str], stopping: Callable[[], bool]
    ) -> None:
        """Move mail that the store does not know back to where it is taken up."""
        self._open(folder)
        unsure: dict[int, Listed] = {}
        for listed in _until(stopping, self.mailbox.peek(self.mailbox.uids())):
            head = peek(listed.header)
            if self._may_be_ours(head) and not known_by_header(self.store, listed):
                unsure[listed.uid] = listed
        unknown = [
            fetched.uid
            for fetched in _until(stopping, self.mailbox.fetch(unsure.values()))
            if known_again(self.store, unsure[fetched.uid], fetched) is None
        ]
        for start in _until(stopping, range(0, len(unknown), MOVED_AT_ONCE)):
            moved = unknown[start : start + MOVED_AT_ONCE]
            self.mailbox.file(moved, self.inbox.folder)
            found["mails put back to be taken up"] += len(moved)

    def _may_be_ours(self, head: Message) -> bool:
        rulebook = self.rulebook()
        return is_ours(head, rulebook.ruleset, bool(rulebook.proven_cases(head)))

    def _mark_old_stock(self) -> None:
        uidvalidity = self._open(self.inbox.folder).uidvalidity
        upto = max(self.mailbox.uids(), default=0)
        self.store.restorations.mark_old_stock(self.inbox, uidvalidity, upto)

    def _finish(self, pending: Restoration, found: Counter[str]) -> None:
        now = self.clock()
        rulebook = self.rulebook()
        with self.store.batch():
            self.store.restorations.finish(found, now)
            letter = restored_notice(pending, found, rulebook, now)
            if letter is not None:
                self.store.outbox.notify(letter, now)
        for what, number in found.items():
            log.warning("after the restoration: %d %s", number, what)

    def _route_folders(self) -> list[str]:
        tables = self.rulebook().ruleset.tables
        return list(dict.fromkeys(route.folder for route in tables.route))

    def _open(self, folder: str) -> Selected:
        self.mailbox.connect()
        if folder != self.inbox.folder:
            self.mailbox.ensure_folders([folder])
        self.mailbox.turn_to(folder)
        return self.mailbox.select()


def _until(stopping: Callable[[], bool], items: Iterable[T]) -> Iterator[T]:
    """Yield one after the other; raises TransientError once it is to stop."""
    for item in items:
        if stopping():
            raise TransientError("it was told to stop")
        yield item
