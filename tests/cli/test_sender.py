"""`triage sender`: a page per person, and what people decide about a writer."""

import json
from datetime import timedelta
from pathlib import Path
from shutil import copy

import pytest

from tests.cli.conftest import Triage, work
from tests.intake.mails import delivered
from tests.journeys.mails import MOTHER
from triage import shipped
from triage.wiring import now

OTHER = "j.mensah@work.example"
REFERENCE = "CMP-2026-00001"


@pytest.fixture
def people(config: Path) -> Path:
    """Two complaints of one person, one of somebody else; kinds as shipped."""
    copy(shipped.rules() / "85-restrictions.toml", config.parent / "rules")
    return work(
        config,
        delivered("Complaint one", "Your website is down."),
        delivered("Complaint two", "He beats me. The website is down."),
        delivered("Complaint three", "It is all too much.", sender=OTHER),
    )


def proposed(config: Path, **changes: str) -> tuple[str, ...]:
    options = {
        "kind": "no-automatic-replies",
        "reason": "Forty mails in a week",
        "adjustments": "A weekly summary was offered",
        "review-on": f"{now().date() + timedelta(days=30)}",
        "by": "anna",
    } | changes
    typed = [word for name, value in options.items() for word in (f"--{name}", value)]
    return ("sender", "restrict", MOTHER, *typed, "-c", str(config))


def in_force(triage: Triage, config: Path) -> None:
    triage(*proposed(config))
    triage("sender", "approve", "1", "--by", "bert", "-c", config)


def test_the_list_names_who_wrote_most_first(triage: Triage, people: Path) -> None:
    result = triage("sender", "list", "--days", "3650", "-c", people)

    assert (result.status, result.err) == (0, "")
    _, first, second, hint = result.out.splitlines()
    assert MOTHER in first
    assert OTHER in second
    assert "triage sender show" in hint


def test_a_list_of_nobody_says_so(triage: Triage, config: Path) -> None:
    work(config, delivered("Lunch"))

    result = triage("sender", "list", "-c", config)

    assert result.out == "nobody wrote in the last 30 days\n"


@pytest.mark.parametrize(
    "named", [MOTHER, f" {MOTHER.upper()}", REFERENCE.lower(), "1", "person 1"]
)
def test_a_person_is_shown_by_address_case_or_number(
    named: str, triage: Triage, people: Path
) -> None:
    result = triage("sender", "show", named, "-c", people)

    assert result.status == 0
    assert f"{MOTHER}: 2 mails" in result.out


def test_a_flag_stands_with_the_words_that_raised_it(
    triage: Triage, people: Path
) -> None:
    result = triage("sender", "show", MOTHER, "-c", people)

    assert "safeguarding on " in result.out
    assert "“beats me” (danger) in: He beats me." in result.out


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("nobody@example.org", "no complaint came from nobody@example.org"),
        ("CMP-2026-00099", "there is no case CMP-2026-00099"),
        ("99", "there is no person 99"),
    ],
)
def test_who_is_not_there_is_told(
    named: str, expected: str, triage: Triage, people: Path
) -> None:
    result = triage("sender", "show", named, "-c", people)

    assert result.status == 2
    assert expected in result.err


def test_scripts_get_everything_about_a_person(triage: Triage, people: Path) -> None:
    result = triage("sender", "show", MOTHER, "--json", "-c", people)

    found = json.loads(result.out)
    assert [each["address"] for each in found["addresses"]] == [MOTHER]
    assert len(found["cases"]) == 2
    assert {"windows", "restrictions", "deeds", "ties", "letters"} <= found.keys()


def test_a_sender_cannot_steer_the_terminal(
    triage: Triage, worked_with_escapes: Path
) -> None:
    result = triage("sender", "show", "1", "-c", worked_with_escapes)

    assert result.status == 0
    assert "\x1b" not in result.out


def test_a_proposal_says_who_decides(triage: Triage, people: Path) -> None:
    result = triage(*proposed(people))

    assert (result.status, result.err) == (0, "")
    assert "nothing changes yet" in result.out
    assert "somebody else decides: triage sender approve 1" in result.out


