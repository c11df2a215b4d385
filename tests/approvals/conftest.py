"""An office in hold: two jobs, and an officer who moves mails."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.intake.conftest import NOW, ReaderHere
from tests.intake.mails import delivered
from tests.journeys.installing import Servers, Settings, install
from tests.servers.fake_mailbox import FakeMailbox
from triage.approvals import Approvals, Done
from triage.config import load_config
from triage.intake import Intake, Rulebook
from triage.store import HandedIn, Inbox, OutboxLine, State, Store
from triage.wiring import rulebook_of

NOBODY = Servers(imap_port=1, user="triage", password="", smtp_port=1)
FORMAL = "Complaints/Formal"
APPROVED = "Complaints/Approved"
REJECTED = "Complaints/Rejected"
MODES = {
    "at_most": "hold",
    "approved_folder": APPROVED,
    "rejected_folder": REJECTED,
}


@dataclass
class Office:
    """One account, its store and the two jobs; `now` is theirs."""

    intake: Intake
    inbox: FakeMailbox
    store: Store
    now: datetime = NOW
    files: bool = True

    def __post_init__(self) -> None:
        self.intake.clock = self.clock
        self.intake.files = self.files
        self.eyes = self.inbox.beside("INBOX")
        self.approvals = Approvals(
            mailbox=self.eyes,
            store=self.store,
            modes=lambda: self.intake.rulebook.ruleset.tables.modes,
            clock=self.clock,
            files=self.files,
        )

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def take_up(self, *mails: bytes) -> None:
        """Deliver mails, and run both jobs, as the daemon does."""
        for mail in mails:
            self.inbox.deliver(mail)
        self.run()

    def run(self) -> Done:
        self.intake.run()
        return self.approvals.run()

    def contents(self, folder: str) -> list[bytes]:
        return [kept.octets for kept in self.inbox.folders.get(folder, [])]

    def move(self, source: str, target: str) -> None:
        """Move all mails of a folder, as an officer does."""
        with self.inbox.beside(source) as hand:
            hand.select()
            hand.file(hand.uids(), target)

    def letters(self) -> list[OutboxLine]:
        return self.store.outbox.listed()

    def states(self) -> list[State]:
        return [line.state for line in self.letters()]

    def left(self) -> list[HandedIn]:
        return self.store.handed_in.left_alone()


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("in hold")
    return rulebook_of(load_config(install(folder, NOBODY, Settings(modes=MODES))))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as opened:
        yield opened


@pytest.fixture
def intake(rulebook: Rulebook, store: Store) -> Iterator[Intake]:
    with FakeMailbox() as inbox:
        yield Intake(
            inbox=Inbox("triage@imap.example"),
            mailbox=inbox,
            reader=ReaderHere(rulebook.ruleset),
            store=store,
            rulebook=rulebook,
            clock=lambda: NOW,
        )


@pytest.fixture
def office(intake: Intake, store: Store) -> Office:
    """An office whose folders were looked at once, with nothing in them."""
    inbox = intake.mailbox
    assert isinstance(inbox, FakeMailbox)
    made = Office(intake, inbox, store)
    made.run()
    return made


@pytest.fixture
def filing_nothing(intake: Intake, store: Store) -> Office:
    """The same with `file = false`: mails stay in the inbox."""
    inbox = intake.mailbox
    assert isinstance(inbox, FakeMailbox)
    made = Office(intake, inbox, store, files=False)
    made.run()
    return made


@pytest.fixture
def waiting(office: Office) -> Office:
    """An office with one filed complaint whose letter waits."""
    office.take_up(delivered())
    return office


@pytest.fixture
def flagged(office: Office) -> Office:
    """An office with a flagged redirection: two letters wait for one complaint."""
    rules = office.intake.rulebook
    tables = rules.ruleset.tables
    (flag,) = tables.flag
    changes = {
        "flag": (
            flag.model_copy(
                update={
                    "never_redirect": False,
                    "template": None,
                    "hold_redirect": True,
                }
            ),
        ),
        "guard": tables.guard.model_copy(update={"meanwhile": "acknowledged-held"}),
    }
    ruleset = replace(rules.ruleset, tables=tables.model_copy(update=changes))
    office.intake.rulebook = replace(rules, ruleset=ruleset)
    office.take_up(delivered(text="My son says the teacher beats him. The teacher!"))
    return office
