"""Guards taken out, to show that a sweep finds it: each changes an office that is open.

Nothing here is in the program. Each is a mistake that somebody could make in it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.torture.kills.office import Office
from triage.dispatch import Dispatch
from triage.message import Fetched, Listed
from triage.smtp import Accepted, Envelope, Outcome, Refused, Submission, TryLater
from triage.store import Store
from triage.store.engine import Row
from triage.wiring.servers import sender_of, submission_of


@dataclass
class _DotFirst:
    """Commits `finishing` when the server has answered, as if that were as good."""

    inner: Submission

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        outcome = self.inner.submit(envelope, data, lambda: None)
        if isinstance(outcome, Accepted):
            before_final_dot()
        return outcome

    def check(self) -> TryLater | Refused | None:
        return self.inner.check()

    def close(self) -> None:
        self.inner.close()


def dot_before_the_commit(office: Office) -> None:
    office.dispatch = Dispatch(
        outbox=office.store.outbox,
        submission=_DotFirst(submission_of(office.config)),
        witness=None,
        sender=sender_of(office.config),
        clock=office.clock,
    )


def sent_again_after_the_dot(office: Office) -> None:
    """Try again at a start whatever was not answered, as most programs do."""
    office.store._engine.run(
        "UPDATE outbox SET state = 'queued', next_at = changed_at"
        " WHERE state IN ('finishing', 'uncertain')"
    )


def copies_not_looked_for(office: Office) -> None:
    office.dispatch._witness = None


class _FilesFirst:
    """A mailbox from which a mail is moved as soon as it is fetched."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]:
        for each in list(self._inner.fetch(listed)):
            self._inner.file([each.uid], "Complaints/Formal")
            yield each


def moved_before_the_commit(office: Office) -> None:
    office.intake.mailbox = _FilesFirst(office.mailbox)


def committed_piece_by_piece(office: Office) -> None:
    make_piecemeal(office.store)


def make_piecemeal(store: Store) -> None:
    """Let every statement be a transaction of its own."""

    @contextmanager
    def none(_: str) -> Iterator[None]:
        yield

    engine: Any = store._engine
    engine.transaction = none
    engine.savepoint = nullcontext


def keep_freed_pages(store: Store) -> None:
    """Free pages without overwriting them, and leave the log as it is."""
    engine: Any = store._engine
    run = engine.run

    def careless(sql: str, **values: object) -> int:
        # Some builds of SQLite overwrite unasked.
        return int(run(sql.replace("= ON", "= OFF"), **values))

    engine.run, engine.empty_log = careless, lambda: None


def without_unique(office: Office) -> None:
    """Let a case have two letters of a kind, by index and by question."""
    drop_unique(office.config.store.path)
    engine: Any = office.store._engine
    row = engine.row

    def careless(sql: str, **values: object) -> Row | None:
        sql = sql.replace("ON CONFLICT (case_id, kind) DO NOTHING", "")
        found: Row | None = row(sql, **values)
        return found

    engine.row = careless


def drop_unique(store: Path) -> None:
    """Take the two indexes out of a store's file that make a second letter impossible.

    UNIQUE (case_id, kind), and that of Message-IDs, which are made of the same two.
    """
    with closing(sqlite3.connect(store, isolation_level=None)) as rows:
        rows.execute("PRAGMA foreign_keys = OFF")
        rows.execute("PRAGMA legacy_alter_table = ON")
        rows.execute("BEGIN IMMEDIATE")
        (table,) = rows.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'outbox'"
        ).fetchone()
        further = rows.execute(
            "SELECT sql FROM sqlite_schema WHERE tbl_name = 'outbox'"
            " AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).fetchall()
        careless = table.replace("outbox", "careless", 1)
        if "UNIQUE (case_id, kind)" not in careless:
            return
        careless = careless.replace("NOT NULL UNIQUE", "NOT NULL")
        careless = careless.replace("UNIQUE (case_id, kind)", "CHECK (1)")
        rows.execute(careless)
        rows.execute("INSERT INTO careless SELECT * FROM outbox")
        rows.execute("DROP TABLE outbox")
        rows.execute("ALTER TABLE careless RENAME TO outbox")
        for (sql,) in further:
            rows.execute(sql)
        rows.execute("COMMIT")


def seen_before_it_is_noted(office: Office) -> None:
    """Note mails of a folder as seen before anything is done about them."""
    watches: Any = office.store.watches
    seen = watches.seen

    def careless(folder: str, uidvalidity: int) -> set[int]:
        before: set[int] = seen(folder, uidvalidity)
        watches.mark_seen(folder, uidvalidity, office.beside.uids())
        return before

    watches.seen = careless


class _InboxAlone:
    """A mailbox in whose other folders nothing is ever found."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def find(self, _message_id: str, _folder: str) -> bool:
        return False


def canary_looked_for_in_the_inbox_alone(office: Office) -> None:
    assert office.canary is not None
    office.canary.mailbox = _InboxAlone(office.beside)


def canary_left_to_a_person(office: Office) -> None:
    canaries: Any = office.store.outbox.canaries
    canaries.give_up = lambda *_: None


def folders_trusted_at_a_start(office: Office) -> None:
    """Put in force what stands in the folders, tried or not."""
    standing = office.trials.folders.read()
    in_force = office.store.editions.in_force()
    if in_force is not None and in_force.hash != standing.hash:
        office.store.editions.keep(standing, None, office.clock())
        office.store._engine.run(
            "INSERT INTO activations (at, edition, how, by)"
            " VALUES (:at, :edition, 'start', 'nobody')",
            at=office.clock(),
            edition=standing.hash,
        )


def commits_not_synced(office: Office) -> None:
    office.store._engine.run("PRAGMA synchronous = NORMAL")


SABOTAGES: dict[str, Callable[[Office], None]] = {
    sabotage.__name__: sabotage
    for sabotage in (
        dot_before_the_commit,
        sent_again_after_the_dot,
        copies_not_looked_for,
        moved_before_the_commit,
        committed_piece_by_piece,
        without_unique,
        seen_before_it_is_noted,
        canary_looked_for_in_the_inbox_alone,
        canary_left_to_a_person,
        folders_trusted_at_a_start,
        commits_not_synced,
    )
}
