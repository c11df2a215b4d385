import json
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from triage import shipped

FAILING = """
[[example]]
id = "a-lesson"
title = "A lesson that was bad"
text = "The lessons were bad."
expect = { route = "school-first" }
"""


@pytest.fixture
def rules(config: Path) -> Path:
    """The rule files of an installation, to which an example was added that fails."""
    folder = config.parent / "rules"
    (folder / "90-examples.toml").write_text(FAILING)
    return folder


def test_the_shipped_examples_pass_and_reach_everything(triage: Triage) -> None:
    result = triage("rules", "test", "--rules", shipped.rules(), "--coverage")

    assert (result.status, result.err) == (0, "")
    assert "all pass" in result.out
    assert "no example reaches" not in result.out


def test_a_failure_shows_place_expectation_words_and_the_command_that_explains(
    triage: Triage, rules: Path, config: Path
) -> None:
    result = triage("rules", "test", "--config", config)

    assert result.status == 1
    assert f"{rules / '90-examples.toml'}:2: FAILED a-lesson: A lesson" in result.out
    assert "  expected    route school-first" in result.out
    assert "  got         route review" in result.out
    assert "  in the way  line lessons: needs role parent" in result.out
    assert "“lessons”" in result.out
    command = f"triage explain --config {config} --example a-lesson"
    assert command in result.out


def test_the_command_that_explains_can_be_run(
    triage: Triage, rules: Path, config: Path
) -> None:
    del rules

    result = triage("explain", "--config", config, "--example", "a-lesson")

    assert result.status == 0
    assert result.out.startswith("a-lesson\n")


def test_an_example_that_is_not_there_is_told_with_the_nearest(
    triage: Triage, rules: Path, config: Path
) -> None:
    del rules

    result = triage("explain", "--config", config, "--example", "a-leson")

    assert result.status == 2
    assert "did you mean `a-lesson`?" in result.err


def test_part_of_an_examples_name_is_enough_to_be_told_the_whole(
    triage: Triage, rules: Path, config: Path
) -> None:
    del rules

    result = triage("explain", "--config", config, "--example", "son")

    assert result.status == 2
    assert "did you mean `a-lesson`?" in result.err


def test_for_an_example_like_no_other_the_command_that_lists_names_is_told(
    triage: Triage, rules: Path, config: Path
) -> None:
    explained = triage("explain", "--config", config, "--example", "zzz")
    listed = triage("rules", "test", "--config", config, "--list")

    assert "triage rules test --list" in explained.err
    assert listed.status == 0
    assert listed.out == (
        f"{rules / '90-examples.toml'}:2: a-lesson: A lesson that was bad\n"
    )


def test_a_listed_example_is_a_row_for_scripts(triage: Triage, rules: Path) -> None:
    result = triage("rules", "test", "--rules", rules, "--list", "--json", "a-*")

    assert json.loads(result.out) == {
        "example": "a-lesson",
        "title": "A lesson that was bad",
        "file": str(rules / "90-examples.toml"),
        "line": 2,
    }


def test_rows_for_scripts_end_with_a_summary(triage: Triage, rules: Path) -> None:
    result = triage("rules", "test", "--rules", rules, "--json")

    *rows, last = [json.loads(line) for line in result.out.splitlines()]
    (failed,) = [row for row in rows if not row["passed"]]
    assert failed["example"] == "a-lesson"
    assert failed["wrong"][0]["expected"] == "school-first"
    assert (last["summary"]["examples"], last["summary"]["failed"]) == (len(rows), 1)


@pytest.mark.parametrize("pattern", ["lesson", "A LESSON", "a-*", "*bad"])
def test_only_examples_that_hold_the_pattern_are_run(
    triage: Triage, rules: Path, pattern: str
) -> None:
    result = triage("rules", "test", "--rules", rules, pattern)

    assert result.status == 1
    assert "1 example, 1 failed" in result.out
    assert "reached" not in result.out


def test_a_pattern_without_any_example_is_told(triage: Triage, rules: Path) -> None:
    result = triage("rules", "test", "--rules", rules, "zzz")

    assert result.status == 2
    assert "no example's name or title holds “zzz”" in result.err


def test_rules_that_cannot_be_compiled_are_told_with_their_place(
    triage: Triage, rules: Path
) -> None:
    (rules / "90-examples.toml").write_text(
        FAILING.replace("school-first", "scool-first")
    )

    result = triage("rules", "test", "--rules", rules)

    assert result.status == 2
    assert f"{rules / '90-examples.toml'}:" in result.err
    assert "did you mean `school-first`?" in result.err


def test_an_example_that_fails_is_told_by_check(
    triage: Triage, rules: Path, config: Path
) -> None:
    result = triage("check", "--config", config)

    assert result.status == 1
    assert f"{rules / '90-examples.toml'}:2:" in result.err
    assert "the example `a-lesson` fails: route: expected school-first" in result.err


def test_words_of_an_example_cannot_steer_the_terminal(
    triage: Triage, rules: Path
) -> None:
    text = FAILING.replace("The lessons", "The \\u001b[31m lessons")
    (rules / "90-examples.toml").write_text(text)

    result = triage("rules", "test", "--rules", rules)

    assert result.status == 1
    assert "\x1b" not in result.out
