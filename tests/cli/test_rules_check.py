import json
from pathlib import Path

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
