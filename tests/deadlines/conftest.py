"""The job over a store, and what it is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.intake.conftest import NOBODY
from tests.journeys.installing import Settings, install
from tests.store.making import make_letter, make_record, record_case
from triage.config import load_config
from triage.deadlines import Deadlines, Sweep
from triage.decision.model import Disposition, Reason
from triage.intake import Rulebook
from triage.store import CaseLine, Category, IllegalMoveError, State, Store
from triage.store.moving import Claim
from triage.store.outbox import Claimed
from triage.store.watches import LOOKED
from triage.wiring import rulebook_of
from triage.workdays import due

RECEIVED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday: to be acknowledged by Wednesday, 17:00."""
TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
BY_ROUTE = (Reason("by-route", "replies of this route wait"),)


@dataclass
class Office:
    """The job over a store; `now` is its clock."""

    store: Store
    rulebook: Rulebook
    now: datetime = TUESDAY
    sees_answers: bool = True
    """Sent mail was looked through before each sweep."""
    job: Deadlines = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> "Office":
        """Begin as a new process would."""
        self.job = Deadlines(
            store=self.store, rulebook=lambda: self.rulebook, clock=lambda: self.now
        )
        return self

    def settle(self, at: datetime) -> None:
        """Have a sweep made more than a day before, as where it goes on steadily."""
        self.now = at - timedelta(hours=25)
        self.run()
        self.now = at

    def run(self) -> Sweep:
        if self.sees_answers:
            self.store.heartbeat.note(LOOKED, self.now)
        return self.job.run()

    def receive(
        self,
        uid: int = 1,
        at: datetime = RECEIVED,
        *,
        waits: bool = True,
        responds: bool = False,
    ) -> None:
        """Record a complaint whose reply waits for approval, or was withheld."""
        reference = f"CMP-2026-{uid:05d}"
        acknowledge = due(at, 2, self.rulebook.ruleset.calendar)
        decided: dict[str, Any] = {"acknowledge": acknowledge}
        if responds:
            decided["respond"] = due(acknowledge.at, 10, self.rulebook.ruleset.calendar)
        if not waits:
            decided["withheld"] = (Reason("watch", "this route is only watched"),)
        letter = make_letter(reference, held=BY_ROUTE)
        record_case(
            self.store,
            uid,
            asked={"now": at},
            decided=decided,
            letters=(letter,) if waits else (),
        )

    def acknowledged(
        self,
        uid: int = 1,
        at: datetime = RECEIVED,
        *,
        route: str = "formal-complaint",
        responds: bool = True,
    ) -> str:
        """Record a complaint whose acknowledgement went out."""
        calendar = self.rulebook.ruleset.calendar
        reference = f"CMP-2026-{uid:05d}"
        acknowledge = due(at, 2, calendar)
        decided = {
            "acknowledge": acknowledge,
            "respond": due(acknowledge.at, 10, calendar) if responds else None,
            "route": route,
        }
        letters = (make_letter(reference),)
        record_case(
            self.store, uid, asked={"now": at}, decided=decided, letters=letters
        )
        self.send(at)
        return reference

    def send(self, at: datetime) -> None:
        """Have the server accept every letter that is queued."""
        until = Claim(owner="test", deadline=at + timedelta(minutes=15))
        while letter := self.store.outbox.claim(at, until):
            self.store.outbox.finish(letter, at, until)
            self.store.outbox.accept(letter, at, "250 queued")

    def claim(self, at: datetime) -> Claimed:
        """Have a dispatcher take the next letter."""
        until = Claim(owner="test", deadline=at + timedelta(minutes=15))
        letter = self.store.outbox.claim(at, until)
        assert letter is not None
        return letter

    def refuses_dot(self, letter: Claimed) -> None:
        """Have it find out before the dot that nobody wants the letter."""
        until = Claim(owner="test", deadline=self.now + timedelta(minutes=15))
        with pytest.raises(IllegalMoveError):
            self.store.outbox.finish(letter, self.now, until)

    def bounce(self, message_id: str) -> None:
        """Record a report that a letter of ours came back."""
        decided = {"disposition": Disposition.RECORD, "route": None, "case": None}
        self.store.record(
            make_record(
                90, decided=decided, undelivered=message_id, reference="CMP-2026-00090"
            )
        )

    def with_clock(self, **clock: Any) -> None:
        """Change what stands in [clock]."""
        self.with_tables(clock=clock)

    def with_tables(self, **tables: dict[str, Any]) -> None:
        """Change keys of tables of the rules."""
        ruleset = self.rulebook.ruleset
        changed = {
            name: getattr(ruleset.tables, name).model_copy(update=keys)
            for name, keys in tables.items()
        }
        ruleset = replace(ruleset, tables=ruleset.tables.model_copy(update=changed))
        self.rulebook = replace(self.rulebook, ruleset=ruleset)

    def case(self, reference: str) -> CaseLine:
        found = self.store.cases.show(reference)
        assert found is not None
        return found.line

    def add_route(self, id_: str, **keys: Any) -> None:
        """Add a route that is like the first one but for these keys."""
        ruleset = self.rulebook.ruleset
        first = ruleset.tables.route[0]
        added = first.model_copy(update={"id": id_, "title": "The last step"} | keys)
        routes = (*ruleset.tables.route, added)
        tables = ruleset.tables.model_copy(update={"route": routes})
        self.rulebook = replace(self.rulebook, ruleset=replace(ruleset, tables=tables))

    def mails(self) -> list[tuple[EmailMessage, str]]:
        """Return the mails to people of ours, each with its text in one line."""
        return list(zip(self.reminders(), self.texts(), strict=True))

    def texts(self) -> list[str]:
        """Return what the reminders say, each in one line."""
        bodies = [mail.get_body(("plain",)) for mail in self.reminders()]
        return [
            " ".join(str(body.get_content()).split())
            for body in bodies
            if body is not None
        ]

    def reminders(self) -> list[EmailMessage]:
        lines = self.store.outbox.listed(State.QUEUED)
        items = [self.store.outbox.show(line.id) for line in lines]
        return [
            message_from_bytes(item.data, EmailMessage, policy=default)
            for item in items
            if item is not None and item.line.category is Category.NOTICE
        ]


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    modes = {"approved_folder": "Complaints/Approved"}
    folder = tmp_path_factory.mktemp("installation")
    return rulebook_of(load_config(install(folder, NOBODY, Settings(modes=modes))))


@pytest.fixture
def office(tmp_path: Path, rulebook: Rulebook) -> Iterator[Office]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as store:
        yield Office(store, rulebook)