def test_everything_that_a_proposal_lacks_is_told_at_once(
    triage: Triage, people: Path
) -> None:
    lacking = {"kind": "no-automatic-reply", "reason": " ", "review-on": "2020-01-01"}

    result = triage(*proposed(people, **lacking))

    assert result.status == 2
    assert "did you mean `no-automatic-replies`?" in result.err
    assert "--reason needs some words" in result.err
    assert "must be later than today" in result.err


def test_who_proposed_cannot_approve(triage: Triage, people: Path) -> None:
    triage(*proposed(people))

    result = triage("sender", "approve", "1", "--by", "anna", "-c", people)

    assert result.status == 2
    assert "somebody else must approve it" in result.err


def test_an_approval_names_the_letter_that_waits(triage: Triage, people: Path) -> None:
    triage(*proposed(people))

    result = triage("sender", "approve", "1", "--by", "bert", "-c", people)

    assert result.status == 0
    number = result.out.split("letter ")[1].split()[0]
    shown = triage("outbox", "show", number, "-c", people)
    assert "You no longer get automatic replies from us." in shown.out
    assert "somebody reads it" in shown.out


def test_the_letter_can_be_edited_as_any(triage: Triage, people: Path) -> None:
    in_force(triage, people)
    (waits,) = [
        line["id"]
        for line in map(
            json.loads,
            triage("outbox", "list", "--json", "-c", people).out.splitlines(),
        )
        if line["template"] == "restriction"
    ]

    result = triage(
        *("outbox", "edit", str(waits), "--text", "-", "-c", people),
        typed="Dear Ms Mensah,\n\nplease write to us once a week.\n",
    )

    assert (result.status, result.err) == (0, "")


def test_a_renewal_must_be_later_and_is_told(triage: Triage, people: Path) -> None:
    in_force(triage, people)
    today = now().date()
    renew = ("sender", "renew", "1", "--why", "It went on", "-c", people, "--until")

    early = triage(*renew, f"{today + timedelta(days=20)}")
    later = triage(*renew, f"{today + timedelta(days=60)}")

    assert "it is in force until" in early.err
    assert (later.status, later.err) == (0, "")


def test_a_lifted_restriction_stays_on_the_page(triage: Triage, people: Path) -> None:
    in_force(triage, people)

    triage("sender", "lift", "1", "--why", "Calm now", "-c", people, "--by", "bert")

    page = triage("sender", "show", MOTHER, "-c", people).out
    assert "lifted by bert" in page
    assert "Calm now" in page
    listed = triage("sender", "restrictions", "-c", people).out
    assert listed == "no restriction is proposed or in force\n"


def test_a_rejected_proposal_is_over(triage: Triage, people: Path) -> None:
    triage(*proposed(people))

    done = triage("sender", "reject", "1", "--why", "Too hard", "-c", people)
    late = triage("sender", "approve", "1", "--by", "bert", "-c", people)

    assert done.out == "restriction 1 is rejected\n"
    assert "restriction 1 is rejected; to approve it, it must be proposed" in late.err


def test_people_are_linked_and_parted_by_name(triage: Triage, people: Path) -> None:
    linked = triage("sender", "link", MOTHER, OTHER, "--why", "She says", "-c", people)
    parted = triage("sender", "unlink", OTHER, "--why", "Her sister", "-c", people)

    assert f"{MOTHER} and {OTHER} are person 1\n" == linked.out
    assert (parted.status, parted.err) == (0, "")
    assert OTHER not in triage("sender", "show", "1", "-c", people).out


def test_the_last_address_of_a_person_cannot_be_taken_away(
    triage: Triage, people: Path
) -> None:
    result = triage("sender", "unlink", OTHER, "--why", "No", "-c", people)

    assert result.status == 2
    assert "name only those of the other person" in result.err


def test_a_case_says_that_its_person_is_restricted(
    triage: Triage, people: Path
) -> None:
    before = triage("case", "show", REFERENCE, "-c", people).out
    in_force(triage, people)

    after = triage("case", "show", REFERENCE, "-c", people).out

    assert "restricted" not in before
    assert "no-automatic-replies, until " in after.splitlines()[1]
