"""From a mail in the mailbox to a reply at the SMTP server, by the running daemon."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.journeys.installing import ADDRESS, TEAM, Settings
from tests.journeys.journey import Journey, text_of
from tests.journeys.mails import ABOUT_WEBSITE, MOTHER, make_mail
from tests.journeys.running import RunningDaemon

pytestmark = pytest.mark.servers

NOW = datetime.now(UTC)  # noqa: TID251 - mails of just now
OTHER_PEOPLES_FLAGS = ((), ("\\Seen",), ("\\Flagged", "todo"), ("\\Deleted",))


def test_a_complaint_is_answered_and_filed_as_soon_as_it_arrives(
    journey: Journey,
) -> None:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")

        journey.deliver(make_mail("Complaint about your website"))
        journey.smtp.wait_for(1)
        daemon.wait_for("1 filed")
        daemon.terminate()

    (reply,) = journey.replies()
    (case,) = journey.cases()
    assert case.line.route == "formal-complaint"
    assert case.line.reference in reply["Subject"]
    assert journey.smtp.accepted[0].recipients == (MOTHER,)
    assert reply["From"].addresses[0].addr_spec == ADDRESS
    assert journey.subjects() == []
    assert journey.subjects("Complaints/Formal") == ["Complaint about your website"]


def test_nothing_else_in_the_mailbox_changes(journey: Journey) -> None:
    journey.install()
    for number, flags in enumerate(OTHER_PEOPLES_FLAGS):
        other = make_mail(f"Invoice {number}", sender="shop@post.example")
        journey.site.deliver(other, flags=flags)
    before = journey.contents()
    journey.deliver(make_mail())

    journey.run_once()

    assert before == journey.contents()
    assert len(journey.replies()) == 1


def test_a_filed_mail_is_the_same_octet_for_octet_and_unread(journey: Journey) -> None:
    journey.install()
    journey.deliver(make_mail())
    (arrived,) = journey.contents()

    journey.run_once()

    (filed,) = journey.contents("Complaints/Formal")
    assert (arrived.octets, arrived.received_at, arrived.flags) == (
        filed.octets,
        filed.received_at,
        filed.flags,
    )


def test_with_filing_off_the_mailbox_stays_exactly_as_it_was(journey: Journey) -> None:
    journey.install(Settings(mailbox={"file": False}))
    journey.deliver(make_mail())
    journey.deliver(make_mail("Lunch on Friday"))
    before = journey.contents()

    journey.run_once()
    journey.run_once()

    assert before == journey.contents()
    assert len(journey.replies()) == 1


def test_the_reply_asks_for_what_is_missing_and_only_for_that(journey: Journey) -> None:
    journey.install()
    journey.deliver(make_mail(sender="a@post.example"), "a@post.example")
    complete = f"{ABOUT_WEBSITE} See my letter of 2 March."
    journey.deliver(make_mail(text=complete, sender="b@post.example"), "b@post.example")

    journey.run_once()

    asked = {
        each["To"].addresses[0].addr_spec: "What we still need" in text_of(each)
        for each in journey.replies()
    }
    assert asked == {"a@post.example": True, "b@post.example": False}


def test_a_child_in_danger_is_not_sent_away_and_somebody_is_told(
    journey: Journey,
) -> None:
    journey.install()
    text = "My son is afraid of lessons because his teacher beats him."
    journey.deliver(make_mail("Complaint about school", text))

    journey.run_once()

    recipients = [each.recipients[0] for each in journey.smtp.accepted]
    (case,) = journey.cases()
    assert sorted([MOTHER, "safeguarding-lead@examboard.example"]) == sorted(recipients)
    assert case.line.route == "review"
    assert case.line.flags == ("safeguarding",)
    assert case.letters[0].line.template == "acknowledged-neutral"


AUTOMATIC = (
    {"auto_submitted": "auto-replied"},
    {"list_id": "<teachers.lists.example>"},
    {"precedence": "bulk"},
    {"x_autoreply": "yes"},
)


def test_automatic_mail_is_recorded_and_never_answered(journey: Journey) -> None:
    journey.install()
    for fields in AUTOMATIC:
        journey.deliver(make_mail("Complaint", **fields))

    journey.run_once()

    with journey.store() as store:
        fates = store.fates.listed()
    assert all((each.fate, each.reference) == ("recorded", None) for each in fates)
    assert len(fates) == len(AUTOMATIC)
    assert all(each.reason for each in fates)
    assert journey.replies() == []


def test_automatic_mail_is_filed_where_the_rules_say_so(journey: Journey) -> None:
    journey.install(Settings(automatic_folder="Complaints/Automatic"))
    journey.deliver(make_mail("Complaint", auto_submitted="auto-replied"))
    journey.deliver(make_mail("Newsletter", auto_submitted="auto-generated"))

    journey.run_once()

    assert journey.subjects("Complaints/Automatic") == ["Complaint"]
    assert journey.subjects() == ["Newsletter"]


def test_mail_from_the_null_reverse_path_is_never_answered(journey: Journey) -> None:
    journey.install()
    journey.deliver_from_nobody(make_mail("Complaint"))

    journey.run_once()

    assert journey.replies() == []


SPELLED = (
    b"=?utf-8?q?Ma_fille_=3A_complaint_=C3=A9t=C3=A9?=",
    b"=?UTF-8?B?Q09NUExBSU5UIG92ZXIgbWlqbiBkb2NodGVy?=",
    b"=?utf-8?q?comp?=\r\n =?utf-8?q?laint?=",
    b"A\r\n complaint\r\n about the website",
    "Une complaint d'\u00e9t\u00e9".encode(),
    b"Complaint d'\xe9t\xe9",
    b"=?x-unknown?q?Complaint?=",
    b"Re: FW: AW: CoMpLaInTs",
)


def test_the_word_is_found_however_the_subject_is_written(journey: Journey) -> None:
    journey.install()
    for subject in SPELLED:
        octets = make_mail("PLACE").replace(b"Subject: PLACE", b"Subject: " + subject)
        journey.deliver(octets)

    journey.run_once()

    assert journey.contents() == []
    assert len(journey.replies()) == len(SPELLED)


def test_html_in_base64_is_understood(journey: Journey) -> None:
    journey.install()
    html = "<p>My <b>daugh</b>ter has no <i>les</i>sons.</p><p>Please help</p>"
    journey.deliver(make_mail("Complaint", html=html))

    journey.run_once()

    (case,) = journey.cases()
    assert case.line.route == "school-first"


WITHOUT_THE_WORD = ("A compliment for your website", "Uncomplaining", "")


def test_a_mail_without_the_word_is_left_alone(journey: Journey) -> None:
    journey.install()
    for subject in WITHOUT_THE_WORD:
        journey.deliver(make_mail(subject, "A complaint about your website."))
    before = journey.contents()

    taken, sent = journey.run_once()

    assert (taken, sent) == ({"left": 3}, {})
    assert before == journey.contents()


def test_two_mails_of_the_same_octets_are_one_case_with_one_reply(
    journey: Journey,
) -> None:
    journey.install()
    octets = b"Return-Path: <joy.mensah@post.example>\r\n" + make_mail()
    journey.site.deliver(octets, NOW)
    journey.site.deliver(octets, NOW)

    journey.run_once()

    assert len(journey.replies()) == 1
    assert len(journey.cases()) == 1
    assert journey.contents() == []
    assert len(journey.contents("Complaints/Formal")) == 2


def test_two_mails_with_one_message_id_are_two_cases(journey: Journey) -> None:
    """Otherwise a stranger could hide somebody's complaint by naming its id first."""
    journey.install()
    first = make_mail("Complaint", "The website is slow.")
    second = make_mail("Complaint", "The website is wrong.", sender="b@post.example")
    same_id = re.search(rb"Message-ID: (\S+)", first)
    assert same_id is not None
    second = re.sub(rb"Message-ID: \S+", same_id[0], second)
    journey.deliver(first)
    journey.deliver(second, "b@post.example")

    journey.run_once()

    assert len(journey.replies()) == 2
    assert len(journey.cases()) == 2


