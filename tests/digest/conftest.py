"""A store with mail in it, rules, and a morning."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.intake.conftest import NOBODY
from tests.journeys.installing import Settings, install
from tests.store.making import make_letter, record_case
from triage.config import load_config
from triage.decision.model import Reason
from triage.digest import Digest, Look, Made, MorningDigest, Surroundings, digest_of
from triage.intake import Rulebook
from triage.ruleset import Policy
from triage.ruleset.schema import DigestTable
from triage.store import Store
from triage.wiring import rulebook_of
from triage.workdays import due

MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)
MORNING = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
"""Tuesday, when the digest is written."""
BY_ROUTE = (Reason("by-route", "replies of this route wait for approval"),)
WATCHED = (Reason("watch", "people answer by hand"),)


@dataclass
class Office:
    """The job over a store; `now` is its clock."""

    store: Store
    rulebook: Rulebook
    now: datetime = MORNING
    around: Surroundings = field(
        default_factory=lambda: Surroundings(standing=None, poll_seconds=60)
    )

    @property
    def policy(self) -> Policy:
        ruleset = self.rulebook.ruleset
        return Policy(ruleset.tables, ruleset.calendar)

    def set_table(self, table: DigestTable) -> None:
        ruleset = self.rulebook.ruleset
        tables = ruleset.tables.model_copy(update={"digest": table})
        self.rulebook = replace(self.rulebook, ruleset=replace(ruleset, tables=tables))

    def run(self) -> Made:
        return MorningDigest(
            store=self.store,
            rulebook=lambda: self.rulebook,
            around=lambda: self.around,
            clock=lambda: self.now,
        ).run()

    def digest(self, **look: Any) -> Digest:
        look.setdefault("now", self.now)
        return digest_of(self.store, self.policy, self.around, Look(**look))

    def receive(self, uid: int = 1, at: datetime = MONDAY, **how: Any) -> str:
        """Record a complaint; its reply goes out, `waits` or is `withheld`."""
        reference = f"CMP-2026-{uid:05d}"
        calendar = self.rulebook.ruleset.calendar
        acknowledge = due(at, 2, calendar)
        decided = {
            "acknowledge": acknowledge,
            "respond": due(acknowledge.at, how.pop("respond_days", 10), calendar),
            "withheld": WATCHED if how.pop("withheld", False) else (),
            **how.pop("decided", {}),
        }
        held = BY_ROUTE if how.pop("waits", False) else ()
        letters = () if decided["withheld"] else (make_letter(reference, held=held),)
        record_case(
            self.store, uid, asked={"now": at}, decided=decided, letters=letters, **how
        )
        return reference

    def mails(self) -> list[EmailMessage]:
        """Return the digests in the order of their making."""
        lines = self.store.outbox.listed()
        items = [self.store.outbox.show(line.id) for line in lines]
        return [
            message_from_bytes(item.data, EmailMessage, policy=default)
            for item in items
            if item is not None and item.line.kind.startswith("digest-")
        ]


def body_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    modes = {"approved_folder": "Complaints/Approved"}
    folder = tmp_path_factory.mktemp("installation")
    return rulebook_of(load_config(install(folder, NOBODY, Settings(modes=modes))))


@pytest.fixture
def office(tmp_path: Path, rulebook: Rulebook) -> Iterator[Office]:
    office = Office(Store.open(tmp_path / "triage.sqlite3", exclusive=True), rulebook)
    office.set_table(DigestTable())
    yield office
    office.store.close()
