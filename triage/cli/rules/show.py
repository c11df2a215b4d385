"""`triage rules show`: an edition of rules and templates as it was written."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from triage.cli.listing import columns, moment
from triage.cli.options import config_option
from triage.config import load_config
from triage.edition import Edition
from triage.errors import ConfigError
from triage.store import Store
from triage.wiring import changes_between, edition_named, edition_of, open_store_of_one

FOLDER = "folder"


@click.command(short_help="Show an edition, one of its files, or what differs.")
@click.argument("edition", required=False)
@click.argument("file", required=False)
@click.option(
    "--diff",
    "other",
    metavar="OTHER",
    help="What differs from it in another edition, or in the `folder`.",
)
@config_option
def show(
    edition: str | None, file: str | None, other: str | None, config: Path
) -> None:
    """Show the files of an EDITION, or the text of one FILE of it.

    EDITION is a hash from `triage rules history`, or its beginning; without it, what is
    in force is shown.

    \b
    What changed since the last edit went live?  triage rules show --diff folder
    What did that edition say?                   triage rules show 1a2b 10-roles.toml
    """
    with open_store_of_one(config) as store:
        kept = edition_named(store, edition)
        against = None if other is None else _other(store, config, other)
    if against is not None:
        click.echo("".join(_diff(kept.edition, against, file)), nl=False)
        return
    if file is not None:
        click.echo(_text(kept.edition, file), nl=False)
        return
    click.echo(f"edition {kept.edition.hash}, kept since {moment(kept.first_seen_at)}")
    click.echo(columns(("file", "lines"), list(_rows(kept.edition))))


def _other(store: Store, config: Path, name: str) -> Edition:
    if name == FOLDER:
        return edition_of(load_config(config))
    return edition_named(store, name).edition


def _rows(edition: Edition) -> Iterator[tuple[str, str]]:
    for name, text in _files(edition).items():
        yield name, str(len(text.splitlines()))


def _files(edition: Edition) -> Mapping[str, str]:
    rules = {f"rules/{name}": text for name, text in edition.rules.items()}
    return rules | {
        f"templates/{name}": text for name, text in edition.templates.items()
    }


def _text(edition: Edition, wanted: str) -> str:
    for name, text in _files(edition).items():
        if wanted in (name, name.partition("/")[2]):
            return text
    raise ConfigError(f"edition {edition.hash} has no file {wanted}")


def _diff(old: Edition, new: Edition, file: str | None) -> Iterator[str]:
    before, after = _files(old), _files(new)
    for change in changes_between(old, new):
        name = f"{change.folder}/{change.name}"
        if file is not None and file not in (name, change.name):
            continue
        for line in difflib.unified_diff(
            before.get(name, "").splitlines(keepends=True),
            after.get(name, "").splitlines(keepends=True),
            f"{old.hash}/{name}",
            f"{new.hash}/{name}",
        ):
            yield line if line.endswith("\n") else f"{line}\n"
