import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.cli.test_check import own_templates
from triage import shipped


def test_the_shipped_rules_have_neither_errors_nor_warnings(triage: Triage) -> None:
    result = triage("rules", "check", "--rules", shipped.rules(), "--strict")

    assert (result.status, result.err) == (0, "")
    assert result.out.endswith("no errors, no warnings\n")


def test_every_mistake_of_rules_and_templates_is_told_at_once(
    triage: Triage, config: Path
) -> None:
    templates = own_templates(config)
    rules = config.parent / "rules" / "10-journeys.toml"
    text = rules.read_text().replace('folder = "', 'folder = "/', 1)
    rules.write_text(text.replace('template = "review"', 'template = "reveiw"'))
    review = templates / "review.txt"
    review.write_text(review.read_text() + "\n{{ refrence }}\n")

    result = triage("rules", "check", "--config", config)

    assert result.status == 1
    assert "[impossible-folder]" in result.out
    assert f"{review}:" in result.out
    assert "did you mean `reference`?" in result.out
    assert result.err == ""


def test_a_problem_is_a_row_for_scripts(triage: Triage, config: Path) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    rules.write_text(rules.read_text().replace('folder = "', 'foldr = "', 1))

    result = triage("rules", "check", "--config", config, "--json")

    rows = [json.loads(line) for line in result.out.splitlines()]
    (unknown,) = [row for row in rows if row["code"] == "unknown-key"]
    assert result.status == 1
    assert unknown["severity"] == "error"
    assert unknown["file"] == str(rules)
    assert unknown["source"].startswith("foldr = ")
    assert (unknown["column"], unknown["hint"]) == (1, "did you mean `folder`?")
    assert (
        unknown["line"] == rules.read_text().splitlines().index(unknown["source"]) + 1
    )


def test_warnings_are_no_errors_unless_strict(triage: Triage, config: Path) -> None:
    (config.parent / "rules" / "90-more.toml").write_text(
        '[[list]]\nid = "unused"\nwords = ["x"]\n'
    )

    result = triage("rules", "check", "--config", config)
    strict = triage("rules", "check", "--config", config, "--strict")

    assert (result.status, strict.status) == (0, 1)
    assert "warning: no phrase names the list {unused} [unused-list]" in result.out


def test_without_a_configuration_it_is_told_how_to_name_one(
    triage: Triage, tmp_path: Path
) -> None:
    result = triage("rules", "check", "--config", tmp_path / "none.toml")

    assert result.status == 2
    assert "there is no configuration at" in result.err


def test_no_secret_is_needed(triage: Triage, config: Path) -> None:
    (config.parent / "reference.key").unlink()

    assert triage("rules", "check", "--config", config).status == 0


def test_a_file_that_is_not_utf_8_is_a_row_and_the_rest_is_looked_at(
    triage: Triage, config: Path
) -> None:
    rules = config.parent / "rules"
    (rules / "90-more.toml").write_bytes(
        b'[[list]]\nid = "caf\xe9"\nwords = ["caf\xe9"]\n'
    )
    (rules / "95-more.toml").write_text('[[list]]\nid = "unused"\nwordz = ["x"]\n')

    result = triage("rules", "check", "--config", config, "--json")

    rows = [json.loads(line) for line in result.out.splitlines()]
    (unreadable,) = [row for row in rows if row["code"] == "not-utf-8"]
    assert (result.status, result.err) == (1, "")
    assert (unreadable["file"], unreadable["line"]) == (str(rules / "90-more.toml"), 2)
    assert "save it as UTF-8" in unreadable["hint"]
    assert "unknown-key" in {row["code"] for row in rows}


def test_a_file_of_another_encoding_is_not_told_as_no_toml_too(
    triage: Triage, config: Path
) -> None:
    (config.parent / "rules" / "90-more.toml").write_text("# \xe9", encoding="utf-16")

    result = triage("rules", "check", "--config", config, "--json")

    assert [json.loads(line)["code"] for line in result.out.splitlines()] == [
        "not-utf-8"
    ]


def test_a_file_that_cannot_be_opened_is_a_row(triage: Triage, config: Path) -> None:
    (config.parent / "rules" / "90-more.toml").mkdir()

    result = triage("rules", "check", "--config", config, "--json")

    assert result.status == 1
    assert json.loads(result.out)["code"] == "unreadable"


def test_of_a_table_that_is_gone_only_that_is_told_and_how_to_have_it_back(
    triage: Triage, config: Path
) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    head, *tables = rules.read_text().split("[[")
    kept = (each for each in tables if not each.startswith("route]]"))
    rules.write_text("[[".join((head, *kept)))

    result = triage("rules", "check", "--config", config, "--json")

    rows = [json.loads(line) for line in result.out.splitlines()]
    (row,) = [row for row in rows if row["severity"] == "error"]
    assert (row["code"], row["message"]) == ("missing-key", "`route` is missing")
    assert "`triage rules rollback`" in row["hint"]
    assert row["file"] == str(config.parent / "rules")


def test_the_summary_names_the_folder_of_the_templates_where_they_are_wrong(
    triage: Triage, config: Path
) -> None:
    templates = own_templates(config)
    right = triage("rules", "check", "--config", config)
    review = templates / "review.txt"
    review.write_text(review.read_text() + "\n{{ refrence }}\n")

    wrong = triage("rules", "check", "--config", config)

    assert f"templates {templates}: " in right.out
    rules = config.parent / "rules"
    last = wrong.out.splitlines()[-1]
    assert last.startswith(f"rules {rules}, templates {templates}: ")


@pytest.mark.parametrize("command", [("check",), ("rules", "check")])
def test_without_modes_nothing_goes_live(
    triage: Triage, config: Path, command: tuple[str, ...]
) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    rules.write_text("".join(_without_modes(rules.read_text())))

    result = triage(*command, "--config", config)

    assert result.status
    assert "nothing says how far replies go by themselves" in result.out + result.err


def _without_modes(text: str) -> Iterator[str]:
    """Every table but `[modes]`."""
    for line in text.splitlines(keepends=True):
        if not line.startswith(("[modes]", "at_most")):
            yield line
