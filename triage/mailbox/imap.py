"""The mailbox as the jobs see it; the package's docstring lists what it promises."""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from time import monotonic
from typing import TypeVar

from typing_extensions import override

from triage.errors import ConfigError, TransientError
from triage.mailbox import asking, filing, reading
from triage.mailbox.account import Account, Limits, Selected
from triage.mailbox.copies import Copies
from triage.mailbox.session import Session
from triage.mailbox.strikes import Strikes
from triage.message.arrival import Fetched, Listed

_LIMITS = Limits()
_SEARCH_WINDOW = 50_000
_SEARCH_ANSWER = 16_000_000
_FILED_AT_ONCE = 200
_STOP_SLICE = 0.5
_OUR_ID = re.compile(r"<[A-Za-z0-9._=+-]{1,200}@[A-Za-z0-9.-]{1,200}>")
_NO_ANSWER = "the server does not give it, or gives much less than its size"
_T = TypeVar("_T", Listed, Fetched)


class ImapMailbox(Session):
    """One folder of one account; one thread. See the package for the whole contract."""

    def __init__(
        self, account: Account, limits: Limits = _LIMITS, *, idles: bool = True
    ) -> None:
        super().__init__(account, limits)
        self._idles = idles
        self._strikes_in = {account.folder: Strikes()}
        self._numbered_in: dict[str, int] = {}
        """The UIDVALIDITY by folder, as last seen; what is given up goes by it."""
        self._selected: Selected | None = None
        self._is_home = False
        self._next_uid = 1
        self._ensured: set[str] = set()
        self._may_file = False
        self._copies = Copies()
        self._tried: set[int] = set()
        """UIDs that were to be moved, by attempts that were not answered well."""

    @property
    def _strikes(self) -> Strikes:
        return self._strikes_in.setdefault(self.account.folder, Strikes())

    @property
    def unreadable(self) -> Mapping[int, str]:
        """UIDs that failed three times, with the reason; a person must look at them."""
        return self._strikes.given_up

    @override
    def discard(self) -> None:
        self._is_home = False
        self._ensured.clear()
        self._may_file = False
        super().discard()

    def select(self) -> Selected:
        """Open the folder read-only; UIDs are those of its UIDVALIDITY from now on."""
        folder = self.account.folder
        selected = self.open_folder(folder)
        if self._numbered_in.get(folder) != selected.uidvalidity:
            self._numbered_in[folder] = selected.uidvalidity
            self._strikes.forget_all_but(())
        if self._selected is None or selected.uidvalidity != self._selected.uidvalidity:
            self._copies.begin(selected.uidnext)
            self._tried.clear()
            self._next_uid = selected.uidnext or 1
        self._selected = selected
        self._is_home = True
        return selected

    def uids(self) -> list[int]:
        """Return every UID in the folder, ascending; asked for in windows of UIDs."""
        uidnext = self._home().uidnext or 1
        found: list[int] = []
        low, width = 1, _SEARCH_WINDOW
        while low + width < uidnext:
            some = self._search(low, str(low + width - 1))
            found += some
            low += width
            width = width * 2 if len(some) * 4 < width else _SEARCH_WINDOW
        found += self._search(low, "*")
        self._strikes.forget_all_but(found)
        self._next_uid = max([uidnext, *(uid + 1 for uid in found[-1:])])
        return found

    def peek(self, uids: Iterable[int]) -> Iterator[Listed]:
        """Yield what is known of each message without its body."""
        for batch in self._strikes.grouped(
            uids, int, lambda _: 1, reading.PEEKED_AT_ONCE
        ):
            self._home()
            with self._strikes.counted(batch):
                found = {one.uid: one for one in reading.read_headers(self, batch)}
            yield from self._answered(batch, found)

    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]:
        """Yield the messages in their order, large ones without their attachments."""
        for batch in self._strikes.grouped(
            listed,
            lambda one: one.uid,
            self._share_of_a_batch,
            self.limits.batch_octets,
        ):
            self._home()
            uids = [one.uid for one in batch]
            with self._strikes.counted(uids):
                suspects = {uid for uid in uids if self._strikes.is_last_try(uid)}
                found = {
                    one.uid: one for one in reading.read_messages(self, batch, suspects)
                }
            for fetched in self._answered(uids, found):
                self._strikes.clear(fetched.uid)
                yield fetched

    def turn_to(self, folder: str) -> None:
        """Let this connection be one to another folder, to be selected anew.

        Raises ConfigError for a name that no folder can have.
        """
        if folder != self.account.folder:
            self.account = replace(self.account, folder=folder)
            self._selected = None
            self._is_home = False
            self._may_file = False

    def standing(self, wanted: Iterable[str]) -> dict[str, Selected]:
        """Tell how folders are without opening them; what is missing is left out."""
        with self.step("asking how folders are") as client:
            # What is said of an open folder may be old otherwise (RFC 9051 §6.3.11).
            client.noop()
        found = ((folder, asking.standing(self, folder)) for folder in wanted)
        return {folder: each for folder, each in found if each is not None}

    def sent_folder(self) -> str | None:
        """Return the folder that the server marks as that of sent mail (RFC 6154)."""
        return asking.marked(self, rb"\Sent")

    def rights(self, folder: str) -> str | None:
        """Return our rights in a folder; None where the server does not tell."""
        return asking.rights(self, folder)

    def uids_since(self, day: date) -> list[int]:
        """Return the UIDs of what arrived on a day or later, in the server's zone."""
        self._home()
        with self.step("looking for mail", lines=_SEARCH_ANSWER) as client:
            return sorted(client.search(["SINCE", day]))

    def check_filing(self) -> None:
        """Raise ConfigError where nothing can be filed without touching others."""
        if not self._may_file:
            self._is_home = False
            filing.check_filing(self)
            self._may_file = True

    def ensure_folders(self, folders: Iterable[str]) -> None:
        """Make and subscribe to what is missing; ConfigError has every problem."""
        missing = [folder for folder in folders if folder not in self._ensured]
        filing.ensure_folders(self, missing)
        self._ensured.update(missing)

    def file(self, uids: Iterable[int], folder: str) -> frozenset[int]:
        """Move messages; return those that are no longer here, whoever moved them.

        Moving again what has been moved does nothing.
        """
        wanted = sorted(set(uids))
        self.ensure_folders([folder])
        if self.spelled(folder) == self.spelled(self.account.folder):
            raise ConfigError(
                f'mail cannot be filed in "{folder}", where it comes from'
            )
        left: set[int] = set()
        for start in range(0, len(wanted), _FILED_AT_ONCE):
            batch = wanted[start : start + _FILED_AT_ONCE]
            self._look_for_copies(batch, folder)
            self._home(writable=True)
            if not self._tried.isdisjoint(batch):
                # Some servers move, say BAD, and say BAD again of what is gone.
                batch = filing.still_here(self, batch)
            if batch:
                left.update(self._moved(batch, folder))
        return frozenset(wanted) - left

    def _moved(self, uids: list[int], folder: str) -> list[int]:
        """Move messages; return those that are here still."""
        self._tried.update(uids)
        try:
            if filing.can_move(self):
                filing.move(self, uids, self.spelled(folder))
                left = filing.still_here(self, uids)
            else:
                left = self._copied_and_removed(uids, folder)
        except TransientError:
            # A copy may have been made whose answer was not heard.
            self._copies.doubt(uids)
            raise
        self._tried.difference_update(uids)
        self._copies.forget(set(uids).difference(left))
        return left

    def _copied_and_removed(self, uids: list[int], folder: str) -> list[int]:
        """Remove what has a copy; return those that are here still."""
        copies, name = self._copies, self.spelled(folder)
        if new := copies.to_make(uids, name):
            copies.note(filing.copy(self, new, name), name)
        if untold := copies.missing(uids, name):
            copies.look_for(self, untold, self.account.folder, folder)
            self._home(writable=True)
            untold = copies.missing(untold, name)
        if made := [uid for uid in uids if uid not in untold]:
            filing.remove(self, made)
        left = filing.still_here(self, uids)
        if lost := len(set(left).intersection(untold)):
            self.discard()
            what = "1 message is" if lost == 1 else f"{lost} messages are"
            raise TransientError(
                f'{self.account} says that {what} copied into "{folder}", '
                "but no copy is there: nothing is removed"
            )
        return left

    def _look_for_copies(self, uids: Iterable[int], folder: str) -> None:
        """Learn what lies in the folder already, where filing is not one step."""
        if filing.can_move(self):
            return
        if doubtful := self._copies.doubtful(uids, self.spelled(folder)):
            self._home()
            self._is_home = False
            self._copies.look_for(self, doubtful, self.account.folder, folder)

    def find(self, message_id: str, folder: str) -> bool:
        """True when a message of ours lies in a folder.

        Raises ValueError for an id that is not of our making: what strangers write
        is never put into a command.
        """
        require_our_id(message_id)
        self._is_home = False
        self.open_folder(folder)
        with self.step("looking for a reply of ours") as client:
            return bool(client.search(["HEADER", "Message-ID", message_id]))

    def uids_named(self, message_id: str) -> list[int]:
        """Return the UIDs of a mail of ours in our folder; ids as for `find`."""
        require_our_id(message_id)
        self._home()
        with self.step("looking for a mail of ours") as client:
            return sorted(client.search(["HEADER", "Message-ID", message_id]))

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for something new in the folder; False after so long, or on `stop`."""
        self._home()
        if self._has_news():
            return True
        with self.step("asking what the server can do") as client:
            idles = self._idles and client.can("IDLE")
        until = monotonic() + seconds
        while not stop.is_set() and (left := until - monotonic()) > 0:
            if self._watch(left, stop) if idles else self._doze(left, stop):
                return True
        return False

    def _watch(self, seconds: float, stop: threading.Event) -> bool:
        with self.step("waiting for new mail") as client:
            return client.connection.watch(
                min(seconds, self.limits.idle_renewal), stop, self.limits
            )

    def _doze(self, seconds: float, stop: threading.Event) -> bool:
        until = monotonic() + min(seconds, self.limits.poll)
        while not self.is_interrupted and (left := until - monotonic()) > 0:
            if stop.wait(min(left, _STOP_SLICE)):
                return False
        return self._has_news()

    def _home(self, *, writable: bool = False) -> Selected:
        """Make sure that our folder is open, numbered as the caller knows it."""
        known = self._selected
        if known is None:
            known = self.select()
        if self._is_home and not writable:
            return known
        self._is_home = False
        opened = self.open_folder(self.account.folder, writable=writable)
        if opened.uidvalidity != known.uidvalidity:
            self.discard()
            raise TransientError(f"{self.account}: the folder has been numbered anew")
        self._selected = opened
        self._is_home = not writable
        return opened

    def _search(self, low: int, high: str) -> list[int]:
        with self.step("looking for new mail", lines=_SEARCH_ANSWER) as client:
            # Some servers search what they showed before, and look for more afterwards.
            client.noop()
            client.connection.forget_announcements()
            found = client.search(["UID", f"{low}:{high}"])
        # `n:*` names the last message even when its UID is below n (RFC 9051 §6.4.8).
        return sorted({uid for uid in found if uid >= low})

    def _has_news(self) -> bool:
        if self._search(self._next_uid, "*"):
            return True
        with self.step("looking for new mail") as client:
            return client.connection.has_announced

    def _answered(self, uids: Iterable[int], found: Mapping[int, _T]) -> Iterator[_T]:
        for uid in uids:
            if uid in found:
                yield found[uid]
            else:
                self._strikes.add(uid, _NO_ANSWER)

    def _share_of_a_batch(self, listed: Listed) -> int:
        limits = self.limits
        if listed.size > limits.whole:
            return limits.batch_octets
        return listed.size + limits.batch_octets // limits.batch_messages


def require_our_id(message_id: str) -> None:
    """Raise ValueError where an id has more than a dot-atom, `@` and a host name."""
    if not _OUR_ID.fullmatch(message_id):
        raise ValueError("only a Message-ID of our own making is searched for")
