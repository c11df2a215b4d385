"""`triage init`: a folder with everything to edit."""

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from triage import shipped
from triage.errors import ConfigError

PRIVATE = 0o600
MODES_FILE = Path("rules", "65-modes.toml")
LIVE, WATCH = 'at_most = "live"', 'at_most = "watch"'


def _fill(folder: Path, made: Mapping[str, Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in made.items():
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    modes = folder / MODES_FILE
    shipped_modes = modes.read_text(encoding="utf-8")
    modes.write_text(shipped_modes.replace(LIVE, WATCH), encoding="utf-8")
    key = folder / "reference.key"
    key.touch(mode=PRIVATE)
    key.write_text(secrets.token_hex(32) + "\n", encoding="ascii")


@click.command(short_help="Make a folder with config, rules and templates to edit.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make FOLDER with a commented config.toml, the rule files and the templates.

    Everything in it is yours to edit. Nothing that is already there is overwritten. A
    random reference.key is made too: it is what proves that a reply belongs to a case,
    so keep it private and keep it.

    A new installation only watches: it judges, records and files, and sends nothing to
    those who write until rules/65-modes.toml says so.
    """
    made = {
        "config.toml": shipped.example_config(),
        "rules": shipped.rules(),
        "templates": shipped.templates(),
    }
    in_the_way = [name for name in (*made, "reference.key") if (folder / name).exists()]
    if in_the_way:
        raise ConfigError(*(f"{folder / name} is already there" for name in in_the_way))
    try:
        _fill(folder, made)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made: {error.strerror or error}"
        ) from None
    click.echo(f"""\
Made {folder}:
  config.toml     servers, addresses, contacts, links
  rules/          what mails mean and where they go
  templates/      what we answer
  reference.key   proves that a reply belongs to a case; keep it

Next:
  1. edit {folder / "config.toml"}
  2. triage check --config {folder / "config.toml"} --connect
  3. triage run --config {folder / "config.toml"}

It begins in watch: mails are judged, recorded and filed, colleagues are told, and
nobody who writes gets an answer. Go on when you trust it, by `at_most` in
{folder / MODES_FILE}:
  watch   look at what it would have sent: triage rules diff --mode live
  hold    replies are written and wait: triage outbox list, then triage outbox approve
  live    replies go out by themselves""")
