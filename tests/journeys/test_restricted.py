"""A person who abused staff is restricted, and complains again."""

from datetime import timedelta
from shutil import copy

import pytest
from click.testing import CliRunner

from tests.journeys.installing import TEAM
from tests.journeys.journey import Journey
from tests.journeys.mails import MOTHER, make_mail
from triage import shipped
from triage.cli import commands
from triage.store import State
from triage.wiring import now

pytestmark = pytest.mark.servers


def triage(journey: Journey, *arguments: str) -> str:
    typed = [*arguments, "--config", str(journey.config)]
    done = CliRunner().invoke(commands, typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def restricted(journey: Journey) -> None:
    """Let somebody complain, and restrict them."""
    journey.install()
    copy(shipped.rules() / "85-restrictions.toml", journey.folder / "rules")
    journey.deliver(make_mail("Complaint"))
    journey.run_once()
    review_on = now().date() + timedelta(days=60)
    triage(
        journey,
        *("sender", "restrict", MOTHER, "--kind", "one-contact", "--by", "anna"),
        *("--reason", "Threats on the telephone", "--contact", "director"),
        *("--adjustments", "She was asked what would help", "--review-on"),
        f"{review_on}",
    )
    triage(journey, "sender", "approve", "1", "--by", "bert")


def test_a_restricted_persons_new_complaint_is_a_case_like_any_and_its_reply_waits(
    journey: Journey,
) -> None:
    restricted(journey)
    journey.run_once()
    before = len(journey.replies())
    journey.deliver(make_mail("Complaint about something else", "The website."))

    journey.run_once()

    _, case = sorted(journey.cases(), key=lambda each: each.line.reference)
    assert case.line.acknowledge_by is not None
    assert case.line.respond_by is not None
    (reply,) = [item.line for item in case.letters if item.line.category == "reply"]
    assert (reply.state, reply.waits) == (State.HELD, True)
    assert "a restriction is in force" in (reply.reason or "")
    sent = [str(each["To"]) for each in journey.replies()[before:]]
    assert sent == ["directors@examboard.example"]
    assert "Complaint about something else" in journey.subjects("Complaints/Formal")


def test_the_team_sees_why_the_reply_waits_and_what_was_decided(
    journey: Journey,
) -> None:
    restricted(journey)
    journey.deliver(make_mail("Complaint about something else", "The website."))
    journey.run_once()

    case = triage(journey, "case", "show", f"CMP-{now():%Y}-00002")
    person = triage(journey, "sender", "show", MOTHER)

    assert "a restriction is in force for this person: a person answers them" in case
    assert "one-contact (One named person answers everything" in person
    assert "in force" in person
    assert "reason: Threats on the telephone" in person


def test_the_letter_goes_out_only_after_somebody_let_it(journey: Journey) -> None:
    restricted(journey)
    journey.run_once()
    told = [each for each in journey.replies() if "how we deal" in each["Subject"]]
    assert told == []

    (waits,) = [
        item.line.id
        for case in journey.cases()
        for item in case.letters
        if item.line.template == "restriction"
    ]
    triage(journey, "outbox", "approve", str(waits), "--by", "bert")
    journey.run_once()

    (letter,) = [each for each in journey.replies() if "how we deal" in each["Subject"]]
    assert letter["To"] == MOTHER


def test_whoever_is_to_approve_is_told_of_a_proposal(journey: Journey) -> None:
    restricted(journey)

    journey.run_once()

    notices = [each for each in journey.replies() if each["To"] == TEAM]
    texts = [each.get_body(("plain",)).get_content() for each in notices]  # type: ignore[union-attr]  # it has one
    assert any("triage sender approve 1" in text for text in texts)
