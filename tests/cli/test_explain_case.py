"""A case, as it was decided then."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Triage, work
from tests.intake.mails import delivered
from triage.config import load_config
from triage.store import Store
from triage.wiring import edition_of

REFERENCE = "CMP-2026-00001"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def decided(config: Path) -> Path:
    """An installation that sent a daughter's parent to the school."""
    return work(config, delivered("Complaint", "My daughter has no teacher."))


def keep_edition(config: Path) -> None:
    settings = load_config(config)
    with Store.open(settings.store.path, exclusive=True) as store:
        store.editions.keep(edition_of(settings), None, NOW)


def rewrite(config: Path) -> None:
    """Change the rules after the fact."""
    path = config.parent / "rules" / "10-journeys.toml"
    text = path.read_text("utf-8").replace('"teacher*", ', "")
    path.write_text(text.replace("A family about lessons", "Reworded"), "utf-8")


def flat(printed: str) -> str:
    return " ".join(printed.split())


def test_each_mail_of_a_case_is_shown_as_it_was_decided(
    triage: Triage, decided: Path
) -> None:
    result = triage("explain", "-c", decided, REFERENCE.lower())

    assert result.status == 0
    said = flat(result.out)
    assert said.startswith(f"{REFERENCE}: mail of 2026-03-02")
    assert "Decision Sent elsewhere: The school answers first [school-first]" in said
    assert "A parent writes [family]: “«My daughter» has no teacher.”" in said
    assert f"“Your complaint {REFERENCE}: what you can do next" in said
    assert "letter 1 (school-first) is queued" in said


def test_a_case_is_shown_for_scripts_with_its_table(
    triage: Triage, decided: Path
) -> None:
    result = triage("explain", "--json", "-c", decided, REFERENCE)

    row = json.loads(result.out)
    assert (row["case"], row["route"], row["rule"]) == (
        REFERENCE,
        "school-first",
        "lessons",
    )
    assert [(line["rule"], line["held"]) for line in row["table"]] == [
        ("known", False),
        ("lessons", True),
    ]


def test_rules_that_are_kept_explain_what_they_decided(
    triage: Triage, decided: Path
) -> None:
    keep_edition(decided)
    rewrite(decided)

    said = flat(triage("explain", "-v", "-c", decided, REFERENCE).out)

    assert "Why A family about lessons [lessons]" in said
    assert "✓ 2. A family about lessons [lessons]" in said
    assert "not at hand" not in said


def test_rules_that_are_not_kept_leave_what_was_recorded_and_it_is_said(
    triage: Triage, decided: Path
) -> None:
    rewrite(decided)

    said = flat(triage("explain", "-v", "-c", decided, REFERENCE).out)

    assert "Why A family about lessons [lessons]" in said
    assert "About lessons [teaching]: “My daughter has no «teacher».”" in said
    assert "those rules are not at hand: this is what was recorded" in said
    assert (
        "The table, as it was recorded"
        " ✗ It belongs to a known case [known]:"
        " needs a known case; it has no known case"
        " ✓ Reworded [lessons]"
    ) in said


def test_kept_rules_need_no_folder_that_is_right(triage: Triage, decided: Path) -> None:
    keep_edition(decided)
    (decided.parent / "rules" / "10-journeys.toml").write_text("[broken", "utf-8")

    result = triage("explain", "-c", decided, REFERENCE)

    assert result.status == 0
    assert "A family about lessons [lessons]" in flat(result.out)


def test_the_letters_of_a_case_are_shown_as_they_were_written(
    triage: Triage, decided: Path
) -> None:
    result = triage("explain", "--reply", "-c", decided, REFERENCE)

    assert f"  | Case reference: {REFERENCE}\n" in result.out


def test_a_later_mail_belongs_to_its_case_and_gets_what_its_route_sends(
    triage: Triage, config: Path
) -> None:
    first = delivered("Complaint", "Your website is down.")
    later = delivered(f"Re: Complaint {REFERENCE}", "It is still down.")
    work(config, first, later)

    rows = triage("explain", "--json", "-c", config, REFERENCE).out.splitlines()
    said = flat(triage("explain", "-c", config, REFERENCE).out)

    assert [json.loads(row)["route"] for row in rows] == [
        "formal-complaint",
        "follow-up",
    ]
    assert f"Decision Belongs to case {REFERENCE}: Belongs to a known case" in said
    assert "✓ the mail belongs to a case that we know" in said
    assert "Reply none: this route has no letter" in said


def test_a_case_that_a_person_moved_says_who_and_why(
    triage: Triage, decided: Path
) -> None:
    moved = triage(
        "case", "reroute", REFERENCE, "review", "--why", "two matters", "-c", decided
    )

    said = flat(triage("explain", "-c", decided, REFERENCE).out)

    assert moved.status == 0
    assert "moved the case from school-first to review: two matters" in said


def test_nothing_in_the_store_changes(triage: Triage, decided: Path) -> None:
    store = load_config(decided).store.path
    before = store.read_bytes()

    triage("explain", "-v", "--reply", "-c", decided, REFERENCE)

    assert store.read_bytes() == before


def test_a_case_that_is_not_there_is_told(triage: Triage, decided: Path) -> None:
    result = triage("explain", "-c", decided, "CMP-2026-99999")

    assert (result.status, result.out) == (2, "")
    assert result.err == "there is no case CMP-2026-99999; see: triage case list\n"


def test_without_a_store_it_is_told_who_makes_it(triage: Triage, config: Path) -> None:
    result = triage("explain", "-c", config, REFERENCE)

    assert result.status == 2
    assert "`triage run` makes it" in result.err


def test_other_rules_or_times_are_for_files_alone(
    triage: Triage, decided: Path
) -> None:
    result = triage("explain", "-c", decided, "--at", "2026-03-02", REFERENCE)

    assert result.status == 2
    assert "a case is shown as it was decided" in result.err


def test_a_file_of_that_name_is_a_file(
    triage: Triage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)
    Path(REFERENCE).write_bytes(delivered("Lunch"))

    result = triage("explain", "--json", "-c", config, REFERENCE)

    assert json.loads(result.out)["disposition"] == "leave"


def test_control_characters_of_a_sender_reach_no_terminal(
    triage: Triage, worked_with_escapes: Path
) -> None:
    result = triage("explain", "-v", "-c", worked_with_escapes, REFERENCE)

    assert result.status == 0
    assert "\x1b" not in result.out
