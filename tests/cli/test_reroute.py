"""Officers say that the rules decided wrongly."""

import json
import tomllib
from pathlib import Path

from tests.cli.conftest import Triage, work
from tests.intake.mails import delivered

REF = "CMP-2026-00001"
WHY = ("--why", "It is about lessons")


def test_a_case_moves_and_its_unsent_letter_is_dropped(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    first, *others = result.out.splitlines()
    shown = json.loads(triage("case", "show", REF, "--json", "-c", worked).out)
    assert result.status == 0
    assert first == f"{REF}: formal-complaint → school-first (The school answers first)"
    assert "  letter 1 (formal-complaint) is dropped: nobody gets it" in others
    assert shown["line"]["route"] == "school-first"
    assert shown["line"]["respond_by"] is None
    assert shown["letters"][0]["line"]["state"] == "dropped"


def test_a_person_must_then_acknowledge(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    debts = triage("case", "list", "--debt", "--json", "-c", worked).out

    assert json.loads(debts)["reference"] == REF


def test_who_moved_it_and_why_stands_in_the_case(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    result = triage("case", "show", REF, "-c", worked)

    assert "formal-complaint → school-first by " in result.out
    assert ": It is about lessons" in result.out


def test_a_route_that_there_is_not_is_refused(triage: Triage, worked: Path) -> None:
    result = triage("case", "reroute", REF, "school-frist", *WHY, "-c", worked)

    assert result.status == 2
    assert "there is no route `school-frist`" in result.err
    assert "did you mean `school-first`" in result.err


def test_a_case_is_not_moved_to_where_it_is(triage: Triage, worked: Path) -> None:
    result = triage("case", "reroute", REF, "formal-complaint", *WHY, "-c", worked)

    assert result.status == 2
    assert "on the route formal-complaint already" in result.err


def test_a_reason_without_words_is_none(triage: Triage, worked: Path) -> None:
    result = triage("case", "reroute", REF, "school-first", "--why", " ", "-c", worked)

    assert result.status == 2


def test_the_mail_is_offered_with_names_masked(triage: Triage, config: Path) -> None:
    work(
        config, delivered("Complaint of Joy", "Your website, says Joy Mensah, is down.")
    )

    result = triage("case", "reroute", REF, "review", *WHY, "-c", config)

    table = result.out[result.out.index("[[example]]") : result.out.index("Read it.")]
    (example,) = tomllib.loads(table)["example"]
    assert example["text"] == "Your website, says Nn Nn, is down.\n"
    assert example["subject"] == "Complaint of Nn"
    assert example["expect"] == {"route": "review"}


def test_the_example_is_added_once(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    first = triage("case", "example", REF, "--add", "-c", worked)
    second = triage("case", "example", REF, "--add", "-c", worked)

    (learnt,) = worked.parent.rglob("91-learnt.toml")
    written = tomllib.loads(learnt.read_text("utf-8"))
    assert (first.status, second.status) == (0, 2)
    assert [each["id"] for each in written["example"]] == [f"from-{REF.lower()}"]
    assert written["example"][0]["title"] == "It is about lessons"


def test_statistics_count_decisions_and_corrections(
    triage: Triage, worked: Path
) -> None:
    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    result = triage("rules", "stats", "--signals", "-c", worked)

    lines = [line.split() for line in result.out.splitlines()]
    assert ["formal-complaint", "1", "1", "100%"] in lines
    assert ["our-website", "1", "1", "100%"] in lines
    assert ["website", "1", "1", "100%"] in lines
    assert ["teaching", "0"] in lines
    assert ["formal-complaint", "review", "1"] in lines
    assert lines[-1][:2] == ["1", "mails"]


def test_statistics_begin_on_the_day_that_is_asked_for(
    triage: Triage, worked: Path
) -> None:
    result = triage("rules", "stats", "--since", "2027-01-01", "-c", worked)

    assert result.out.splitlines()[-1].startswith("0 mails decided")


def test_statistics_are_printed_for_scripts(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    result = triage("rules", "stats", "--json", "-c", worked)

    rows = [json.loads(line) for line in result.out.splitlines()]
    assert {
        "kind": "route",
        "id": "formal-complaint",
        "decided": 1,
        "overruled": 1,
    } in rows
    assert rows[-1] == {
        "kind": "correction",
        "before": "formal-complaint",
        "after": "review",
        "times": 1,
    }
