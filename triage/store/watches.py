"""Folders in which we see what people do, and which mails there were looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment

LOOKED = "answers"
"""The job whose heartbeat tells when all folders of sent mail were looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A folder as it was at the last look."""

    uidvalidity: int
    uidnext: int | None
    """None: something was left for the next look."""
    since: datetime
    """The first look under this numbering."""
    at: datetime


class Watches:
    """Reads and writes what was seen of folders."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, folder: str) -> Watch | None:
        """Return how a folder was at the last look."""
        row = self._engine.row(
            "SELECT * FROM watches WHERE folder = :folder"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            folder=folder,
        )
        if row is None:
            return None
        return Watch(
            uidvalidity=row["uidvalidity"],
            uidnext=row["uidnext"],
            since=moment(row["since"]),
            at=moment(row["at"]),
        )

    def note(self, folder: str, watch: Watch) -> None:
        """Write down a look; what was seen under another numbering is forgotten."""
        with self._engine.writing():
            self._engine.run(
                "INSERT INTO watches (mailbox, folder, uidvalidity, uidnext, since, at)"
                " VALUES (:own, :folder, :uidvalidity, :uidnext,"
                " :since, :at) ON CONFLICT (mailbox, folder)"
                " DO UPDATE SET uidvalidity = :uidvalidity, uidnext = :uidnext,"
                " since = :since, at = :at",
                folder=folder,
                uidvalidity=watch.uidvalidity,
                uidnext=watch.uidnext,
                since=watch.since,
                at=watch.at,
            )
            self._engine.run(
                "DELETE FROM watched"
                " WHERE folder = :folder AND uidvalidity <> :uidvalidity"
                " AND mailbox IN"
                " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))",
                folder=folder,
                uidvalidity=watch.uidvalidity,
            )

    def touch(self, folders: Iterable[str], at: datetime) -> None:
        """Note that folders were looked at and are as they were."""
        with self._engine.writing():
            for folder in folders:
                self._engine.run(
                    "UPDATE watches SET at = :at WHERE folder = :folder"
                    " AND mailbox = coalesce(:mailbox, mailbox)",
                    at=at,
                    folder=folder,
                )

    def seen(self, folder: str, uidvalidity: int) -> set[int]:
        """Return the UIDs that need no further look."""
        rows = self._engine.rows(
            "SELECT uid FROM watched"
            " WHERE folder = :folder AND uidvalidity = :uidvalidity"
            " AND mailbox IN"
            " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))",
            folder=folder,
            uidvalidity=uidvalidity,
        )
        return {row["uid"] for row in rows}

    def mark_seen(self, folder: str, uidvalidity: int, uids: Iterable[int]) -> None:
        """Note that mails need no further look."""
        with self._engine.writing():
            own = self._engine.own()
            self._engine.run_each(
                "INSERT INTO watched (mailbox, folder, uidvalidity, uid)"
                " VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                ((own, folder, uidvalidity, uid) for uid in uids),
            )
