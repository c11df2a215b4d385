"""Mails to cases that are known, taken up with the letters as shipped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.intake.conftest import NOW
from tests.intake.mails import delivered
from tests.servers.fake_mailbox import FakeMailbox
from triage.intake import Intake, Rulebook
from triage.ruleset.schema import FollowUps
from triage.store import Category, Deed, MatterKind, Store

REF = "CMP-2026-00001"
DAY = timedelta(days=1)
FATHER = "kwame@elsewhere.example"


@pytest.fixture
def receipting(rulebook: Rulebook) -> Rulebook:
    table = FollowUps(receipt="receipt")
    tables = rulebook.ruleset.tables.model_copy(update={"follow_up": table})
    return replace(rulebook, ruleset=replace(rulebook.ruleset, tables=tables))


@pytest.fixture
def run_at(intake: Intake, receipting: Rulebook) -> Callable[[datetime], None]:
    def run(at: datetime) -> None:
        replace(intake, rulebook=receipting, clock=lambda: at).run()

    return run


Run = Callable[[datetime], None]


@pytest.fixture
def ours(mailbox: FakeMailbox, store: Store, run_at: Run) -> str:
    """Return the Message-ID of the letter that acknowledged a case."""
    mailbox.deliver(delivered())
    run_at(NOW)
    store.register.acknowledge(REF, Deed(at=NOW, by="triage", act="acknowledge"))
    return store.outbox.listed()[0].message_id


def receipts(store: Store) -> list[str]:
    kinds = [
        line.kind
        for line in store.outbox.listed()
        if line.category is Category.REPLY and line.kind != "acknowledge"
    ]
    return sorted(kinds)


def text_of_latest(store: Store) -> str:
    item = store.outbox.show(max(line.id for line in store.outbox.listed()))
    assert item is not None
    mail = message_from_bytes(item.data, EmailMessage, policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def kinds_of_matters(store: Store) -> list[MatterKind]:
    return [matter.kind for matter in store.matters.open_matters()]


def test_what_completes_a_case_is_told_with_the_date_of_the_answer(
    ours: str, mailbox: FakeMailbox, store: Store, run_at: Run
) -> None:
    mailbox.deliver(delivered("Re", "See my letter of 2 March.", in_reply_to=ours))

    run_at(NOW + DAY)

    case = store.cases.show(REF)
    assert case is not None
    assert case.line.missing == ()
    assert [note.text for note in case.notes] == [
        "correspondence came on 2 March 2026; nothing is missing now"
    ]
    assert receipts(store) == ["complete"]
    assert "We now have everything that we asked you for." in text_of_latest(store)
    assert "We aim to answer you by Wednesday 18 March 2026" in text_of_latest(store)


def test_a_receipt_asks_for_what_is_missing_still(
    ours: str, mailbox: FakeMailbox, store: Store, run_at: Run
) -> None:
    mailbox.deliver(delivered("Re", "I will send it.", in_reply_to=ours))

    run_at(NOW + DAY)

    assert receipts(store) == ["receipt-20260303"]
    assert "any earlier emails or letters" in text_of_latest(store)


def test_many_follow_ups_get_one_receipt(
    ours: str, mailbox: FakeMailbox, store: Store, run_at: Run
) -> None:
    for number in range(5):
        mailbox.deliver(delivered("Re", f"Part {number}.", in_reply_to=ours))
        run_at(NOW + number * DAY)

    assert receipts(store) == ["receipt-20260302"]


def test_a_receipt_does_not_acknowledge(
    mailbox: FakeMailbox, store: Store, run_at: Run, ours: str
) -> None:
    mailbox.deliver(delivered("Re", "More.", in_reply_to=ours))
    run_at(NOW)

    (row,) = store._engine.rows("SELECT acknowledges FROM outbox WHERE id = 2")
    assert row["acknowledges"] == 0


def test_a_mail_after_the_answer_goes_on_and_gets_nothing(
    ours: str, mailbox: FakeMailbox, store: Store, run_at: Run
) -> None:
    answered_at = NOW - timedelta(hours=1)
    store.register.answer(REF, Deed(at=answered_at, by="Ann", act="answer"))
    mailbox.deliver(delivered("Re", "I do not agree.", in_reply_to=ours))

    run_at(NOW)

    case = store.cases.show(REF)
    assert case is not None
    assert case.line.went_on_at is not None
    assert kinds_of_matters(store) == [MatterKind.WENT_ON]
    assert receipts(store) == []


def test_somebody_else_is_put_before_a_person_and_gets_nothing(
    ours: str, mailbox: FakeMailbox, store: Store, run_at: Run
) -> None:
    mailbox.deliver(
        delivered("Re", "I am the father.", sender=FATHER, in_reply_to=ours)
    )
    run_at(NOW)
    mailbox.deliver(delivered(f"Complaint {REF}", "And more.", sender=FATHER))
    run_at(NOW)

    case = store.cases.show(REF)
    assert case is not None
    assert FATHER not in case.parties
    assert case.line.messages == 2
    assert kinds_of_matters(store) == [MatterKind.OTHER_WRITER]
    assert [line.to for line in store.outbox.listed() if line.reference == REF] == [
        "joy.mensah@post.example"
    ]


FAILED = "mx.examboard.example; dmarc=fail header.from=post.example"
DOUBTED = "mx.examboard.example; spf=softfail smtp.mailfrom=joy.mensah@post.example"
ELSEWHERE = "mx.examboard.example; spf=pass smtp.mailfrom=elsewhere.example"


@pytest.fixture
def checking(intake: Intake, receipting: Rulebook) -> Intake:
    """Take up mail whose writers our server checks."""
    ourselves = replace(receipting.ourselves, authserv_id="mx.examboard.example")
    rulebook = replace(receipting, ourselves=ourselves)
    return replace(intake, rulebook=rulebook)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"authentication_results": FAILED}, id="failed a check"),
        pytest.param({"return_path": "x@elsewhere.example"}, id="not aligned"),
        pytest.param({}, id="nothing found out"),
        pytest.param({"authentication_results": DOUBTED}, id="only doubted"),
        pytest.param({"authentication_results": ELSEWHERE}, id="passed for another"),
    ],
)
def test_a_forged_address_and_a_guessed_reference_open_no_way_into_a_case(
    fields: dict[str, str], mailbox: FakeMailbox, store: Store, checking: Intake
) -> None:
    mailbox.deliver(delivered())
    checking.run()
    mailbox.deliver(delivered(f"Complaint {REF}", "See my letter.", **fields))

    checking.run()

    first, second = sorted(store.cases.listed(), key=lambda line: line.reference)
    case, other = store.cases.show(first.reference), store.cases.show(second.reference)
    assert case is not None
    assert other is not None
    assert case.line.messages == 1
    assert case.line.missing == ("correspondence",)
    assert other.claims == REF
    assert kinds_of_matters(store) == [MatterKind.OTHER_WRITER]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"authentication_results": FAILED}, id="failed a check"),
        pytest.param({"return_path": "x@elsewhere.example"}, id="not aligned"),
    ],
)
def test_a_forged_address_gets_no_say_though_they_have_our_letter(
    fields: dict[str, str],
    ours: str,
    mailbox: FakeMailbox,
    store: Store,
    checking: Intake,
) -> None:
    mailbox.deliver(delivered("Re", "See my letter.", in_reply_to=ours, **fields))

    checking.run()

    case = store.cases.show(REF)
    assert case is not None
    assert case.line.messages == 2
    assert "correspondence" in case.line.missing
    assert kinds_of_matters(store) == [MatterKind.OTHER_WRITER]


def test_the_subject_of_our_own_letter_completes_nothing(
    ours: str, mailbox: FakeMailbox, store: Store, run_at: Run
) -> None:
    subject = f"Re: Your complaint {REF}: we have received it (automatic reply)"
    for text in ("I will look for it.", "Please wait."):
        mailbox.deliver(delivered(subject, text, in_reply_to=ours))
        run_at(NOW)

    case = store.cases.show(REF)
    assert case is not None
    assert case.line.missing == ("correspondence",)
    assert receipts(store) == ["receipt-20260302"]
