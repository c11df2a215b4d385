"""The intake job on a fake mailbox and a real store, reading in this process."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys.installing import Servers, install
from tests.servers.fake_mailbox import FakeMailbox
from triage.config import load_config
from triage.intake import Intake, Rulebook
from triage.message import Fetched
from triage.reader import Reading, Unreadable, read_here
from triage.ruleset import Ruleset
from triage.store import Inbox, Store
from triage.wiring import rulebook_of

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOBODY = Servers(imap_port=1, user="triage", password="", smtp_port=1)


@dataclass
class ReaderHere:
    """Reads in this process; `answers` by UID are given in place of what is read."""

    ruleset: Ruleset
    answers: dict[int, Reading | Unreadable] = field(default_factory=dict)

    def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]:
        for each in batch:
            yield self.answers.get(each.uid) or read_here(self.ruleset, each)


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    config = install(tmp_path_factory.mktemp("installation"), NOBODY)
    return rulebook_of(load_config(config))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as opened:
        yield opened


@pytest.fixture
def mailbox() -> Iterator[FakeMailbox]:
    with FakeMailbox() as opened:
        yield opened


@pytest.fixture
def reader(rulebook: Rulebook) -> ReaderHere:
    return ReaderHere(rulebook.ruleset)


@pytest.fixture
def intake(
    mailbox: FakeMailbox, reader: ReaderHere, store: Store, rulebook: Rulebook
) -> Intake:
    return Intake(
        inbox=Inbox("triage@imap.example"),
        mailbox=mailbox,
        reader=reader,
        store=store,
        rulebook=rulebook,
        clock=lambda: NOW,
    )


@pytest.fixture
def told_by_a_long_name(rulebook: Rulebook) -> Rulebook:
    """A rulebook whose flag tells a contact with a long name."""
    tables = rulebook.ruleset.tables
    (flag,) = tables.flag
    name = "designated-safeguarding-lead-of-the-board"
    flags = (flag.model_copy(update={"tell": (name,)}),)
    organisation = replace(
        rulebook.organisation, contacts={name: "lead@examboard.example"}
    )
    ruleset = replace(
        rulebook.ruleset, tables=tables.model_copy(update={"flag": flags})
    )
    return replace(rulebook, ruleset=ruleset, organisation=organisation)
