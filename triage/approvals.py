"""JOB folder for approval → letter queued, mail back in its folder.

An officer approves in the mail program: they move a complaint into the folder for
approval (or for rejection), and the letter that waits for it goes out (or never does).
The decision is committed first; moving the mail back can be repeated.

Only a mail that was taken up and that a person moved counts (triage.moved). Everything
else in the folder is left as it is.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from typing_extensions import override

from triage.message import Fetched, Listed
from triage.moved import Folder, known_again, read
from triage.ruleset.schema import Modes
from triage.store import Filed, HandedIn, IllegalMoveError, Spot, Store

NOT_TAKEN_UP = "it is no mail that was taken up"
NOT_HERE = "another mailbox took it up: its reply is decided about in the folders there"
NOTHING_WAITS = "no reply to it waits for approval"
MOVE_AGAIN = (
    "it may have been there before it was filed: to decide about its reply,"
    " move it out of this folder and in again"
)
BEFORE_US = "it was there before this folder was first looked at"
UNREADABLE = "the server does not give it"

log = logging.getLogger(__name__)


class Mailbox(Folder, Protocol):
    """The part of a mailbox that this job uses (see triage.mailbox)."""

    def check_filing(self) -> None: ...
    def ensure_folders(self, folders: Iterable[str]) -> None: ...
    def turn_to(self, folder: str) -> None: ...
    def file(self, uids: Sequence[int], folder: str) -> frozenset[int]: ...


class Verdict(StrEnum):
    """What moving a mail into a folder means."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Look:
    """One look into a folder."""

    folder: str
    verdict: Verdict
    uidvalidity: int
    at: datetime
    before: datetime | None
    """When it was looked at before; None: never under this numbering."""
    left: Counter[str] = field(default_factory=Counter)
    """How many mails were left alone, by the reason."""


class Done(Counter[str]):
    """What one pass did: letters `approved` and `rejected`, mails `left alone`."""

    @override
    def __str__(self) -> str:
        words = (*Verdict, "left alone")
        return ", ".join(f"{self[word]} {word}" for word in words)


@dataclass(kw_only=True)
class Approvals:
    """Looks into the folders for approval; `run` is one pass and may be repeated."""

    mailbox: Mailbox
    """A connection of its own, which turns from folder to folder."""
    store: Store
    modes: Callable[[], Modes]
    """The rules' table as it is in force now."""
    clock: Callable[[], datetime]
    files: bool = True
    """Whether mail is moved to its route's folder."""

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Done:
        """Decide what people decided by moving mails, and move these back.

        Raises TransientError when the mailbox or the store fails, ConfigError where
        the folder cannot be used.
        """
        done = Done()
        modes = self.modes()
        for folder, verdict in (
            (modes.approved_folder, Verdict.APPROVED),
            (modes.rejected_folder, Verdict.REJECTED),
        ):
            if folder is not None and not stopping():
                self._look_into(folder, verdict, done)
        return done

    def _look_into(self, folder: str, verdict: Verdict, done: Done) -> None:
        mailbox = self.mailbox
        mailbox.connect()
        mailbox.ensure_folders([folder])
        mailbox.turn_to(folder)
        if self.files:
            mailbox.check_filing()
        uidvalidity = mailbox.select().uidvalidity
        rows = self.store.handed_in
        before = rows.last_look(folder, uidvalidity)
        look = Look(folder, verdict, uidvalidity, self.clock(), before)
        uids = mailbox.uids()
        new = sorted(set(uids) - rows.known(folder, uidvalidity))
        self._decide_about(new, look, done)
        rows.note_look(folder, uidvalidity, uids, look.at)
        for reason, number in look.left.items():
            log.warning('%d mails in "%s" are left alone: %s', number, folder, reason)
            done["left alone"] += number
        self._move_back(look)

    def _decide_about(self, new: Sequence[int], look: Look, done: Done) -> None:
        if look.before is None:
            with self.store.batch():
                for uid in new:
                    self._leave(uid, BEFORE_US, look)
            return
        for listed, fetched in read(self.mailbox, new):
            with self.store.batch():
                self._decide(listed, fetched, look, done)
        for uid in sorted(self.mailbox.unreadable.keys() & set(new)):
            self._leave(uid, UNREADABLE, look)

    def _decide(self, listed: Listed, fetched: Fetched, look: Look, done: Done) -> None:
        filed = known_again(self.store, listed, fetched)
        if filed is None:
            self._leave(listed.uid, NOT_TAKEN_UP, look)
        elif not filed.is_ours:
            self._leave(listed.uid, NOT_HERE, look)
        elif look.before is None or look.before < filed.since:
            self._leave(listed.uid, MOVE_AGAIN, look)
        elif not filed.waiting:
            self._leave(listed.uid, NOTHING_WAITS, look)
        else:
            self._carry_out(listed.uid, filed, look, done)

    def _carry_out(self, uid: int, filed: Filed, look: Look, done: Done) -> None:
        """Decide about the first letter that waits: one move, one letter."""
        letter = filed.waiting[0]
        try:
            match look.verdict:
                case Verdict.APPROVED:
                    by = f"a colleague who moved the mail to {look.folder}"
                    self.store.approvals.approve(letter, look.at, by)
                case Verdict.REJECTED:
                    why = f"the mail was moved to {look.folder}"
                    self.store.approvals.reject(letter, look.at, "a colleague", why)
        except IllegalMoveError:
            self._leave(uid, NOTHING_WAITS, look)
            return
        self.store.handed_in.note(
            HandedIn(
                spot=Spot(look.folder, look.uidvalidity, uid),
                at=look.at,
                letter=letter,
                reason=look.verdict,
                back_to=filed.folder if self.files else None,
            )
        )
        log.info("letter %d is %s in the mail program", letter, look.verdict)
        done[look.verdict] += 1

    def _leave(self, uid: int, reason: str, look: Look) -> None:
        spot = Spot(look.folder, look.uidvalidity, uid)
        self.store.handed_in.note(
            HandedIn(spot=spot, at=look.at, letter=None, reason=reason)
        )
        look.left[reason] += 1

    def _move_back(self, look: Look) -> None:
        """Move what was decided about to its route's folder; may be repeated."""
        by_folder: dict[str, list[int]] = {}
        for uid, folder in self.store.handed_in.to_move(look.folder, look.uidvalidity):
            by_folder.setdefault(folder, []).append(uid)
        for folder, uids in by_folder.items():
            moved = self.mailbox.file(uids, folder)
            spots = [Spot(look.folder, look.uidvalidity, uid) for uid in moved]
            self.store.handed_in.mark_gone(spots, self.clock())
