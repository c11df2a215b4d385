"""The store: its parts over one file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from triage.decision.model import History
from triage.store.approval import Approvals
from triage.store.audit import Audit
from triage.store.balances import Balances
from triage.store.breaker import Breaker
from triage.store.cases import Cases
from triage.store.clocks import Clocks
from triage.store.copying import copy_store
from triage.store.counting import Counting
from triage.store.digests import Digests
from triage.store.duties import Duties
from triage.store.editions import Editions
from triage.store.engine import BUSY_SECONDS, Engine
from triage.store.fates import Fates
from triage.store.figures import Figures
from triage.store.handed_in import HandedInRows
from triage.store.happened import Happened
from triage.store.heartbeat import Heartbeat
from triage.store.keeping import forget_copies, kept_copies
from triage.store.ledger import LedgerRows
from triage.store.mailboxes import Mailboxes
from triage.store.mark import count, raise_mark
from triage.store.matters import Matters
from triage.store.model import Inquiry, Record, Recorded
from triage.store.opening import open_as_daemon, open_beside, open_scratch
from triage.store.outbox import Outbox
from triage.store.overview import Overview
from triage.store.recall import recall
from triage.store.received import (
    Received,
    count_received,
    opened_by,
    received,
)
from triage.store.recording import record
from triage.store.register import Register
from triage.store.requests import Requests
from triage.store.restorations import PREFIX, Restorations
from triage.store.restrictions import Restrictions
from triage.store.retention import Retention
from triage.store.senders import Senders
from triage.store.sent import SentMails
from triage.store.subjects import Subjects
from triage.store.vigils import Vigils
from triage.store.watches import Watches


class Store:
    """Cases with their evidence, the ledger of every message, and the outbox."""

    def __init__(self, engine: Engine, release: Callable[[], None]) -> None:
        self._engine = engine
        self._release = release
        self.ledger = LedgerRows(engine)
        self.cases = Cases(engine)
        self.register = Register(engine)
        self.matters = Matters(engine)
        self.audit = Audit(engine)
        self.outbox = Outbox(engine)
        self.approvals = Approvals(engine)
        self.duties = Duties(engine)
        self.clocks = Clocks(engine)
        self.overview = Overview(engine)
        self.happened = Happened(engine)
        self.digests = Digests(engine)
        self.balances = Balances(engine)
        self.restrictions = Restrictions(engine)
        self.senders = Senders(engine)
        self.handed_in = HandedInRows(engine)
        self.sent = SentMails(engine)
        self.watches = Watches(engine)
        self.breaker = Breaker(engine)
        self.fates = Fates(engine)
        self.subjects = Subjects(engine)
        self.requests = Requests(engine)
        self.retention = Retention(engine)
        self.restorations = Restorations(engine)
        self.figures = Figures(engine)
        self.editions = Editions(engine)
        self.heartbeat = Heartbeat(engine)
        self.vigils = Vigils(engine)

    @classmethod
    def open(
        cls, path: Path, *, exclusive: bool, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """Open the store, as the one daemon (`exclusive`) or beside it.

        Whoever writes waits `busy_seconds` for others. Raises ConfigError in words for
        people.
        """
        if exclusive:
            return cls(*open_as_daemon(path))
        return cls(open_beside(path, busy_seconds), lambda: None)

    @classmethod
    def scratch(cls) -> Self:
        """Make a store to try things on: one thread's, gone when it is closed.

        It recalls like any other, but keeps neither raw messages nor evidence.
        """
        return cls(open_scratch(), lambda: None)

    def within(self, mailbox: str | None) -> Self:
        """Return the same store, with what belongs to one mailbox in view; None: all.

        What is written belongs to that one. Writers and their cases are known whatever
        mailbox they wrote to. Both are closed together. Raises ConfigError for a
        mailbox that is not known.
        """
        number = None if mailbox is None else self.mailboxes.number(mailbox)
        return type(self)(self._engine.within(number), self._release)

    def close(self) -> None:
        """Close every connection, then let the next daemon in."""
        self._engine.close()
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def copy_into(self, path: Path) -> None:
        """Write the store as it is now into a new file; nobody has to wait."""
        copy_store(self._engine, path)

    def kept_copies(self) -> list[Path]:
        """Return the copies of the store that are kept beside it."""
        return list(kept_copies(self._engine.path))

    def forget_copies(self, now: datetime) -> list[Path]:
        """Remove copies beside the store that were kept for their time; return which.

        Raises OSError.
        """
        return forget_copies(self._engine.path, now)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make everything inside one durable transaction."""
        with self._engine.transaction("BEGIN IMMEDIATE"):
            yield
        raise_mark(self._engine)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """See one state of the store throughout."""
        with self._engine.reading():
            yield

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo, inside a batch, what was done for one message if it fails."""
        with self._engine.savepoint():
            yield

    @property
    def mailboxes(self) -> Mailboxes:
        """Those that share it."""
        return Mailboxes(self._engine)

    @property
    def counting(self) -> Counting:
        """What was added since it was last looked."""
        return Counting(self._engine)

    @property
    def salt(self) -> bytes:
        """Random bytes that no other store has, for keys of what it alone minted."""
        return bytes(self._engine.one("SELECT salt FROM identity")["salt"])

    def recall(self, inquiry: Inquiry) -> History:
        """Return what the store knows that bears on one message; writes nothing."""
        with self._engine.reading():
            return recall(self._engine, inquiry)

    def received(
        self, limit: int | None = None, since: datetime | None = None
    ) -> Iterator[Received]:
        """Yield the latest messages that were taken up, in the order of their arrival.

        Their bytes are read one by one, so that an archive need not fit into memory.
        """
        return received(self._engine, limit, since)

    def count_received(self, since: datetime | None = None) -> int:
        """Return how many messages were taken up."""
        return count_received(self._engine, since)

    def opened_by(self) -> dict[str, str]:
        """Return the case that each first message opened, by its Message-ID."""
        return opened_by(self._engine)

    def next_reference(self, now: datetime, prefix: str = PREFIX) -> str:
        """Return the next case reference of `now`'s year, as in CMP-2026-00042.

        An attempt that is undone gives its number back.
        """
        with self._engine.writing():
            row = self._engine.one(
                "INSERT INTO counters (name, value) VALUES (:name, 1)"
                " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
                name=f"{prefix}-{now.year}",
            )
            count(self._engine)
        return f"{prefix}-{now.year}-{row['value']:05d}"

    def record(self, record_: Record) -> Recorded:
        """Write everything about one message; twice changes nothing."""
        with self._engine.writing():
            return record(self._engine, record_)
