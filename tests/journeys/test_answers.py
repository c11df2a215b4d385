"""Officers answer, close and reroute from their mail program."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import MOTHER, make_mail
from triage.decision.answering import Effect
from triage.store import NOT_STATED, CaseFile, CaseState, MatterKind

pytestmark = pytest.mark.servers

FORMAL, REVIEW = "Complaints/Formal", "Complaints/Review"
REDIRECTED, CLOSED = "Complaints/Redirected", "Complaints/Closed"
SETTINGS = Settings(answers={"closed_folder": CLOSED})
SUBJECT = "Complaint about your website"
ANSWER = (
    "Dear Mrs Mensah, we have found out why our website could not be reached. A"
    " certificate had run out, and nobody had noticed. It has been renewed, and your"
    " entries are open until the end of this month. We are sorry for the trouble."
)


def first_mail(journey: Journey) -> EmailMessage:
    """Return the complaint as it lies in the folder of its route."""
    (lying,) = journey.contents(FORMAL)
    return journey.read(lying)


def answer_to(mail: EmailMessage, text: str = ANSWER, **fields: str) -> bytes:
    """Write what an officer's mail program makes of an answer."""
    return make_mail(
        f"Re: {SUBJECT}",
        text,
        sender=ADDRESS,
        to=fields.pop("to", MOTHER),
        in_reply_to=mail["Message-ID"],
        references=mail["Message-ID"],
        **fields,
    )


def send(journey: Journey, octets: bytes) -> None:
    """Keep a mail in the folder of sent mail, as a mail program does."""
    now = datetime.now(UTC)  # noqa: TID251 - a mail of just now
    journey.site.deliver(octets, now, folder="Sent")


def the_case(journey: Journey) -> CaseFile:
    (case,) = journey.cases()
    return case


@pytest.fixture
def filed(journey: Journey) -> Journey:
    """A complaint that was acknowledged and filed; the folders were looked at."""
    journey.install(SETTINGS)
    journey.site.deliver(make_mail("An old mail", sender=ADDRESS), folder="Sent")
    journey.deliver(make_mail())
    journey.run_once()
    journey.run_once()
    return journey


def test_an_officers_answer_in_sent_answers_the_case(filed: Journey) -> None:
    send(filed, answer_to(first_mail(filed)))

    filed.run_once()

    case = the_case(filed)
    (sent,) = case.sent
    assert case.line.state is CaseState.ANSWERED
    assert (sent.effect, sent.folder) == (Effect.ANSWERED, "Sent")


def test_an_automatic_mail_in_sent_answers_nothing(filed: Journey) -> None:
    send(filed, answer_to(first_mail(filed), auto_submitted="auto-replied"))
    for letter in filed.replies():
        send(filed, letter.as_bytes())

    filed.run_once()

    case = the_case(filed)
    assert (case.line.state, case.sent) == (CaseState.OPEN, ())


def test_a_forwarded_copy_to_a_colleague_answers_nothing(filed: Journey) -> None:
    mail = answer_to(first_mail(filed), to="registrar@examboard.example")
    send(filed, mail)

    filed.run_once()

    assert the_case(filed).sent == ()


def test_nothing_is_noted_twice_after_a_restart_or_another_numbering(
    filed: Journey,
) -> None:
    send(filed, answer_to(first_mail(filed)))
    filed.run_once()
    before = the_case(filed)

    filed.forget_numbering()
    filed.run_once()
    filed.run_once()

    assert the_case(filed) == before


def test_the_writers_reply_to_the_officers_own_mail_joins_the_case(
    filed: Journey,
) -> None:
    octets = answer_to(first_mail(filed))
    send(filed, octets)
    filed.run_once()
    sent_id = the_case(filed).sent[0].message_id
    assert sent_id is not None

    filed.deliver(make_mail("Re: the website", "It works!", in_reply_to=sent_id))
    filed.run_once()

    assert len(the_case(filed).messages) == 2


def test_a_mail_moved_to_the_closed_folder_closes_its_case(filed: Journey) -> None:
    filed.site.move(FORMAL, CLOSED)

    filed.run_once()

    line = the_case(filed).line
    with filed.store() as store:
        (matter,) = store.matters.open_matters()
    assert (line.state, line.outcome) == (CaseState.CLOSED, NOT_STATED)
    assert matter.kind is MatterKind.OUTCOME


def test_a_mail_moved_to_another_routes_folder_reroutes_its_case(
    filed: Journey,
) -> None:
    filed.site.move(FORMAL, REVIEW)

    filed.run_once()
    rerouted = the_case(filed)
    filed.site.move(REVIEW, FORMAL)
    filed.run_once()
    back = the_case(filed)

    assert rerouted.line.route == "review"
    assert rerouted.overrulings[0].by.endswith(REVIEW)
    assert back.line.route == "formal-complaint"


def test_what_the_program_files_itself_changes_nothing(filed: Journey) -> None:
    filed.deliver(make_mail("A second complaint about your website"))

    filed.run_once()
    filed.run_once()

    assert [case.overrulings for case in filed.cases()] == [(), ()]
    assert [case.line.state for case in filed.cases()] == [CaseState.OPEN] * 2


def test_a_folder_that_is_numbered_anew_moves_nothing(filed: Journey) -> None:
    filed.site.move(FORMAL, REVIEW)
    filed.run_once()
    before = the_case(filed)

    filed.forget_numbering()
    filed.run_once()
    filed.run_once(later=timedelta(minutes=1))

    assert the_case(filed) == before
