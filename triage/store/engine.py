"""One SQLite file: a connection for each thread, transactions, values made safe.

WAL with synchronous=FULL: a commit that returned survives a power cut. NORMAL would let
the latest commits roll back, and a lost `finishing` is a second acknowledgement.
Writers use BEGIN IMMEDIATE: a DEFERRED transaction that reads and then writes fails at
once with "database is locked" when another connection wrote in between.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from sqlite_utils import Database

from triage.errors import TransientError

BUSY_SECONDS = 30.0
_CACHE_KIB = 1024
"""Of each connection; a dozen threads have one each, and the system keeps pages too."""
_SCRATCH_KIB = 16_384
_NO_NAME = ""
"""What SQLite calls a temporary database of one connection."""

Row = dict[str, Any]
_T = TypeVar("_T")

# What the host, the disk or another process does; everything else is our own mistake or
# the message's (sqlite.org/rescode.html, primary codes).
_NOT_OUR_FAULT = {
    sqlite3.SQLITE_BUSY: "another process keeps it locked",
    sqlite3.SQLITE_LOCKED: "another process keeps it locked",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_READONLY: "it may only be read",
    sqlite3.SQLITE_INTERRUPT: "the work was interrupted",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: stop triage and restore a backup",
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "the file's locks are not to be had",
    sqlite3.SQLITE_NOTADB: "the file is no database: stop triage and restore a backup",
}


class Lasting:
    """Files that must stay where they are while a daemon works.

    SQLite goes on writing into a file that was deleted or replaced: what is committed
    there is lost with the process. Without the lock, a second daemon may be at work.
    """

    def __init__(self, store: Path, lock: Path) -> None:
        self._known = {path: identity(path) for path in (store, lock)}
        self._log = store.with_name(store.name + "-wal")

    def require(self) -> None:
        """Raise TransientError where one was taken away or replaced."""
        for path, known in self._known.items():
            if identity(path) != known:
                raise TransientError(
                    f"{path.name} was taken away or replaced while triage works:"
                    " put it back, or stop triage and restore a backup"
                )
        # The write-ahead log is made at the first use.
        if self._log not in self._known and (found := identity(self._log)):
            self._known[self._log] = found


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from all others, whatever it is called."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Connections:
    """Those of all threads, shared by every view of a store."""

    def __init__(self) -> None:
        self.own = threading.local()
        self.opened: list[Database] = []


class Engine:
    """Runs SQL with named parameters; each thread has a connection of its own.

    Scratch paper has no file: it is one thread's and gone when it is closed, in memory
    as far as the cache goes and in a file without a name beyond.

    Every statement may ask for `:mailbox`, whose rows are meant; NULL are all. What is
    written belongs to `:own`.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_scratch: bool = False,
        busy_seconds: float = BUSY_SECONDS,
        beside: Path | None = None,
    ) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self.is_scratch = is_scratch
        self._lasting = Lasting(path, beside) if beside else None
        self._connections = _Connections()
        self._opening = threading.Lock()
        self.mailbox: int | None = None

    def within(self, mailbox: int | None) -> "Engine":
        """Return the same connections, with the rows of one mailbox in view."""
        other = copy(self)
        other.mailbox = mailbox
        return other

    @property
    def database(self) -> Database:
        """This thread's connection, opened at its first use."""
        own = self._connections.own
        known: Database | None = getattr(own, "database", None)
        if known is None:
            known = own.database = guarded(self._connect)
            with self._opening:
                self._connections.opened.append(known)
        return known

    def _connect(self) -> Database:
        # isolation_level=None: the driver begins no transaction behind our back.
        connection = sqlite3.connect(
            _NO_NAME if self.is_scratch else self.path,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        database = Database(connection, execute_plugins=False, strict=True)
        if self.is_scratch:
            database.execute("PRAGMA journal_mode = MEMORY")
        else:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
        kib = _SCRATCH_KIB if self.is_scratch else _CACHE_KIB
        database.execute(f"PRAGMA cache_size = -{kib}")
        return database

    def close(self) -> None:
        """Close the connections of all threads; nobody may be using one."""
        with self._opening:
            for database in self._connections.opened:
                database.close()
            self._connections.opened.clear()
            self._connections.own = threading.local()

    @property
    def is_in_transaction(self) -> bool:
        return bool(self.database.conn.in_transaction)

    def run(self, sql: str, **values: object) -> int:
        """Execute a statement and return how many rows it changed."""
        safe = self._safe(sql, values)
        return guarded(lambda: self.database.conn.execute(sql, safe)).rowcount

    def run_each(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Execute a statement once with each row of values, in the order of its `?`."""
        safe = [tuple(map(to_column, row)) for row in rows]
        guarded(lambda: self.database.conn.executemany(sql, safe))

    def rows(self, sql: str, **values: object) -> list[Row]:
        """Return all rows of a query, or of a statement with RETURNING."""
        safe = self._safe(sql, values)
        return guarded(lambda: _fetched(self.database.conn.execute(sql, safe)))

    def _safe(self, sql: str, values: dict[str, object]) -> dict[str, object]:
        safe = {name: to_column(value) for name, value in values.items()}
        if ":own" in sql:
            safe["own"] = self.own()
        return {"mailbox": self.mailbox, **safe}

    def own(self) -> int:
        """Return the mailbox in view, or the only one; raises LookupError."""
        if self.mailbox is not None:
            return self.mailbox
        known = self.rows("SELECT id FROM mailboxes LIMIT 2")
        if len(known) != 1:
            raise LookupError("of several mailboxes, what is written belongs to one")
        return int(known[0]["id"])

    def row(self, sql: str, **values: object) -> Row | None:
        """Return the first row, or None."""
        return next(iter(self.rows(sql, **values)), None)

    def one(self, sql: str, **values: object) -> Row:
        """Return the row that must be there; raises LookupError."""
        for row in self.rows(sql, **values):
            return row
        raise LookupError("a row that must exist is missing")

    def empty_log(self) -> None:
        """Empty the write-ahead log, which holds pages as they were before.

        As far as others let us: who reads an older state keeps it.
        """
        guarded(lambda: self.database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)"))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Join the open transaction, or make one of its own."""
        if self.is_in_transaction:
            yield
        else:
            with self.transaction("BEGIN IMMEDIATE"):
                yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the store throughout."""
        if self.is_in_transaction:
            yield
        else:
            with self.transaction("BEGIN"):
                yield

    @contextmanager
    def transaction(self, begin: str) -> Iterator[None]:
        """Commit at the end, or undo everything and raise."""
        database = self.database
        if self._lasting is not None:
            self._lasting.require()
        guarded(lambda: database.execute(begin))
        try:
            yield
            if not database.conn.in_transaction:
                _raise_undone()
            guarded(database.commit)
        except BaseException:
            guarded(database.rollback)
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what was done inside when an exception passes."""
        if not self.is_in_transaction:
            raise RuntimeError("an attempt belongs inside a batch")
        with self.database.atomic():
            yield


def _fetched(cursor: sqlite3.Cursor) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _raise_undone() -> NoReturn:
    """A full disk makes SQLite roll back by itself; a commit would then do nothing."""
    raise TransientError("the store undid the transaction: is the disk full?")


def guarded(work: Callable[[], _T]) -> _T:
    """Do some database work; what the host does wrong becomes a TransientError."""
    try:
        return work()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        primary = _primary_code(error)
        if primary not in _NOT_OUR_FAULT:
            raise
        raise TransientError(
            f"the store cannot be used: {_NOT_OUR_FAULT[primary]}"
        ) from error


def _primary_code(error: Exception) -> int:
    """Return SQLite's code; text that is no UTF-8 has none, and was written as such."""
    if isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error):
        return sqlite3.SQLITE_CORRUPT
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def to_column(value: object) -> object:
    """Return what SQLite stores for a value: times in UTC, text made safe."""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, datetime):
        return utc_text(value)
    return value


def safe_text(text: str) -> str:
    """Replace what SQLite or PostgreSQL refuse in text: lone surrogates and NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def utc_text(moment: datetime) -> str:
    """Return ISO 8601 of fixed width, which sorts as text.

    As in 2026-04-02T09:30:00.000000Z.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{text.removesuffix('+00:00')}Z"


def moment(text: str) -> datetime:
    """Read back what `utc_text` wrote; raises TransientError where that is damaged."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise TransientError(
            f"the store cannot be used: {_NOT_OUR_FAULT[sqlite3.SQLITE_CORRUPT]}"
        ) from error


def moment_or_none(text: str | None) -> datetime | None:
    """Read back what may be absent."""
    return None if text is None else moment(text)
