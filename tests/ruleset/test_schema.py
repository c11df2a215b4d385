import json
import tomllib
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from triage import shipped
from triage.cli.rules.schema import schema_text
from triage.config import read_folder
from triage.ruleset import SCHEMA_FILE, compile_ruleset, json_schema
from triage.ruleset.schema import RuleFiles


def test_the_json_schema_describes_every_table() -> None:
    schema = json_schema()

    assert set(RuleFiles.model_fields) == set(schema["properties"])
    assert json.loads(json.dumps(schema)) == schema


def test_a_file_of_some_tables_is_fine_for_an_editor() -> None:
    assert "required" not in json_schema()


def test_keys_have_the_names_that_ops_write() -> None:
    properties = json_schema()["$defs"]["Signal"]["properties"]

    assert "in" in properties
    assert "where" not in properties


def test_together_allows_one_entry_without_outer_brackets() -> None:
    together = json_schema()["$defs"]["Signal"]["properties"]["together"]

    assert len(together["anyOf"]) == 2


FILES = sorted(shipped.rules().glob("*.toml"))


def faults(path: Path, text: str | None = None) -> list[str]:
    """What an editor would mark in a rule file, with dates as it sees them."""
    data = tomllib.loads(text or path.read_text("utf-8"))
    plain = json.loads(json.dumps(data, default=date_as_text))
    found = Draft202012Validator(json_schema()).iter_errors(plain)
    return [f"{each.json_path}: {each.message}" for each in found]


def date_as_text(value: date | time) -> str:
    return value.isoformat()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_shipped_rule_files_are_what_editors_expect(path: Path) -> None:
    assert faults(path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_shipped_rule_files_name_their_schema(path: Path) -> None:
    first = path.read_text("utf-8").partition("\n")[0]

    assert first == f"#:schema ./{SCHEMA_FILE}"


@pytest.mark.parametrize(
    "text",
    [
        '[[signal]]\nid = "a"\ntitle = "A"\nphrase = ["x"]\n',
        '[[signal]]\nid = "A b"\ntitle = "A"\n',
        '[[route]]\nid = "a"\ntitle = "A"\nfolder = "A"\npriority = "high!"\n',
        "[signals]\n",
        '[[example]]\nid = "a"\n',
    ],
)
def test_editors_mark_what_the_program_would_refuse(text: str) -> None:
    assert faults(FILES[0], text)


def test_the_shipped_schema_is_that_of_the_models() -> None:
    written = (shipped.rules() / SCHEMA_FILE).read_text("utf-8")

    assert written == schema_text(), "run: triage rules schema --write --rules rules"


def test_the_schema_beside_the_rule_files_is_no_rule_file() -> None:
    files = read_folder(shipped.rules(), (".toml", ".csv"))

    assert SCHEMA_FILE not in files
    compile_ruleset({**files, SCHEMA_FILE: schema_text()})


def keys(schema: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, about in schema.get("properties", {}).items():
        yield f"{name}.{key}", about
    for inner, about in schema.get("$defs", {}).items():
        yield inner, about
        yield from keys(about, inner)


@pytest.mark.parametrize(("name", "about"), list(keys(json_schema(), "file")))
def test_every_key_and_table_says_what_it_is(name: str, about: dict[str, Any]) -> None:
    assert about.get("description"), name
