"""Mails that people moved into the folders for approval and rejection.

Every mail that was ever seen there has a row: what it did, or why it was left alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.decision.model import Disposition
from triage.store.engine import Engine, Row, moment


@dataclass(frozen=True, slots=True)
class Spot:
    """A mail in one of these folders."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A mail that was taken up, and its letters that wait for approval."""

    since: datetime
    """From when on it can have been moved by a person: filed, or recorded."""
    message: int
    """Its row."""
    case: str | None
    """The case, where it is a person's mail."""
    folder: str | None
    """Where it was filed, or moved to since."""
    is_ours: bool
    """Whether it was taken up in the mailbox in view; else it is a copy that lies
    here, and whoever moves it decides nothing there."""
    waiting: tuple[int, ...]
    """The letter that acknowledges comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What a mail in such a folder did."""

    spot: Spot
    at: datetime
    letter: int | None
    """The letter that was decided about; None: the mail was left alone."""
    reason: str
    back_to: str | None = None
    """The folder to which it returns."""


class HandedInRows:
    """Reads and writes what became of mails in these folders."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, folder: str, uidvalidity: int) -> set[int]:
        """Return the UIDs that were seen in a folder before."""
        rows = self._engine.rows(
            "SELECT uid FROM handed_in"
            " WHERE folder = :folder AND uidvalidity = :uidvalidity"
            " AND mailbox IN"
            " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))",
            folder=folder,
            uidvalidity=uidvalidity,
        )
        return {row["uid"] for row in rows}

    def by_bytes(self, sha256: str) -> Filed | None:
        """Return what was taken up with these bytes."""
        row = self._engine.row(
            "SELECT * FROM messages WHERE sha256 = :sha256 AND fate = 'recorded'"
            " ORDER BY id LIMIT 1",
            sha256=sha256,
        )
        return None if row is None else self._filed(row)

    def by_id(
        self, message_id: str, address: str, received_at: datetime
    ) -> Filed | None:
        """Return the one mail with this Message-ID, writer and moment of arrival."""
        rows = self._engine.rows(
            "SELECT * FROM messages WHERE message_id = :message_id"
            " AND address = :address AND received_at = :received_at"
            " AND fate = 'recorded'",
            message_id=message_id,
            address=address,
            received_at=received_at,
        )
        return self._filed(rows[0]) if len(rows) == 1 else None

    def _filed(self, row: Row) -> Filed:
        waiting = self._engine.rows(
            "SELECT id FROM outbox WHERE message = :message AND category = 'reply'"
            " AND state = 'held' AND attempt = 0 ORDER BY acknowledges DESC, id",
            message=row["id"],
        )
        case = self._engine.row(
            "SELECT reference FROM cases WHERE id = :case_id", case_id=row["case_id"]
        )
        is_persons = row["disposition"] == Disposition.ANSWER
        return Filed(
            message=row["id"],
            case=case["reference"] if case and is_persons else None,
            since=moment(row["filed_at"] or row["seen_at"]),
            folder=row["folder"],
            is_ours=self._is_ours(row["inbox"]),
            waiting=tuple(each["id"] for each in waiting),
        )

    def _is_ours(self, inbox: int | None) -> bool:
        row = self._engine.row(
            "SELECT mailbox = coalesce(:mailbox, mailbox) AS is_ours FROM inboxes"
            " WHERE id = :inbox",
            inbox=inbox,
        )
        return row is None or bool(row["is_ours"])

    def note_moved(self, message: int, folder: str, at: datetime) -> None:
        """Note that a person moved a mail: it lies there from now on."""
        self._engine.run(
            "UPDATE messages SET folder = :folder, filed_at = :at WHERE id = :message",
            message=message,
            folder=folder,
            at=at,
        )

    def note(self, handed_in: HandedIn) -> None:
        """Write down what a mail did; belongs into one batch with what it did."""
        self._engine.run(
            "INSERT INTO handed_in"
            " (mailbox, folder, uidvalidity, uid, at, letter, reason, back_to)"
            " VALUES (:own, :folder, :uidvalidity, :uid, :at,"
            " :letter, :reason, :back_to)",
            folder=handed_in.spot.folder,
            uidvalidity=handed_in.spot.uidvalidity,
            uid=handed_in.spot.uid,
            at=handed_in.at,
            letter=handed_in.letter,
            reason=handed_in.reason,
            back_to=handed_in.back_to,
        )

    def to_move(self, folder: str, uidvalidity: int) -> list[tuple[int, str]]:
        """Return the mails that were decided about and lie there still: UID, folder."""
        rows = self._engine.rows(
            "SELECT uid, back_to FROM handed_in WHERE folder = :folder"
            " AND uidvalidity = :uidvalidity AND back_to IS NOT NULL"
            " AND gone_at IS NULL AND mailbox IN"
            " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))"
            " ORDER BY uid",
            folder=folder,
            uidvalidity=uidvalidity,
        )
        return [(row["uid"], row["back_to"]) for row in rows]

    def mark_gone(self, spots: Iterable[Spot], now: datetime) -> None:
        """Note that mails are no longer there."""
        with self._engine.writing():
            for spot in spots:
                self._engine.run(
                    "UPDATE handed_in SET gone_at = :now WHERE folder = :folder"
                    " AND uidvalidity = :uidvalidity AND uid = :uid"
                    " AND mailbox IN"
                    " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))",
                    folder=spot.folder,
                    uidvalidity=spot.uidvalidity,
                    uid=spot.uid,
                    now=now,
                )

    def last_look(self, folder: str, uidvalidity: int) -> datetime | None:
        """Return when a folder was last looked at, under this numbering."""
        row = self._engine.row(
            "SELECT at FROM looks WHERE folder = :folder"
            " AND uidvalidity = :uidvalidity AND mailbox = coalesce(:mailbox, mailbox)",
            folder=folder,
            uidvalidity=uidvalidity,
        )
        return None if row is None else moment(row["at"])

    def note_look(
        self, folder: str, uidvalidity: int, there: Sequence[int], at: datetime
    ) -> None:
        """Note a look at a folder, once all that lay there is written down."""
        with self._engine.writing():
            self._engine.run(
                "INSERT INTO looks (mailbox, folder, uidvalidity, at)"
                " VALUES (:own, :folder, :uidvalidity, :at)"
                " ON CONFLICT (mailbox, folder) DO UPDATE"
                " SET uidvalidity = :uidvalidity, at = :at",
                folder=folder,
                uidvalidity=uidvalidity,
                at=at,
            )
            self._engine.run(
                "UPDATE handed_in SET gone_at = :at"
                " WHERE folder = :folder AND uidvalidity <> :uidvalidity"
                " AND gone_at IS NULL AND mailbox IN"
                " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))",
                folder=folder,
                uidvalidity=uidvalidity,
                at=at,
            )
            gone = self._present(folder, uidvalidity) - set(there)
            self.mark_gone((Spot(folder, uidvalidity, uid) for uid in gone), at)

    def _present(self, folder: str, uidvalidity: int) -> set[int]:
        rows = self._engine.rows(
            "SELECT uid FROM handed_in WHERE folder = :folder"
            " AND uidvalidity = :uidvalidity AND gone_at IS NULL AND mailbox IN"
            " (SELECT id FROM mailboxes WHERE id = coalesce(:mailbox, id))",
            folder=folder,
            uidvalidity=uidvalidity,
        )
        return {row["uid"] for row in rows}

    def left_alone(self) -> list[HandedIn]:
        """Return the mails that lie there and did nothing, the eldest first."""
        rows = self._engine.rows(
            "SELECT * FROM handed_in WHERE letter IS NULL AND gone_at IS NULL"
            " AND mailbox = coalesce(:mailbox, mailbox)"
            " ORDER BY at, folder, uid"
        )
        return [
            HandedIn(
                spot=Spot(row["folder"], row["uidvalidity"], row["uid"]),
                at=moment(row["at"]),
                letter=None,
                reason=row["reason"],
                back_to=None,
            )
            for row in rows
        ]
