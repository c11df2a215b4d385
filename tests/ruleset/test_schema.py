import json

from triage.ruleset import json_schema
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
