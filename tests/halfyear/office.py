"""The program under the half year: its jobs, wired to the servers of the world."""

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.halfyear.servers import SENT, Killed, Submission
from tests.journeys.installing import Servers, Settings, install
from tests.servers.fake_mailbox import FakeMailbox
from triage import shipped
from triage.answers import Answers
from triage.approvals import Approvals
from triage.config import Config, load_config
from triage.deadlines import Deadlines
from triage.digest import MorningDigest, Surroundings
from triage.dispatch import Dispatch, Sender
from triage.intake import Intake, Rulebook
from triage.message import Fetched
from triage.reader import Reading, Unreadable, read_here
from triage.retention import Retention
from triage.store import Inbox, Store
from triage.wiring import rulebook_of
from triage.wiring.rulebook import bound_to

NOBODY = Servers(imap_port=1, user="triage", password="", smtp_port=1)
INBOX = Inbox("triage@imap.example")
APPROVED, REJECTED = "Complaints/Approved", "Complaints/Rejected"


@dataclass
class ReaderHere:
    """Reads in this process, which may be killed after so many mails."""

    rulebook: Callable[[], Rulebook]
    dies_after: int | None = None

    def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]:
        for each in batch:
            if self.dies_after is not None:
                self.dies_after -= 1
                if self.dies_after < 0:
                    self.dies_after = None
                    raise Killed
            yield read_here(self.rulebook().ruleset, each)


@dataclass
class Office:
    """One installation: started and stopped as often as need be."""

    folder: Path
    account: FakeMailbox
    submission: Submission
    clock: Callable[[], datetime]
    told: Callable[[Path], None]
    """Called as soon as a digest is queued, with the store."""
    is_up: bool = False
    _beside: sqlite3.Connection | None = None

    def __post_init__(self) -> None:
        submission = {"witness": "sent", "sent_folder": SENT}
        install(self.folder, NOBODY, Settings(submission=submission))
        shutil.rmtree(self.folder / "rules")
        shutil.copytree(shipped.rules(), self.folder / "rules")
        self.edit("65-modes.toml", "# approved_folder", "approved_folder")
        self.edit("65-modes.toml", "# rejected_folder", "rejected_folder")
        self.config: Config = load_config(self.folder / "config.toml")
        self.rulebook = rulebook_of(self.config)

    @property
    def path(self) -> Path:
        return self.config.store.path

    def edit(self, name: str, before: str, after: str) -> None:
        """Change a rule file as ops do; it comes into force with `renew`."""
        path = self.folder / "rules" / name
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")

    def renew(self) -> None:
        """Put the rules in force as they are in their folder."""
        self.rulebook = rulebook_of(self.config)
        if self.is_up:
            self.intake.rulebook = self._bound()

    def start(self) -> None:
        self.store = Store.open(self.path, exclusive=True)
        # Nobody pulls the plug on this machine; a kill is an exception.
        self.store._engine.run("PRAGMA synchronous = OFF")
        self.account.connect()
        self.reader = ReaderHere(lambda: self.intake.rulebook)
        self.intake = Intake(
            inbox=INBOX,
            mailbox=self.account,
            reader=self.reader,
            store=self.store,
            rulebook=self._bound(),
            clock=self.clock,
        )
        self.dispatch = Dispatch(
            outbox=self.store.outbox,
            submission=self.submission,
            witness=self.submission,
            sender=Sender("half year"),
            clock=self.clock,
        )
        self.approvals = Approvals(
            mailbox=self.account.beside("INBOX"),
            store=self.store,
            modes=lambda: self.intake.rulebook.ruleset.tables.modes,
            clock=self.clock,
        )
        self.answers = Answers(
            mailbox=self.account.beside("INBOX"),
            store=self.store,
            read=self.intake.read_one,
            rulebook=lambda: self.intake.rulebook,
            clock=self.clock,
            sent_folders=(SENT,),
        )
        self.retention = Retention(
            store=self.store, rulebook=lambda: self.intake.rulebook, clock=self.clock
        )
        self.deadlines = Deadlines(
            store=self.store, rulebook=lambda: self.intake.rulebook, clock=self.clock
        )
        self.digest = MorningDigest(
            store=self.store,
            rulebook=lambda: self.intake.rulebook,
            around=lambda: Surroundings(standing=None, poll_seconds=60),
            clock=self.clock,
        )
        self.dispatch.recover()
        self.is_up = True

    def stop(self) -> None:
        """End, cleanly or not: what is committed stays, nothing else does."""
        self.is_up = False
        self.store.close()

    def poll(self) -> None:
        """What the daemon does when new mail comes."""
        self.account.connect()
        self.intake.run()
        self.dispatch.run()

    def sweep(self) -> None:
        """What the daemon does every few minutes."""
        self.account.connect()
        self.intake.run()
        self.approvals.run()
        self.answers.run()
        self.deadlines.run()
        self.retention.run()
        if self.digest.run():
            self.told(self.path)
        self.dispatch.run()

    def look_up(self, question: str, *values: object) -> list[sqlite3.Row]:
        """Ask the store as somebody beside the program."""
        if self._beside is None:
            self._beside = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
            self._beside.row_factory = sqlite3.Row
        return self._beside.execute(question, values).fetchall()

    def close(self) -> None:
        """Nobody works here any more."""
        # The last one to leave empties the write-ahead log.
        if self._beside is not None:
            self._beside.close()
        self.stop()

    def _bound(self) -> Rulebook:
        return bound_to(self.rulebook, self.store.salt)
