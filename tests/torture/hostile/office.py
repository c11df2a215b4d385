"""An installation with the shipped rules, and which mail lies where in its mailbox."""

import re
import smtplib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from sqlite3 import Row, connect

from tests.journeys.installing import Settings
from tests.mailbox.sites import Seen
from tests.servers.dovecot import Dovecot
from tests.torture.evidence import Delivered
from tests.torture.hostile.kind import Specimen, Way
from tests.torture.shipped_rules import AUTHSERV, lay_shipped_rules
from tests.torture.site import Site
from triage.demo.servers import HOST, SmtpSink

UIDS = re.compile(r"^(\d+) .*?:([^:\s]+)$", re.MULTILINE)
"""A line of the file in which Dovecot notes which UID a file has."""


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
    """A site whose rules are those that are shipped, but for the budgets."""

    def __init__(self, dovecot: Dovecot, smtp: SmtpSink, folder: Path) -> None:
        self.site = Site(dovecot, smtp, folder)
        self._dovecot = dovecot
        self._numbers = count(1)
        self._names: dict[str, Specimen] = {}
        settings = Settings(mailbox={"authserv_id": AUTHSERV})
        lay_shipped_rules(self.site.install(settings).parent / "rules")
        with self.site.journey.site.somebody_else() as client:
            client.select_folder("INBOX")
        self._maildir = dovecot.maildir(self.site.journey.user)

    def deliver(self, specimens: Iterable[Specimen]) -> None:
        """Put mails into the mailbox, each its own way."""
        known = set(self._files())
        with smtplib.LMTP(HOST, self._dovecot.lmtp) as server:
            for specimen in specimens:
                if specimen.way is Way.AS_IS:
                    name = self._lay_down(specimen.octets)
                else:
                    user = [self.site.journey.user]
                    server.sendmail(specimen.mail_from, user, specimen.octets)
                    (name,) = set(self._files()) - known
                known.add(name)
                self._names[name] = specimen
                self.site.delivered.append(_delivered(specimen))

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
        """Return what lies there by UID, and as what it was made."""
        contents = {seen.uid: seen for seen in self.site.journey.contents()}
        listed = (self._maildir / "dovecot-uidlist").read_text("utf-8")
        by_uid = {
            int(uid): name.partition(":")[0] for uid, name in UIDS.findall(listed)
        }
        return {uid: (self._names[by_uid[uid]], contents[uid]) for uid in contents}

    def book(self) -> Book:
        """Read what the store keeps."""
        with closing(connect(f"file:{self.site.store}?mode=ro", uri=True)) as store:
            store.row_factory = Row
            messages: dict[int, list[Row]] = {}
            for row in store.execute("SELECT * FROM messages"):
                messages.setdefault(row["uid"], []).append(row)
            letters: dict[int, list[Row]] = {}
            for row in store.execute("SELECT * FROM outbox WHERE category = 'reply'"):
                letters.setdefault(row["message"], []).append(row)
            kept = store.execute("SELECT sha256, compressed, is_whole FROM raws")
            raws = {
                row["sha256"]: (
                    zlib.decompress(row["compressed"]),
                    bool(row["is_whole"]),
                )
                for row in kept
            }
        return Book(messages, raws, letters)


def _delivered(specimen: Specimen) -> Delivered:
    return Delivered(
        octets=specimen.octets,
        mark=specimen.mark,
        due=specimen.due,
        sender=specimen.sender,
    )
