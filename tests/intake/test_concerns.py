"""Other people's mail, where the rules want what people are dissatisfied with."""

from dataclasses import replace
from typing import Any

import pytest

from tests.intake.conftest import ReaderHere
from tests.intake.mails import delivered
from tests.servers.fake_mailbox import FakeMailbox
from triage.intake import Intake, Rulebook
from triage.reader import Unreadable
from triage.ruleset.schema import Dissatisfied
from triage.store import CaseState, Store

UNHAPPY = "I wrote to you twice about the website and nobody answers."


def recording(rulebook: Rulebook, **changes: Any) -> Rulebook:
    wanted: dict[str, Any] = {
        "record": True,
        "route": "review",
        "any": ("earlier-letter",),
    }
    table = Dissatisfied(**(wanted | changes))
    tables = rulebook.ruleset.tables.model_copy(update={"dissatisfied": table})
    return replace(rulebook, ruleset=replace(rulebook.ruleset, tables=tables))


@pytest.fixture
def listening(intake: Intake, rulebook: Rulebook) -> Intake:
    return replace(intake, rulebook=recording(rulebook))


def test_a_dissatisfied_mail_is_recorded_as_a_case_that_owes_nothing(
    listening: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered("Your service", UNHAPPY))

    done = listening.run()

    (case,) = store.cases.listed()
    assert done == {"recorded": 1}
    assert (case.route, case.topic, case.outcome) == ("review", "website", "recorded")
    assert case.state is CaseState.CLOSED
    assert (case.acknowledge_by, case.respond_by) == (None, None)
    assert store.cases.debts() == []
    assert store.outbox.listed() == []


def test_it_stays_where_and_as_it_was(
    listening: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered("Your service", UNHAPPY))
    before = {name: [*kept] for name, kept in mailbox.folders.items()}

    listening.run()
    again = listening.run()

    assert mailbox.folders == before
    assert [kept.flags for kept in mailbox.folders["INBOX"]] == [frozenset()]
    assert again == {}
    assert store.ledger.unfiled(listening.inbox) == []


def test_other_mail_leaves_nothing_behind(
    listening: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered("Lunch", "Shall we?"))

    done = listening.run()

    assert done == {"left": 1}
    assert store.fates.listed() == []
    assert store._engine.rows("SELECT * FROM raws") == []


def test_no_mail_is_read_where_nothing_is_to_be_recorded(
    intake: Intake, mailbox: FakeMailbox, reader: ReaderHere
) -> None:
    mailbox.deliver(delivered("Your service", UNHAPPY))
    reader.answers[1] = Unreadable(1, "it was read")

    assert intake.run() == {"left": 1}
    assert intake._looked_at == set()


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(delivered("News", f"{UNHAPPY} {'x' * 3000}"), id="large"),
        pytest.param(delivered("News", UNHAPPY, list_id="<news>"), id="newsletter"),
    ],
)
def test_what_is_large_or_a_machines_is_not_read(
    mail: bytes, intake: Intake, mailbox: FakeMailbox, reader: ReaderHere
) -> None:
    book = recording(intake.rulebook, at_most_kilobytes=2)
    mailbox.deliver(mail)
    reader.answers[1] = Unreadable(1, "it was read")

    done = replace(intake, rulebook=book).run()

    assert done == {"left": 1}


def test_what_cannot_be_read_of_other_peoples_mail_is_left(
    listening: Intake, mailbox: FakeMailbox, reader: ReaderHere, store: Store
) -> None:
    mailbox.deliver(delivered("Your service", UNHAPPY))
    reader.answers[1] = Unreadable(1, "it took too long")

    done = listening.run()

    assert done == {"left": 1}
    assert store.ledger.asides() == []


def test_to_name_a_case_in_the_text_makes_no_mail_ours(
    listening: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    mailbox.deliver(delivered("Hello", "Thank you for CMP-2026-00001."))

    done = listening.run()

    (case,) = store.cases.listed()
    assert done == {"recorded": 1, "filed": 1, "left": 1}
    assert case.messages == 1