def test_of_a_mail_with_a_large_attachment_only_the_text_is_fetched(
    journey: Journey,
) -> None:
    journey.install()
    message = message_from_bytes(make_mail(), EmailMessage, policy=SMTP)
    message.add_attachment(bytes(2_000_000), "application", "pdf", filename="form.pdf")
    journey.deliver(message.as_bytes())

    journey.run_once()

    (case,) = journey.cases()
    (entry,) = case.messages
    with journey.store() as store:
        raw = store.ledger.raw(entry.sha256)
    assert len(journey.replies()) == 1
    assert not entry.is_whole
    assert raw is not None
    assert len(raw) < 10_000


def test_a_burst_is_answered_one_reply_each(journey: Journey) -> None:
    journey.install()
    writers = [f"writer{number}@post{number}.example" for number in range(60)]
    for writer in writers:
        journey.deliver(make_mail(sender=writer), writer)

    journey.run_once()

    recipients = [each.recipients[0] for each in journey.smtp.accepted]
    assert sorted(writers) == sorted(recipients)
    assert len(journey.contents("Complaints/Formal")) == 60


def test_over_budget_replies_wait_for_a_person_who_is_told_once(
    journey: Journey,
) -> None:
    journey.install(Settings(budget=3))
    for number in range(6):
        writer = f"writer{number}@post{number}.example"
        journey.deliver(make_mail(sender=writer), writer)

    journey.run_once()

    recipients = [each.recipients[0] for each in journey.smtp.accepted]
    assert len(recipients) == 4
    assert recipients.count(TEAM) == 1
    assert sorted(journey.letter_states()) == ["held"] * 3 + ["sent"] * 4
