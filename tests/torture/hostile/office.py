"""An installation with the shipped rules, on real servers, and what it does to mail."""

import logging
import re
import shutil
import smtplib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from sqlite3 import Row, connect
from typing import Self

from typing_extensions import override

from tests.journeys.installing import ADDRESS, TEAM, Settings
from tests.journeys.journey import Journey
from tests.mailbox.sites import Seen
from tests.servers.dovecot import Dovecot
from tests.torture.evidence import Accepted, Delivered, Evidence
from tests.torture.hostile.headers import AUTHSERV
from tests.torture.hostile.kind import Specimen, Way
from triage import shipped
from triage.demo.servers import HOST, SmtpSink

BUDGETS = re.compile(r"^((?:sender|domain|all)_per_\w+) = \d+", re.MULTILINE)
OURS = frozenset(
    {
        ADDRESS,
        TEAM,
        "safeguarding@examboard.example",
        "malpractice@examboard.example",
        "director@examboard.example",
        "info@examboard.example",
    }
)
WHOLE_MESSAGE = "BODY[]"
UIDS = re.compile(r"^(\d+) .*?:([^:\s]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Book:
    """The store's rows, by SQL of our own."""

    messages: dict[int, list[Row]]
    """By UID in the folder that mail comes to."""
    raws: dict[str, tuple[bytes, bool]]
    """Kept octets by their hash, and whether they are whole."""
    letters: dict[int, list[Row]]
    """Replies by the message that they answer."""


class Office:
    """A journey whose rules are those that are shipped, but for the budgets."""

    def __init__(self, dovecot: Dovecot, smtp: SmtpSink, folder: Path) -> None:
        self.journey = Journey(dovecot, smtp, folder)
        self._dovecot, self._smtp = dovecot, smtp
        self._numbers = count(1)
        self.names: dict[str, Specimen] = {}
        """What lies in the Maildir, by the file's name."""
        config = self.journey.install(Settings(mailbox={"authserv_id": AUTHSERV}))
        lay_shipped_rules(config.parent / "rules")
        with self.journey.site.somebody_else() as client:
            client.select_folder("INBOX")
        self._maildir = dovecot.maildir(self.journey.user)

    def deliver(self, specimens: Iterable[Specimen]) -> None:
        """Put mails into the mailbox, each its own way."""
        with smtplib.LMTP(HOST, self._dovecot.lmtp) as server:
            known = set(self._files())
            for specimen in specimens:
                if specimen.way is Way.AS_IS:
                    name = self._lay_down(specimen.octets)
                else:
                    user = [self.journey.user]
                    server.sendmail(specimen.mail_from, user, specimen.octets)
                    (name,) = set(self._files()) - known
                known.add(name)
                self.names[name] = specimen

    def _files(self) -> Iterator[str]:
        """Names of what nobody has opened yet, and of what somebody has."""
        for folder in ("new", "cur"):
            for path in (self._maildir / folder).iterdir():
                yield path.name.partition(":")[0]

    def _lay_down(self, octets: bytes) -> str:
        name = f"{1_700_000_000 + next(self._numbers)}.M1P1.asis"
        path = self._maildir / "tmp" / name
        path.write_bytes(octets)
        path.chmod(0o666)
        path.rename(self._maildir / "new" / name)
        return name

    def inbox(self) -> dict[int, tuple[Specimen, Seen]]:
        """Return what lies there by UID, and what it was made as."""
        contents = {seen.uid: seen for seen in self.journey.contents()}
        listed = (self._maildir / "dovecot-uidlist").read_text()
        uids = {name.partition(":")[0]: int(uid) for uid, name in UIDS.findall(listed)}
        return {
            uids[name]: (specimen, contents[uids[name]])
            for name, specimen in self.names.items()
            if uids.get(name) in contents
        }

    def book(self) -> Book:
        """Read what the store keeps."""
        store = connect(f"file:{self.journey.folder / 'triage.sqlite3'}?mode=ro", uri=True)
        store.row_factory = Row
        try:
            messages: dict[int, list[Row]] = {}
            for row in store.execute("SELECT * FROM messages"):
                messages.setdefault(row["uid"], []).append(row)
            letters: dict[int, list[Row]] = {}
            for row in store.execute("SELECT * FROM outbox WHERE category = 'reply'"):
                letters.setdefault(row["message"], []).append(row)
            raws = {
                row["sha256"]: (zlib.decompress(row["compressed"]), bool(row["is_whole"]))
                for row in store.execute("SELECT * FROM raws")
            }
        finally:
            store.close()
        return Book(messages, raws, letters)

    def evidence(self, logs: str) -> Evidence:
        """Return what the oracle judges."""
        folders = self.journey.site
        with folders.somebody_else() as client:
            names = [str(name) for _, _, name in client.list_folders()]
        return Evidence(
            delivered=tuple(map(delivered, self.names.values())),
            accepted=tuple(
                Accepted(
                    octets=each.octets,
                    envelope_from=each.sender,
                    recipients=each.recipients,
                )
                for each in self._smtp.accepted
            ),
            folders={
                name: tuple(seen.octets for seen in self.journey.contents(name))
                for name in names
            },
            store=self.journey.folder / "triage.sqlite3",
            own_addresses=OURS,
            logs=logs,
        )


def delivered(specimen: Specimen) -> Delivered:
    return Delivered(
        octets=specimen.octets,
        mark=specimen.mark,
        due=specimen.due,
        sender=specimen.sender,
    )


def lay_shipped_rules(folder: Path) -> None:
    """Put the shipped rules into a folder, with budgets that a storm does not spend."""
    shutil.rmtree(folder)
    shutil.copytree(shipped.rules(), folder)
    senders = folder / "80-senders.toml"
    text, changed = BUDGETS.subn(r"\1 = 100000", senders.read_text("utf-8"))
    assert changed == 3
    senders.write_text(text, "utf-8")


class Log(logging.Handler):
    """Keeps what is logged above debug."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
