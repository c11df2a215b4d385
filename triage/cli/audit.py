"""`triage audit`: who did what, and whether the log of it is whole."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click

from triage.cli.case.timeline import change_in_words
from triage.cli.listing import moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.errors import ConfigError
from triage.store import AuditEntry, Verification
from triage.wiring import open_store

BROKEN = 1
MOST_BROKEN = 20
HASH = re.compile("[0-9a-f]{64}", re.ASCII)


@click.group(short_help="Check and show the log of who did what.")
def audit() -> None:
    """The log of every change: who, when, what before and after, and why.

    Rows are only added, each sealed with the one before.
    """


@audit.command(short_help="Check that no row was changed or taken away.")
@click.option("--head", metavar="HASH", help="A hash that was noted earlier.")
@config_option
@json_option
def verify(head: str | None, config: Path, as_json: bool) -> None:
    """Check every row of the log against the one before, and every text with it.

    That rows are missing at the end shows only beside a hash that was noted elsewhere,
    as this command and the morning digest print it: give it with --head.

    Exit status: 0 the log is whole, 1 it is not, 2 cannot run.
    """
    if head is not None and not HASH.fullmatch(head):
        raise click.UsageError("--head takes all 64 digits of a hash, in lower case")
    with open_store(config) as store:
        found = store.audit.verify(head)
    if as_json:
        click.echo(json.dumps(plain(found)))
    else:
        click.echo("\n".join(_verdict(found)))
    if found.broken:
        raise click.exceptions.Exit(BROKEN)


def _verdict(found: Verification) -> Iterator[str]:
    rows = "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    yield f"The log of {rows} is {'NOT whole:' if found.broken else 'whole.'}"
    yield from (f"  - {each}" for each in found.broken[:MOST_BROKEN])
    if len(found.broken) > MOST_BROKEN:
        yield f"  … and {len(found.broken) - MOST_BROKEN:,} more (--json lists all)"
    if found.erased:
        yield f"{found.erased:,} personal texts are erased; their rows hold."
    yield f"The latest row: {found.head}"


@audit.command(short_help="Show what was done to a case.")
@click.argument("about", metavar="REFERENCE")
@config_option
@json_option
def show(about: str, config: Path, as_json: bool) -> None:
    """Show what people and the program did to the case REFERENCE, and why."""
    with open_store(config) as store:
        entries = store.audit.entries(about) or store.audit.entries(about.upper())
    if not entries:
        raise ConfigError(f"nothing in the log is about {about}")
    for entry in entries:
        if as_json:
            click.echo(json.dumps(plain(entry)))
        else:
            click.echo("\n".join(_in_words(entry)))


def _in_words(entry: AuditEntry) -> Iterator[str]:
    yield printable(f"{moment(entry.at)}  {entry.act} by {entry.by}")
    for name, change in entry.changes.items():
        yield _fact(name, change_in_words(name, change) or "nothing")
    for name, change in entry.personal.items():
        erased = change == (None, None)
        yield _fact(name, "(erased)" if erased else change_in_words(name, change))


def _fact(name: str, text: str) -> str:
    return f"  {name.replace('_', ' '):16}{printable(text)}"
