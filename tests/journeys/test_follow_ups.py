"""Mails to a case that is known: what they get, and who may write them."""

import pytest
from click.testing import CliRunner

from tests.journeys.journey import Journey, text_of
from tests.journeys.mails import MOTHER, make_mail
from triage.cli import commands
from triage.store import CaseFile, CaseState, MatterKind

pytestmark = pytest.mark.servers

FATHER = "kwame@elsewhere.example"
AUTOMATIC = "Your complaint {}: we have received it (automatic reply)"


def triage(journey: Journey, *arguments: str) -> str:
    typed = [*arguments, "--config", str(journey.config)]
    done = CliRunner().invoke(commands, typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def case_of(journey: Journey, number: int = 0) -> CaseFile:
    return journey.cases()[number]


@pytest.fixture
def ours(journey: Journey) -> str:
    """Return the Message-ID of the letter that acknowledged a complaint."""
    journey.install()
    receipts = '[follow_up]\nreceipt = "receipt"\n'
    (journey.folder / "rules" / "20-receipts.toml").write_text(receipts, "utf-8")
    journey.deliver(make_mail("Complaint"))
    journey.run_once()
    (reply,) = journey.replies()
    return str(reply["Message-ID"])


def test_a_follow_up_gets_one_receipt_and_another_when_nothing_is_missing(
    journey: Journey, ours: str
) -> None:
    subject = f"Re: {AUTOMATIC.format(case_of(journey).line.reference)}"
    for text in ("I will look for it.", "Not yet found.", "See my letter of 2 March."):
        journey.deliver(make_mail(subject, text, in_reply_to=ours))
        journey.run_once()

    _, receipt, complete = journey.replies()
    assert "any earlier emails or letters" in text_of(receipt)
    assert "We now have everything" in text_of(complete)
    assert [each["To"] for each in (receipt, complete)] == [MOTHER, MOTHER]
    assert case_of(journey).line.missing == ()


def test_the_receipt_of_another_installation_is_not_answered(
    journey: Journey, ours: str
) -> None:
    journey.deliver(make_mail("Re", "I will look for it.", in_reply_to=ours))
    journey.run_once()
    receipt = journey.replies()[-1]
    del receipt["X-Triage-Loop"]
    receipt.replace_header("From", MOTHER)
    receipt.replace_header("To", "complaints@examboard.example")
    receipt.replace_header("Message-ID", "<receipt@post.example>")
    receipt["In-Reply-To"] = ours

    journey.deliver(receipt.as_bytes())
    journey.run_once()

    assert len(journey.replies()) == 2
    assert case_of(journey).line.messages == 3


def test_another_writer_gets_nothing_and_a_say_once_a_person_admits_them(
    journey: Journey, ours: str
) -> None:
    mail = make_mail("Re", "See my letter of 2 March.", sender=FATHER, in_reply_to=ours)
    journey.deliver(mail, FATHER)
    journey.run_once()
    reference = case_of(journey).line.reference
    assert len(journey.replies()) == 1
    assert case_of(journey).line.missing == ("correspondence",)
    with journey.store() as store:
        (matter,) = store.matters.open_matters()
    assert matter.kind is MatterKind.OTHER_WRITER

    triage(journey, "case", "admit", reference, FATHER, "--by", "anna")

    assert case_of(journey).line.missing == ()
    assert case_of(journey).parties == (MOTHER, FATHER)
    with journey.store() as store:
        assert store.matters.open_matters() == []


def test_an_answer_to_a_merged_case_joins_the_one_that_goes_on(
    journey: Journey, ours: str
) -> None:
    journey.deliver(make_mail("Complaint about my son", "Our website again."))
    journey.run_once()
    merged, other = (case.line.reference for case in journey.cases())
    triage(journey, "case", "merge", merged, other, "--by", "anna")

    journey.deliver(make_mail("Re", "See my letter of 2 March.", in_reply_to=ours))
    journey.deliver(make_mail(f"Complaint {merged}", "And more."))
    journey.run_once()

    assert case_of(journey, 0).line.state is CaseState.MERGED
    assert case_of(journey, 0).line.messages == 1
    assert case_of(journey, 1).line.messages == 3
