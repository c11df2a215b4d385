"""`triage rules schema` writes the JSON Schema by which editors know the rule files."""

import json
from pathlib import Path

import click

from triage.cli.rules.choosing import chosen, installation_option, rules_option
from triage.errors import ConfigError
from triage.ruleset import SCHEMA_FILE, json_schema


@click.command(short_help="The JSON Schema by which editors know the rule files.")
@installation_option
@rules_option
@click.option(
    "--write", is_flag=True, help=f"Write it to {SCHEMA_FILE} beside the rule files."
)
def schema(config: Path | None, rules: Path | None, write: bool) -> None:
    """Print the JSON Schema of the rule files, or write it beside them.

    Editors with support for TOML complete keys, show what each means and mark mistakes
    while you type, where the first line of a rule file is:

    \b
        #:schema ./rules.schema.json

    After an update of triage, write it anew.
    """
    text = schema_text()
    if not write:
        click.echo(text, nl=False)
        return
    path = chosen(config, rules).rules.folder / SCHEMA_FILE
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}"
        ) from None
    click.echo(f"wrote {path}")


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
