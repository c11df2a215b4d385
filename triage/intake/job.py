"""One pass over a mailbox, and the guard around each message."""

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Protocol, TypeVar

from typing_extensions import override

from triage.decision import Sighting, is_looked_at, is_ours
from triage.errors import TransientError
from triage.intake.colleagues import belongs_to_case
from triage.intake.rulebook import Rulebook
from triage.intake.take_up import Taken, TakenUp, take_up
from triage.message import Fetched, Listed, Message, peek
from triage.reader import Reading, Unreadable
from triage.ruleset import Evidence
from triage.store import Balance, Inbox, Place, Rekeying, SetAside, Store
from triage.workdays import due

PEEK_AT_ONCE = 500
RECORD_AT_ONCE = 50
MOST_NAMED = 10
NOT_OURS = "its subject does not ask for us, and it belongs to no case"
BEFORE_US = "it arrived before triage began (`since` of the mailbox)"
REPORT = "multipart/report"
HEARTBEAT = "mailbox"
"""The name under which the store knows when a pass last went through."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class Selected(Protocol):
    """What the folder said when it was opened."""

    @property
    def uidvalidity(self) -> int: ...
    @property
    def uidnext(self) -> int | None: ...


class Mailbox(Protocol):
    """The part of a mailbox that intake uses (see triage.mailbox)."""

    @property
    def unreadable(self) -> Mapping[int, str]: ...
    def connect(self) -> None: ...
    def select(self) -> Selected: ...
    def uids(self) -> list[int]: ...
    def peek(self, uids: Sequence[int]) -> Iterator[Listed]: ...
    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]: ...
    def file(self, uids: Sequence[int], folder: str) -> frozenset[int]: ...


class Reader(Protocol):
    """Reads and matches messages in their order (see triage.reader)."""

    def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]: ...


class Pass(Counter[str]):
    """What one pass did: `left`, `recorded`, `set aside`, `filed`, in messages."""

    @override
    def __str__(self) -> str:
        words = ("recorded", "set aside", "filed", "left")
        return ", ".join(f"{self[word]} {word}" for word in words)


@dataclass(kw_only=True)
class Intake:
    """Takes up what is new in one mailbox; `run` is one pass and may be repeated."""

    inbox: Inbox
    mailbox: Mailbox
    reader: Reader
    store: Store
    rulebook: Rulebook
    clock: Callable[[], datetime]
    files: bool = True
    """Whether mail is moved to its route's folder."""
    since: date | None = None
    """Mail that arrived before this day is left alone; None: all is looked at."""
    _unaccounted: frozenset[int] = field(default=frozenset(), init=False)
    _looked_at: set[int] = field(default_factory=set, init=False)
    """What is not ours and read all the same."""
    _taken_up: list[tuple[int, TakenUp]] = field(default_factory=list, init=False)
    """UIDs and decisions of a batch that is not committed yet."""
    _passing: threading.Lock = field(default_factory=threading.Lock, init=False)

    @contextmanager
    def between_passes(self) -> Iterator[None]:
        """Keep passes waiting: the rulebook and the reader may be replaced inside.

        So the evidence and the judgement of a message are always of one edition.
        """
        with self._passing:
            yield

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Pass:
        """Take up everything new, then file what is recorded.

        Stops between two batches once `stopping()` holds. Raises TransientError when
        the mailbox or the store fails; whatever was recorded stays so.
        """
        done = Pass()
        with self._passing:
            self._pass(stopping, done)
        return done

    def _pass(self, stopping: Callable[[], bool], done: Pass) -> None:
        ledger = self.store.ledger
        selected = self.mailbox.select()
        uidvalidity = selected.uidvalidity
        uids = self.mailbox.uids()
        self._settle(uidvalidity, uids)
        self._forget_what_is_given_again(selected, uids)
        self._looked_at.clear()
        new = sorted(set(uids) - ledger.known(self.inbox, uidvalidity, uids))
        ours = self._ours_among(uidvalidity, new, done)
        for readings in _batches(self._read(ours), RECORD_AT_ONCE):
            if stopping():
                return
            self._record(uidvalidity, readings, done)
        self._set_aside_unreadable(uidvalidity, done)
        if self.files:
            self._file(uidvalidity, done)
        self.store.heartbeat.note(HEARTBEAT, self.clock())

    def read_one(self, fetched: Fetched) -> Reading | Unreadable:
        """Read a message that lies elsewhere, by what is in force; waits for a pass.

        Raises TransientError where it cannot be read now.
        """
        with self._passing:
            (reading,) = self.reader.read([fetched])
        return reading

    def reconcile(self) -> bool:
        """Balance the ledger: every UID on the server must have a fate.

        Says in the log what is unaccounted for; False: look again soon. Raises
        TransientError like `run`.
        """
        uidvalidity = self.mailbox.select().uidvalidity
        uids = self.mailbox.uids()
        now = self.clock()
        ledger = self.store.ledger.reconcile(self.inbox, uidvalidity, uids, now)
        # What came since the last pass is taken up by the next one.
        overlooked = self._unaccounted.intersection(ledger.unaccounted)
        self._unaccounted = frozenset(ledger.unaccounted)
        balance = Balance(
            inbox=self.inbox,
            at=now,
            unaccounted=len(overlooked),
            lingering=len(ledger.lingering),
            on_server=len(uids),
            recorded=ledger.there.get("recorded", 0),
            set_aside=ledger.there.get("aside", 0),
            left_alone=ledger.there.get("left", 0),
            which=_which(sorted(overlooked), ledger.lingering),
            amiss=self.store.balances.amiss(now),
        )
        self.store.balances.note(balance)
        if overlooked:
            log.warning(
                "%d messages in the mailbox are not accounted for", len(overlooked)
            )
        if ledger.lingering:
            log.warning("%d filed messages are back", len(ledger.lingering))
        if balance.amiss:
            log.error("%d sums of the store do not come out", len(balance.amiss))
        return balance.is_even and not ledger.unaccounted

    def _settle(self, uidvalidity: int, uids: Sequence[int]) -> None:
        """Know messages again by their bytes after a UIDVALIDITY change."""
        last = self.store.ledger.last_uidvalidity(self.inbox)
        if last is None or last == uidvalidity:
            return
        log.warning(
            "the mailbox was renumbered (UIDVALIDITY %s → %s)", last, uidvalidity
        )
        listed = [each for each in self.mailbox.peek(uids) if self._may_be_ours(each)]
        found = tuple(
            (each.uid, hashlib.sha256(each.raw).hexdigest())
            for each in self.mailbox.fetch(listed)
        )
        known = self.store.ledger.rekey(
            Rekeying(
                inbox=self.inbox,
                old=last,
                new=uidvalidity,
                found=found,
                highest_uid=max(uids, default=0),
                now=self.clock(),
            )
        )
        log.warning("%d messages are known again by their bytes", len(known))

    def _forget_what_is_given_again(
        self, selected: Selected, uids: Sequence[int]
    ) -> None:
        """Notice a folder that was put back to an earlier state, UIDVALIDITY and all.

        Mail that comes then bears UIDs that others had, and would pass for known.
        """
        if selected.uidnext is None:
            return
        retired = self.store.ledger.retire_given_again(
            self.inbox, selected.uidvalidity, selected.uidnext, uids, self.clock()
        )
        if retired:
            log.warning(
                "the server gives UIDs again that it gave before (the next is %d): was"
                " the mailbox restored? %d messages are no longer taken for known",
                selected.uidnext,
                retired,
            )

    def _ours_among(
        self, uidvalidity: int, uids: Sequence[int], done: Pass
    ) -> Iterator[Listed]:
        """Leave alone what cannot be ours; yield the rest."""
        for chunk in _batches(uids, PEEK_AT_ONCE):
            others: list[int] = []
            early: list[int] = []
            ours: list[Listed] = []
            for listed in self.mailbox.peek(chunk):
                if self._is_early(listed):
                    early.append(listed.uid)
                elif self._may_be_ours(listed):
                    ours.append(listed)
                elif self._is_looked_at(listed):
                    self._looked_at.add(listed.uid)
                    ours.append(listed)
                else:
                    others.append(listed.uid)
            self._leave(uidvalidity, others, done)
            self._leave(uidvalidity, early, done, BEFORE_US)
            yield from ours

    def _is_early(self, listed: Listed) -> bool:
        calendar = self.rulebook.ruleset.calendar
        return (
            self.since is not None and calendar.date_of(listed.received_at) < self.since
        )

    def _may_be_ours(self, listed: Listed) -> bool:
        """Tell by the header block alone; a report shows only inside whose it is."""
        message = peek(listed.header)
        belongs = belongs_to_case(message, self.rulebook, self.store, self.clock())
        return is_ours(message, self.rulebook.ruleset, belongs) or _is_report(message)

    def _is_looked_at(self, listed: Listed) -> bool:
        """Tell whether a message that is not ours is read, for a concern to record."""
        book, now = self.rulebook, self.clock()
        if not book.ruleset.tables.dissatisfied.record:
            return False
        sighting = Sighting(peek(listed.header), Evidence(), listed.received_at)
        return is_looked_at(sighting, listed.size, book.ruleset, book.ourselves, now)

    def _leave(
        self, uidvalidity: int, uids: Sequence[int], done: Pass, why: str = NOT_OURS
    ) -> None:
        if uids:
            now = self.clock()
            self.store.ledger.leave(self.inbox, uidvalidity, uids, why, now)
            done["left"] += len(uids)

    def _read(
        self, ours: Iterable[Listed]
    ) -> Iterator[tuple[Listed, Fetched, Reading | Unreadable]]:
        """Fetch and read; the reader works ahead while others are recorded."""
        listed: dict[int, Listed] = {}
        fetched: dict[int, Fetched] = {}

        def to_fetch() -> Iterator[Listed]:
            for each in ours:
                listed[each.uid] = each
                yield each

        def to_read() -> Iterator[Fetched]:
            for each in self.mailbox.fetch(to_fetch()):
                fetched[each.uid] = each
                yield each

        for reading in self.reader.read(to_read()):
            yield listed.pop(reading.uid), fetched.pop(reading.uid), reading

    def _record(
        self,
        uidvalidity: int,
        readings: Sequence[tuple[Listed, Fetched, Reading | Unreadable]],
        done: Pass,
    ) -> None:
        """Decide about some messages and commit them together."""
        not_ours: list[int] = []
        self._taken_up.clear()
        with self.store.batch():
            for listed, fetched, reading in readings:
                place = Place(self.inbox, uidvalidity, listed.uid)
                fate = self._record_one(place, listed, fetched, reading)
                if fate == "left":
                    not_ours.append(listed.uid)
                else:
                    done[fate] += 1
            self._leave(uidvalidity, not_ours, done)
        self._tell()

    def _tell(self) -> None:
        """Say what was taken up, once it is committed."""
        for uid, done in self._taken_up:
            log.info("a mail is taken up", extra=_keys(uid, done))

    def _record_one(
        self,
        place: Place,
        listed: Listed,
        fetched: Fetched,
        reading: Reading | Unreadable,
    ) -> str:
        """Record one message, whatever it does; return its fate."""
        if isinstance(reading, Unreadable):
            return self._not_taken_up(place, listed, fetched, reading.why)
        taken = Taken(place, listed.received_at, fetched, reading)
        try:
            with self.store.attempt():
                done = take_up(taken, self.rulebook, self.store, self.clock())
        except TransientError:
            raise
        except Exception as error:  # the one guard: poison is kept
            # The text of an unexpected error may quote the message; its name does not.
            why = f"an unexpected {type(error).__name__} while it was taken up"
            log.debug("UID %d", place.uid, exc_info=True)
            return self._not_taken_up(place, listed, fetched, why)
        if done.recorded is None:
            return "left"
        self._taken_up.append((place.uid, done))
        return "recorded"

    def _not_taken_up(
        self, place: Place, listed: Listed, fetched: Fetched, why: str
    ) -> str:
        """Set a message aside for a person; what is not ours is none of their work."""
        if place.uid in self._looked_at:
            return "left"
        log.error("UID %d is set aside: %s", place.uid, why)
        self._set_aside(place, listed.received_at, why, fetched)
        return "set aside"

    def _set_aside(
        self,
        place: Place,
        received_at: datetime,
        reason: str,
        fetched: Fetched | None,
    ) -> None:
        ruleset = self.rulebook.ruleset
        days = ruleset.tables.calendar.acknowledge_days
        self.store.ledger.set_aside(
            SetAside(
                place=place,
                received_at=received_at,
                reason=reason,
                due=due(received_at, days, ruleset.calendar).at,
                now=self.clock(),
                raw=fetched.raw if fetched else None,
                is_whole=fetched.is_whole if fetched else False,
            )
        )

    def _set_aside_unreadable(self, uidvalidity: int, done: Pass) -> None:
        """Put before a person what the server could not give, however often asked."""
        unreadable = self.mailbox.unreadable
        known = self.store.ledger.known(self.inbox, uidvalidity, unreadable)
        for uid, why in sorted(unreadable.items()):
            if uid in known:
                continue
            if uid in self._looked_at:
                self._leave(uidvalidity, [uid], done)
                continue
            place = Place(self.inbox, uidvalidity, uid)
            self._set_aside(place, self.clock(), why, None)
            done["set aside"] += 1

    def _file(self, uidvalidity: int, done: Pass) -> None:
        """Move what is recorded and not moved yet; repeating it does no harm.

        A folder that takes nothing keeps no other waiting; the first failure is raised
        once all were tried.
        """
        failure: TransientError | None = None
        by_folder: dict[str, list[int]] = {}
        for uid, folder in self.store.ledger.unfiled(self.inbox):
            by_folder.setdefault(folder, []).append(uid)
        for folder, uids in by_folder.items():
            try:
                moved = self.mailbox.file(uids, folder)
            except TransientError as error:
                failure = failure or error
                self.mailbox.connect()
                if self.mailbox.select().uidvalidity != uidvalidity:
                    break
                continue
            now = self.clock()
            self.store.ledger.mark_filed(self.inbox, uidvalidity, moved, now)
            done["filed"] += len(moved)
        if failure is not None:
            raise failure


def _which(overlooked: Sequence[int], lingering: Sequence[int]) -> tuple[str, ...]:
    """Name the messages that keep the ledger from balancing, a few of each kind."""
    return tuple(
        f"UID {uid} {what}"
        for uids, what in ((overlooked, "has no fate"), (lingering, "was filed before"))
        for uid in uids[:MOST_NAMED]
    )


def _keys(uid: int, done: TakenUp) -> dict[str, object]:
    """Return what a script finds a mail's line by; nothing of who wrote it."""
    recorded = done.recorded
    found = {
        "uid": uid,
        "case": recorded and recorded.reference,
        "decision": recorded and recorded.decision,
        "route": done.decision.route,
    }
    return {key: value for key, value in found.items() if value is not None}


def _is_report(message: Message) -> bool:
    return message.content_type == REPORT or message.return_path == ""


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of `size`; like itertools.batched of Python 3.12."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
