"""The ledger: every message of a mailbox has a row that says what became of it.

Truth is here, never in \\Seen, a highest UID or a counted page: each of them loses mail
when people use the mailbox, when a page comes short or when a folder is made anew.
"""

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from triage.errors import TransientError
from triage.store.engine import Engine, moment
from triage.store.model import Aside, Inbox, Ledger, Place, Rekeying, SetAside

# 1 is a third of the time of 6 for a tenth more space, on mail.
_COMPRESSION = 1


class LedgerRows:
    """What was taken up, left alone, set aside and filed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, inbox: Inbox, uidvalidity: int, uids: Iterable[int]) -> set[int]:
        """Return those of the UIDs that have a row."""
        wanted = set(uids)
        if not wanted:
            return set()
        rows = self._engine.rows(
            "SELECT m.uid FROM messages m JOIN inboxes i ON i.id = m.inbox"
            " WHERE i.account = :account AND i.folder = :folder"
            " AND m.uidvalidity = :uidvalidity AND m.retired_at IS NULL"
            # Each by index: what was filed between them may be many more.
            " AND m.uid IN (SELECT value FROM json_each(:uids))",
            account=inbox.account,
            folder=inbox.folder,
            uidvalidity=uidvalidity,
            uids=json.dumps(sorted(wanted)),
        )
        return {row["uid"] for row in rows}

    def leave(
        self,
        inbox: Inbox,
        uidvalidity: int,
        uids: Iterable[int],
        reason: str,
        now: datetime,
    ) -> None:
        """Note messages that are not ours; nothing of them is kept."""
        with self._engine.writing():
            inbox_id = inbox_row(self._engine, inbox, uidvalidity)
            self._engine.run_each(
                "INSERT INTO messages"
                " (inbox, uidvalidity, uid, fate, reason, seen_at)"
                " VALUES (?, ?, ?, 'left', ?, ?)"
                " ON CONFLICT (inbox, uidvalidity, uid) WHERE retired_at IS NULL"
                " DO NOTHING",
                ((inbox_id, uidvalidity, uid, reason, now) for uid in uids),
            )

    def set_aside(self, aside: SetAside) -> None:
        """Keep a message that could not be taken up, with a date to look by."""
        place = aside.place
        with self._engine.writing():
            sha256 = None
            if aside.raw is not None:
                sha256 = hashlib.sha256(aside.raw).hexdigest()
                keep_raw(self._engine, sha256, aside.raw, is_whole=aside.is_whole)
            self._engine.run(
                "INSERT INTO messages (inbox, uidvalidity, uid, fate, reason, seen_at,"
                " received_at, sha256, folder, due_at)"
                " VALUES (:inbox, :uidvalidity, :uid, 'aside', :reason, :now,"
                " :received_at, :sha256, :folder, :due)"
                " ON CONFLICT (inbox, uidvalidity, uid) WHERE retired_at IS NULL"
                " DO NOTHING",
                inbox=inbox_row(self._engine, place.inbox, place.uidvalidity),
                uidvalidity=place.uidvalidity,
                uid=place.uid,
                reason=aside.reason,
                now=aside.now,
                received_at=aside.received_at,
                sha256=sha256,
                folder=aside.folder,
                due=aside.due,
            )

    def asides(self) -> list[Aside]:
        """Return what was set aside, the most urgent first."""
        rows = self._engine.rows(
            "SELECT m.*, i.account, i.folder AS inbox_folder"
            " FROM messages m JOIN inboxes i ON i.id = m.inbox"
            " WHERE m.fate = 'aside' ORDER BY m.due_at, m.id"
        )
        return [
            Aside(
                place=Place(
                    Inbox(row["account"], row["inbox_folder"]),
                    row["uidvalidity"],
                    row["uid"],
                ),
                received_at=moment(row["received_at"]),
                reason=row["reason"],
                due=moment(row["due_at"]),
                sha256=row["sha256"],
            )
            for row in rows
        ]

    def raw(self, sha256: str) -> bytes | None:
        """Return the bytes of a message as they were fetched."""
        row = self._engine.row(
            "SELECT compressed FROM raws WHERE sha256 = :sha256", sha256=sha256
        )
        return None if row is None else zlib.decompress(row["compressed"])

    def unfiled(self, inbox: Inbox) -> list[tuple[int, str]]:
        """Return (uid, folder) of what was committed and has not been moved yet."""
        rows = self._engine.rows(
            "SELECT m.uid, m.folder FROM messages m JOIN inboxes i ON i.id = m.inbox"
            " WHERE i.account = :account AND i.folder = :folder"
            " AND m.folder IS NOT NULL AND m.filed_at IS NULL AND m.gone_at IS NULL"
            " AND m.retired_at IS NULL ORDER BY m.uid",
            account=inbox.account,
            folder=inbox.folder,
        )
        return [(row["uid"], row["folder"]) for row in rows]

    def mark_filed(
        self, inbox: Inbox, uidvalidity: int, uids: Iterable[int], now: datetime
    ) -> None:
        """Note that messages were moved to their folder."""
        with self._engine.writing():
            inbox_id = inbox_row(self._engine, inbox, uidvalidity)
            self._engine.run_each(
                "UPDATE messages SET filed_at = ?, gone_at = NULL"
                " WHERE inbox = ? AND uidvalidity = ? AND uid = ?"
                " AND retired_at IS NULL AND filed_at IS NULL",
                ((now, inbox_id, uidvalidity, uid) for uid in uids),
            )

    def last_uidvalidity(self, inbox: Inbox) -> int | None:
        """Return the UIDVALIDITY that the rows of a mailbox stand under."""
        row = self._engine.row(
            "SELECT uidvalidity FROM inboxes"
            " WHERE account = :account AND folder = :folder",
            account=inbox.account,
            folder=inbox.folder,
        )
        return None if row is None else int(row["uidvalidity"])

    def rekey(self, rekeying: Rekeying) -> set[int]:
        """Put rows under a new UIDVALIDITY by their bytes; return the known UIDs.

        Rows whose bytes were not found are retired, because their UIDs may come to
        stand for other messages. Calling it again after a crash gives the same answer.
        """
        with self._engine.writing():
            inbox_id = inbox_row(
                self._engine, rekeying.inbox, rekeying.old, rekeying.new
            )
            known = {
                uid
                for uid, sha256 in sorted(rekeying.found)
                if self._rekeyed(inbox_id, rekeying, uid, sha256)
            }
            self._engine.run(
                "UPDATE messages SET retired_at = :now"
                " WHERE inbox = :inbox AND uidvalidity <> :new AND retired_at IS NULL",
                inbox=inbox_id,
                new=rekeying.new,
                now=rekeying.now,
            )
            self._engine.run(
                "UPDATE inboxes SET uidvalidity = :new, old_stock_upto = :highest"
                " WHERE id = :inbox AND uidvalidity <> :new",
                inbox=inbox_id,
                new=rekeying.new,
                highest=rekeying.highest_uid,
            )
        return known

    def _rekeyed(
        self, inbox_id: int, rekeying: Rekeying, uid: int, sha256: str
    ) -> bool:
        """Give one row its new place; of several copies each takes a row of its own."""
        if self.known(rekeying.inbox, rekeying.new, (uid,)):
            return True
        return bool(
            self._engine.run(
                "UPDATE messages SET uidvalidity = :new, uid = :uid, gone_at = NULL"
                " WHERE id = (SELECT id FROM messages WHERE inbox = :inbox"
                " AND sha256 = :sha256 AND uidvalidity <> :new AND retired_at IS NULL"
                " ORDER BY filed_at IS NOT NULL, id LIMIT 1)",
                inbox=inbox_id,
                sha256=sha256,
                new=rekeying.new,
                uid=uid,
            )
        )

    def retire_given_again(
        self,
        inbox: Inbox,
        uidvalidity: int,
        uidnext: int,
        there: Iterable[int],
        now: datetime,
    ) -> int:
        """Retire rows whose UIDs may stand for other messages by now; return how many.

        No message has a UID that is yet to be given. Where a row has one, and nothing
        is `there`, the server went back to an earlier state of the folder: such UIDs
        are given again, and what is there may be something else than before.
        """
        place = {
            "account": inbox.account,
            "folder": inbox.folder,
            "uidvalidity": uidvalidity,
            "uidnext": uidnext,
            "there": json.dumps(list(there)),
        }
        if not self._engine.row(
            "SELECT m.id FROM messages m JOIN inboxes i ON i.id = m.inbox"
            " WHERE i.account = :account AND i.folder = :folder"
            " AND m.uidvalidity = :uidvalidity AND m.retired_at IS NULL"
            " AND m.uid >= :uidnext"
            " AND m.uid NOT IN (SELECT value FROM json_each(:there)) LIMIT 1",
            **place,
        ):
            return 0
        with self._engine.writing():
            return self._engine.run(
                "UPDATE messages SET retired_at = :now"
                " WHERE inbox = (SELECT id FROM inboxes"
                " WHERE account = :account AND folder = :folder)"
                " AND uidvalidity = :uidvalidity AND retired_at IS NULL"
                " AND (uid >= :uidnext"
                " OR uid IN (SELECT value FROM json_each(:there)))",
                now=now,
                **place,
            )

    def reconcile(
        self, inbox: Inbox, uidvalidity: int, uids: Iterable[int], now: datetime
    ) -> Ledger:
        """Compare all UIDs on the server with the rows, note what is gone, count."""
        on_server = set(uids)
        with self._engine.writing():
            inbox_id = inbox_row(self._engine, inbox, uidvalidity)
            rows = self._engine.rows(
                "SELECT id, uid, fate, filed_at, gone_at FROM messages"
                " WHERE inbox = :inbox AND uidvalidity = :uidvalidity"
                " AND retired_at IS NULL",
                inbox=inbox_id,
                uidvalidity=uidvalidity,
            )
            for row in rows:
                is_gone = row["uid"] not in on_server and row["filed_at"] is None
                if is_gone != (row["gone_at"] is not None):
                    self._engine.run(
                        "UPDATE messages SET gone_at = :gone_at WHERE id = :id",
                        id=row["id"],
                        gone_at=now if is_gone else None,
                    )
        return _counted(rows, on_server)


def _counted(rows: Sequence[dict[str, object]], on_server: set[int]) -> Ledger:
    filed = {row["uid"] for row in rows if row["filed_at"] is not None}
    unmoved = [row for row in rows if row["filed_at"] is None]
    fates = [row["fate"] for row in unmoved]
    return Ledger(
        filed=len(filed),
        set_aside=fates.count("aside"),
        left=fates.count("left"),
        recorded=fates.count("recorded") + fates.count("duplicate"),
        gone=sum(row["uid"] not in on_server for row in unmoved),
        unaccounted=tuple(sorted(on_server - {row["uid"] for row in rows})),
        lingering=tuple(uid for uid in sorted(on_server) if uid in filed),
        there=Counter(
            "recorded" if row["fate"] == "duplicate" else str(row["fate"])
            for row in unmoved
            if row["uid"] in on_server
        ),
    )


def inbox_row(
    engine: Engine, inbox: Inbox, uidvalidity: int, also: int | None = None
) -> int:
    """Return the row of a mailbox, made at its first sight.

    Raises TransientError when its UIDVALIDITY is neither of those given: the rows must
    be re-keyed before anything else is written.
    """
    row = engine.row(
        "SELECT id, uidvalidity FROM inboxes"
        " WHERE account = :account AND folder = :folder",
        account=inbox.account,
        folder=inbox.folder,
    ) or engine.one(
        "INSERT INTO inboxes (account, folder, uidvalidity, mailbox)"
        " VALUES (:account, :folder, :uidvalidity, :own)"
        " RETURNING id, uidvalidity",
        account=inbox.account,
        folder=inbox.folder,
        uidvalidity=uidvalidity,
    )
    if row["uidvalidity"] not in (uidvalidity, also):
        raise TransientError(
            f"UIDVALIDITY of the mailbox is {uidvalidity}, but its rows stand under "
            f"{row['uidvalidity']}: they must be re-keyed first"
        )
    return int(row["id"])


def keep_raw(engine: Engine, sha256: str, raw: bytes, *, is_whole: bool) -> None:
    """Store the bytes of a message once, compressed."""
    engine.run(
        "INSERT INTO raws (sha256, size, is_whole, compressed)"
        " VALUES (:sha256, :size, :is_whole, :compressed)"
        " ON CONFLICT (sha256) DO NOTHING",
        sha256=sha256,
        size=len(raw),
        is_whole=is_whole,
        compressed=zlib.compress(raw, _COMPRESSION),
    )
