"""A mail to ourselves, from the outbox to the mailbox and out of the way."""

from datetime import time
from pathlib import Path

import pytest

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import MOTHER, make_mail, report_on
from tests.journeys.running import RunningDaemon
from triage.canary import SUBJECT

pytestmark = pytest.mark.servers

AUTOMATIC = "Complaints/Automatic"


def with_canary(config: Path) -> Path:
    config.write_text(f"{config.read_text()}\n[canary]\nat = {time(0).isoformat()}\n")
    return config


def test_it_comes_back_is_timed_and_is_no_case(journey: Journey) -> None:
    config = with_canary(journey.install(Settings(automatic_folder=AUTOMATIC)))
    with RunningDaemon(config) as daemon:
        journey.smtp.wait_for(1)
        letter = journey.smtp.accepted[0]
        journey.deliver(letter.octets, sender=ADDRESS)
        journey.deliver(make_mail())

        daemon.wait_for("the test mail came back within", 90)
        journey.smtp.wait_for(2)
        daemon.terminate()

    assert letter.recipients == (ADDRESS,)
    assert len(journey.cases()) == 1
    assert len(journey.contents(AUTOMATIC)) == 1
    assert journey.contents() == []


def test_mails_that_mimic_it_are_mails_like_any_other(journey: Journey) -> None:
    """From outside: ids without our key, and answers to one that went astray."""
    with_canary(journey.install(Settings(automatic_folder=AUTOMATIC)))
    with journey.installation() as parts:
        (canary,) = parts.canaries()
        canary.run()
        parts.run_once()
        letter = journey.smtp.accepted[0].octets
        real = str(journey.replies()[0]["Message-ID"])
        forged = f"{real[:-30]}{'0' * 10}{real[-20:]}"
        copy = letter.replace(real.encode(), forged.encode())
        journey.deliver(copy, sender=ADDRESS)
        journey.deliver(copy)
        journey.deliver(make_mail(SUBJECT, message_id=forged))
        journey.deliver(make_mail(f"Re: {SUBJECT}", in_reply_to=real))
        journey.deliver(make_mail(f"Re: {SUBJECT}", in_reply_to=forged))
        before = journey.contents()
        journey.deliver(make_mail(f"Complaint. {SUBJECT}", in_reply_to=real))

        done = [parts.run_once()[0] for _ in range(3)]
        seen = canary.run()

    assert forged.encode() in copy
    assert sum(each["left"] for each in done) == len(before)
    assert journey.contents() == before
    assert [each.line.route for each in journey.cases()] == ["formal-complaint"]
    assert [each.recipients for each in journey.smtp.accepted] == [
        (ADDRESS,),
        (MOTHER,),
    ]
    assert seen == ""


def test_a_report_that_it_did_not_arrive_is_no_case(journey: Journey) -> None:
    with_canary(journey.install(Settings(automatic_folder=AUTOMATIC)))
    with journey.installation() as parts:
        (canary,) = parts.canaries()
        canary.run()
        parts.run_once()
        real = str(journey.replies()[0]["Message-ID"])
        journey.deliver_from_nobody(report_on(real))
        journey.deliver(make_mail())

        for _ in range(3):
            parts.run_once()

    assert len(journey.cases()) == 1
    assert journey.letter_states() == ["sent", "sent"]
