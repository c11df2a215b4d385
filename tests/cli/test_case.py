import json
from pathlib import Path

from tests.cli.conftest import Triage

REFERENCE = "CMP-2026-00001"


def test_cases_are_listed_with_what_is_due(triage: Triage, worked: Path) -> None:
    result = triage("case", "list", "--config", worked)

    heading, line, count = result.out.splitlines()
    assert result.status == 0
    assert heading.split()[:3] == ["case", "route", "who"]
    assert line.startswith(f"{REFERENCE}  formal-complaint  unknown")
    assert "not yet, OVERDUE since Wed 4 Mar 2026" in line
    assert count == "1 case, 0 still to be acknowledged by a person"


def test_cases_are_listed_for_scripts(triage: Triage, worked: Path) -> None:
    result = triage("case", "list", "--json", "--config", worked)

    row = json.loads(result.out)
    assert (row["reference"], row["route"], row["debt"]) == (
        REFERENCE,
        "formal-complaint",
        False,
    )


def test_a_dropped_acknowledgement_is_a_debt(triage: Triage, worked: Path) -> None:
    before = triage("case", "list", "--debt", "--config", worked)
    triage("outbox", "drop", "1", "--config", worked)

    after = triage("case", "list", "--debt", "--config", worked)

    assert REFERENCE not in before.out
    assert REFERENCE in after.out
    assert "a person must, OVERDUE since Wed 4 Mar 2026" in after.out


def test_mails_without_a_case_are_listed_with_their_reason(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "list", "--other", "--config", worked)

    _, line, count = result.out.splitlines()
    assert line.startswith("recorded")
    assert "Complaint two" in line
    assert count == "1 mail without a case; 1 other left alone"


def test_mails_without_a_case_are_listed_for_scripts(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "list", "--other", "--json", "--config", worked)

    row = json.loads(result.out)
    assert (row["fate"], row["subject"], row["place"]["uid"]) == (
        "recorded",
        "Complaint two",
        2,
    )


def test_a_case_is_shown_with_mail_decision_and_letter(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "show", REFERENCE.lower(), "--config", worked)

    assert result.status == 0
    assert result.out.startswith(REFERENCE)
    for words in (
        "formal-complaint",
        "Complaint one",
        "joy.mensah@post.example",
        "website in text: “website”",
        "2 working days from Mon 2 March 2026",
        "letter 1, acknowledge: queued",
    ):
        assert words in result.out


def test_a_case_is_shown_for_scripts(triage: Triage, worked: Path) -> None:
    result = triage("case", "show", REFERENCE, "--json", "--config", worked)

    row = json.loads(result.out)
    assert row["line"]["reference"] == REFERENCE
    assert row["messages"][0]["decision"]["route"] == "formal-complaint"
    assert row["letters"][0]["line"]["state"] == "queued"


def test_a_case_that_is_not_there_is_told(triage: Triage, worked: Path) -> None:
    result = triage("case", "show", "CMP-2026-99999", "--config", worked)

    assert (result.status, result.out) == (2, "")
    assert result.err == ("there is no case CMP-2026-99999; see: triage case list\n")


def test_without_a_store_it_is_told_who_makes_it(triage: Triage, config: Path) -> None:
    result = triage("case", "list", "--config", config)

    assert result.status == 2
    assert "there is no store at" in result.err
    assert "`triage run` makes it" in result.err


def test_control_characters_of_a_sender_reach_no_terminal(
    triage: Triage, worked_with_escapes: Path
) -> None:
    shown = triage("case", "show", REFERENCE, "--config", worked_with_escapes)
    other = triage("case", "list", "--other", "--config", worked_with_escapes)

    assert "\x1b" not in shown.out + other.out
