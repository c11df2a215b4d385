"""An office whose officers answer and file in their mail program; a fake mailbox."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.intake.conftest import NOBODY, NOW, ReaderHere
from tests.intake.mails import delivered
from tests.journeys.installing import ADDRESS, Settings, install
from tests.journeys.mails import MOTHER, make_mail
from tests.servers.fake_mailbox import SENT, FakeMailbox
from triage.answers import Answers, Done
from triage.config import load_config
from triage.intake import Intake, Rulebook
from triage.store import CaseFile, Inbox, Matter, Store
from triage.wiring import rulebook_of

FORMAL, REVIEW = "Complaints/Formal", "Complaints/Review"
CLOSED, FOLLOW_UPS = "Complaints/Closed", "Complaints/Follow-ups"
COLLEAGUE = "anna@examboard.example"
COMPLAINT = "<complaint@post.example>"
PROOF = "mx.examboard.example; dmarc=pass header.from=examboard.example"
LONG = (
    "We have found out why our website could not be reached. A certificate had run"
    " out, and nobody had noticed. It has been renewed, and your entries are open."
)


@dataclass
class Office:
    """One account, its store and two jobs; `now` is theirs."""

    intake: Intake
    inbox: FakeMailbox
    store: Store
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.intake.clock = self.clock
        self.inbox.folders[SENT] = []
        self.eyes = self.inbox.beside("INBOX")
        self.answers = Answers(
            mailbox=self.eyes,
            store=self.store,
            read=self.intake.read_one,
            rulebook=lambda: self.intake.rulebook,
            clock=self.clock,
        )

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def run(self) -> Done:
        self.intake.run()
        return self.answers.run()

    def complain(self, **fields: str) -> None:
        """Take up a complaint, and look at every folder."""
        wanted = {"message_id": COMPLAINT} | fields
        self.inbox.deliver(delivered(**wanted), self.now)
        self.run()
        self.run()

    def send(self, text: str = LONG, **fields: str) -> None:
        """Let an officer answer the complaint."""
        self.inbox.deliver(answer(text, **fields), self.now, folder=SENT)

    def move(self, source: str, target: str) -> None:
        """Move all mails of a folder, as an officer does."""
        with self.inbox.beside(source) as hand:
            hand.select()
            hand.file(hand.uids(), target)

    @property
    def case(self) -> CaseFile:
        (line,) = self.store.cases.listed()
        found = self.store.cases.show(line.reference)
        assert found is not None
        return found

    @property
    def matters(self) -> list[Matter]:
        return self.store.matters.open_matters()


def answer(text: str = LONG, **fields: str) -> bytes:
    """Write what an officer's mail program makes of an answer to the complaint."""
    subject = fields.pop("subject", "Re: Complaint")
    wanted = {"to": MOTHER, "in_reply_to": COMPLAINT} | fields
    sender = wanted.pop("sender", ADDRESS)
    return make_mail(subject, text, sender=sender, **wanted)


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    # Signals of complaints stand here for those of holding letters and of questions.
    answers = {
        "closed_folder": CLOSED,
        "holding": ["teaching"],
        "doubtful": ["earlier-letter"],
    }
    settings = Settings(
        answers=answers, mailbox={"authserv_id": "mx.examboard.example"}
    )
    folder = tmp_path_factory.mktemp("office")
    return rulebook_of(load_config(install(folder, NOBODY, settings)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as opened:
        yield opened


@pytest.fixture
def office(rulebook: Rulebook, store: Store) -> Iterator[Office]:
    with FakeMailbox() as inbox:
        intake = Intake(
            inbox=Inbox("triage@imap.example"),
            mailbox=inbox,
            reader=ReaderHere(rulebook.ruleset),
            store=store,
            rulebook=rulebook,
            clock=lambda: NOW,
        )
        yield Office(intake, inbox, store)


@pytest.fixture
def filed(office: Office) -> Office:
    """An office with one complaint, filed on the route of formal ones."""
    office.complain()
    return office


@pytest.fixture
def sharing_a_folder(office: Office) -> Office:
    """An office in whose rules two routes have one folder."""
    rules = office.intake.rulebook
    tables = rules.ruleset.tables
    routes = tuple(
        route.model_copy(update={"folder": REVIEW})
        if route.id == "school-first"
        else route
        for route in tables.route
    )
    ruleset = replace(rules.ruleset, tables=tables.model_copy(update={"route": routes}))
    office.intake.rulebook = replace(rules, ruleset=ruleset)
    office.complain()
    return office
