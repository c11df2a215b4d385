"""A store that came back from a backup: older than what the world has seen of us."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.store.audit import DAEMON, Deed, note_deed
from triage.store.changing import change_case
from triage.store.engine import Engine, moment, moment_or_none
from triage.store.mark import (
    Mark,
    counted,
    doubt_about,
    read_mark,
    set_count,
    write_mark,
)
from triage.store.model import Inbox
from triage.store.moving import Change, move_letter
from triage.store.states import MOVES, Act

PREFIX = "CMP"
"""What case references begin with."""
MARGIN = 1000
"""References that are left out: they may have been given since the backup."""
RESTORED = "a backup was restored"


@dataclass(frozen=True, slots=True)
class Restoration:
    """One return from a backup."""

    id: int
    at: datetime
    made_at: datetime
    """When the backup was made."""
    reconciled_at: datetime | None
    found: Mapping[str, int]
    """What the mailbox showed that the store did not know."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A store that may be an older copy, and was made safe."""

    why: str
    """As in: it is an older copy than …"""
    doubted: int
    """How many letters became uncertain."""


_LAST = """
SELECT max(at) AS at FROM (SELECT max(at) AS at FROM moves
    UNION ALL SELECT max(at) FROM audit)
"""


class Restorations:
    """What must be made sure before a restored store is worked with."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def notice_older_copy(self, now: datetime) -> Noticed | None:
        """Treat a store that may be an older copy as one that came from a backup.

        None: its mark says that it is the one that was worked with.
        """
        why = doubt_about(self._engine)
        if why is None:
            return None
        last = self._engine.one(_LAST)["at"]
        made_at = moment_or_none(last) or now
        mark = read_mark(self._engine.path)
        return Noticed(why, self.begin(made_at, now, beyond=mark, why=why))

    def begin(
        self,
        made_at: datetime,
        now: datetime,
        *,
        beyond: Mark | None,
        why: str = RESTORED,
    ) -> int:
        """Make a restored store safe; return how many letters became uncertain.

        No letter that was on its way or waited is sent before its witness was looked
        for, and no reference is given twice: `beyond` is the mark of what was worked
        with last. The store has a mark of its own afterwards.
        """
        with self._engine.writing():
            doubted = self._begin(made_at, now, beyond, why)
        write_mark(self._engine, durably=True)
        return doubted

    def _begin(
        self, made_at: datetime, now: datetime, beyond: Mark | None, why: str
    ) -> int:
        count, highest = (beyond.count, beyond.highest) if beyond else (0, 0)
        # One further, so that what lay here is older should it come back.
        set_count(self._engine, max(count, counted(self._engine)) + 1)
        self._engine.run(
            "INSERT INTO restorations (at, made_at) VALUES (:now, :made_at)",
            now=now,
            made_at=made_at,
        )
        note_deed(
            self._engine,
            Deed(at=now, by=DAEMON, act="restore"),
            "store",
            {"backup": (None, made_at.isoformat()), "because": (None, why)},
        )
        self._leave_out_references(now, highest)
        # Else nothing would show that the program forgot what it did since.
        self._engine.run("DELETE FROM heartbeats")
        return self._doubt_letters(now)

    def _leave_out_references(self, now: datetime, highest: int) -> None:
        self._engine.run("UPDATE counters SET value = value + :margin", margin=MARGIN)
        # The first case of a year, or of all, may have been opened since the backup.
        rows = self._engine.rows("SELECT name FROM counters")
        for prefix in {row["name"].rpartition("-")[0] for row in rows} | {PREFIX}:
            self.skip_references(prefix, now.year, MARGIN + highest)

    def skip_references(self, prefix: str, year: int, upto: int) -> None:
        """Give no reference of a year up to a number."""
        self._engine.run(
            "INSERT INTO counters (name, value) VALUES (:name, :upto)"
            " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
            name=f"{prefix}-{year}",
            upto=upto,
        )

    def _doubt_letters(self, now: datetime) -> int:
        states = ", ".join(f"'{state}'" for state in MOVES[Act.DOUBT])
        rows = self._engine.rows(
            f"SELECT id FROM outbox WHERE state IN ({states}) ORDER BY id"  # noqa: S608 - our own names
        )
        why = "the store was restored: it may have been sent since the backup"
        for row in rows:
            move_letter(self._engine, row["id"], Act.DOUBT, Change(now, why))
        return len(rows)

    def pending(self) -> Restoration | None:
        """Return the return from a backup that the mailbox was not asked about yet."""
        return self._last(
            "reconciled_at IS NULL AND (:mailbox IS NULL OR NOT EXISTS"
            " (SELECT 1 FROM reconciliations c"
            " WHERE c.restoration = restorations.id AND c.mailbox = :mailbox))"
        )

    def last(self) -> Restoration | None:
        """Return the latest return from a backup."""
        return self._last("true")

    def _last(self, condition: str) -> Restoration | None:
        row = self._engine.row(
            f"SELECT * FROM restorations WHERE {condition} ORDER BY id DESC LIMIT 1"  # noqa: S608 - our own words
        )
        if row is None:
            return None
        return Restoration(
            row["id"],
            moment(row["at"]),
            moment(row["made_at"]),
            moment_or_none(row["reconciled_at"]),
            json.loads(row["found"] or "{}"),
        )

    def knows_letter(self, message_id: str) -> bool:
        """Say whether a letter of ours is in the outbox."""
        found = self._engine.row(
            "SELECT 1 AS yes FROM outbox WHERE message_id = :id", id=message_id
        )
        return found is not None

    def note_answered(self, message_ids: Iterable[str], now: datetime) -> None:
        """Remember mails of people that letters answer which the store lost."""
        self._engine.run_each(
            "INSERT INTO answered_before (message_id, at) VALUES (?, ?)"
            " ON CONFLICT (message_id) DO NOTHING",
            ((each, now) for each in message_ids),
        )

    def mark_old_stock(self, inbox: Inbox, uidvalidity: int, upto: int) -> None:
        """Answer nothing unknown by itself that lies in a mailbox up to a UID.

        A numbering that the store knows otherwise stays for intake to find changed.
        """
        self._engine.run(
            "INSERT INTO inboxes"
            " (account, folder, uidvalidity, old_stock_upto, mailbox)"
            " VALUES (:account, :folder, :uidvalidity, :upto, :own)"
            " ON CONFLICT (account, folder) DO UPDATE"
            " SET old_stock_upto = max(old_stock_upto, excluded.old_stock_upto)",
            account=inbox.account,
            folder=inbox.folder,
            uidvalidity=uidvalidity,
            upto=upto,
        )

    def settle_answered(self, now: datetime) -> int:
        """Note cases as acknowledged whose mail a lost letter answered; count them."""
        # Asked at every pass: who writes keeps others waiting.
        if not self._engine.row("SELECT 1 AS yes FROM answered_before LIMIT 1"):
            return 0
        with self._engine.writing():
            rows = self._engine.rows(
                "SELECT c.*, a.message_id AS answered FROM answered_before a"
                " JOIN messages m ON m.message_id = a.message_id"
                " JOIN cases c ON c.id = m.case_id"
            )
            owed = [row for row in rows if row["acknowledged_at"] is None]
            for row in owed:
                deed = Deed(at=now, by=DAEMON, act="acknowledged before")
                change_case(self._engine, row, {"acknowledged_at": now}, deed)
            self._engine.run_each(
                "DELETE FROM answered_before WHERE message_id = ?",
                ((row["answered"],) for row in rows),
            )
        return len(owed)

    def finish(self, found: Mapping[str, int], now: datetime) -> None:
        """Note that the mailbox was asked, and what it showed.

        It is over once every mailbox was asked.
        """
        with self._engine.writing():
            self._engine.run(
                "INSERT INTO reconciliations (restoration, mailbox, at, found)"
                " SELECT id, :own, :now, :found FROM restorations"
                " WHERE reconciled_at IS NULL"
                " ON CONFLICT (restoration, mailbox) DO NOTHING",
                now=now,
                found=json.dumps(dict(found)),
            )
            self.end_asking(now)

    def end_asking(self, now: datetime) -> None:
        """Note that every mailbox which is configured was asked, where that is so."""
        with self._engine.writing():
            for row in self._engine.rows(_ASKED_EVERYWHERE):
                self._engine.run(
                    "UPDATE restorations SET reconciled_at = :now, found = :found"
                    " WHERE id = :id",
                    now=now,
                    found=json.dumps(self._found(row["id"])),
                    id=row["id"],
                )

    def _found(self, restoration: int) -> Counter[str]:
        rows = self._engine.rows(
            "SELECT found FROM reconciliations WHERE restoration = :id", id=restoration
        )
        return sum((Counter(json.loads(row["found"])) for row in rows), Counter())


_ASKED_EVERYWHERE = """
SELECT r.id FROM restorations r WHERE r.reconciled_at IS NULL
    AND EXISTS (SELECT 1 FROM reconciliations c WHERE c.restoration = r.id)
    AND NOT EXISTS (SELECT 1 FROM mailboxes b WHERE b.is_configured
        AND b.id NOT IN (SELECT c.mailbox FROM reconciliations c
            WHERE c.restoration = r.id))
"""
