"""What comes after the first mail: answers, bounces, strangers, our own letters."""

import pytest

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import MOTHER, make_mail, report_on

pytestmark = pytest.mark.servers

STRANGER = "stranger@elsewhere.example"


def acknowledged(journey: Journey, settings: Settings | None = None) -> str:
    """Let a complaint be acknowledged; return the Message-ID of our letter."""
    journey.install(settings or Settings())
    journey.deliver(make_mail("Complaint"))
    journey.run_once()
    (reply,) = journey.replies()
    return str(reply["Message-ID"])


def test_an_answer_to_our_letter_joins_the_case_whatever_its_subject(
    journey: Journey,
) -> None:
    ours = acknowledged(journey)
    answer = make_mail("Thank you", "See my letter of 2 March.", in_reply_to=ours)
    journey.deliver(answer)

    journey.run_once()

    (case,) = journey.cases()
    assert case.line.messages == 2
    assert case.line.missing == ()
    assert len(journey.replies()) == 1
    assert journey.subjects("Complaints/Follow-ups") == ["Thank you"]


def test_another_person_who_answers_our_letter_joins_the_case_too(
    journey: Journey,
) -> None:
    ours = acknowledged(journey)
    journey.deliver(
        make_mail("Fwd", sender=STRANGER, references=f"<x@y.example> {ours}"), STRANGER
    )

    journey.run_once()

    (case,) = journey.cases()
    assert case.line.messages == 2


def test_a_party_who_names_the_case_joins_it(journey: Journey) -> None:
    acknowledged(journey)
    (case,) = journey.cases()
    journey.deliver(make_mail(f"Complaint {case.line.reference}", "More about it."))

    journey.run_once()

    (case,) = journey.cases()
    assert case.line.messages == 2


def test_a_stranger_who_names_the_case_opens_a_case_of_their_own(
    journey: Journey,
) -> None:
    acknowledged(journey)
    (theirs,) = journey.cases()
    reference = theirs.line.reference
    journey.deliver(
        make_mail(f"Complaint {reference}", "Let me in.", sender=STRANGER), STRANGER
    )

    journey.run_once()

    first, second = journey.cases()
    assert first.line.messages == 1
    assert first.parties == (MOTHER,)
    assert second.claims == reference
    assert second.parties == (STRANGER,)


def test_a_forged_id_opens_no_way_into_a_case(journey: Journey) -> None:
    ours = acknowledged(journey)
    forged = ours.replace(".CMP", "x.CMP")
    octets = make_mail("Hello", sender=STRANGER, in_reply_to=forged)
    journey.deliver(octets, STRANGER)

    journey.run_once()

    (case,) = journey.cases()
    assert case.line.messages == 1
    assert journey.subjects() == ["Hello"]


def test_a_bounce_of_our_letter_makes_a_debt_and_no_second_letter(
    journey: Journey,
) -> None:
    ours = acknowledged(journey)
    journey.deliver_from_nobody(report_on(ours))

    journey.run_once()
    journey.deliver(make_mail("Complaint", "Another matter with the website."))
    journey.run_once()

    bounced, later = journey.cases()
    with journey.store() as store:
        debts = {debt.reference: debt.why for debt in store.cases.debts()}
    assert bounced.line.messages == 2
    assert debts == {
        bounced.line.reference: ("it came back",),
        later.line.reference: ("an earlier reply to this person came back",),
    }
    assert len(journey.replies()) == 1


def test_an_out_of_office_to_our_letter_joins_the_case_and_gets_nothing(
    journey: Journey,
) -> None:
    ours = acknowledged(journey)
    absent = make_mail(
        "Out of office", "I am away.", in_reply_to=ours, auto_submitted="auto-replied"
    )
    journey.deliver(absent)

    journey.run_once()

    (case,) = journey.cases()
    assert case.line.messages == 2
    assert case.line.acknowledged_at is not None
    assert len(journey.replies()) == 1


def test_our_own_letter_in_the_mailbox_is_never_answered(journey: Journey) -> None:
    """With witness = "copy" every letter of ours comes into the mailbox."""
    acknowledged(journey, Settings(submission={"witness": "copy"}))
    (letter,) = journey.smtp.accepted
    journey.deliver(letter.octets, ADDRESS)

    journey.run_once()

    with journey.store() as store:
        (own,) = store.fates.listed(without_case=True)
    assert letter.recipients == (MOTHER, ADDRESS)
    assert len(journey.replies()) == 1
    assert own.fate == "recorded"


def test_two_installations_facing_each_other_fall_silent(journey: Journey) -> None:
    """A loop ends after one letter each, though both answer complaints."""
    acknowledged(journey)
    (letter,) = journey.smtp.accepted
    theirs = letter.octets.replace(ADDRESS.encode(), b"complaints@other.example")
    theirs = theirs.replace(f"To: {MOTHER}".encode(), f"To: {ADDRESS}".encode())
    journey.deliver(theirs, "complaints@other.example")

    journey.run_once()

    assert len(journey.replies()) == 1


def test_the_same_complaint_again_is_seen_to_be_the_same(journey: Journey) -> None:
    text = (
        "Your website was down all of Monday and Tuesday, so that I could not enter"
        " my candidates in time and had to pay the late fee for all of them."
    )
    journey.install()
    journey.deliver(make_mail("Complaint", text))
    journey.deliver(make_mail("Complaint (second try)", f"{text} Please answer."))

    journey.run_once()

    first, second = journey.cases()
    assert second.near_identical_to == first.line.reference
