"""`triage due`: the morning digest, as it is now."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from triage.cli.listing import columns
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.config import load_config
from triage.digest import MOST_ROWS, headlines_of, tables_of
from triage.reply import Table
from triage.store import ALL
from triage.wiring import digest_now, now, open_store

LATE = 1


@click.command(short_help="Show what is due, what waits and what happened.")
@config_option
@click.option(
    "--days",
    type=click.IntRange(min=0, max=30),
    default=0,
    metavar="N",
    help="Look ahead over so many working days.  [default: as the morning mail does]",
)
@json_option
def due(config: Path, days: int, as_json: bool) -> None:
    """Show what the morning mail to the team says, as it is at this moment.

    Lists are cut after twenty lines and say which command shows the rest; --json has
    every line, and the whole hash of the audit log.

    Exit status: 0 nothing is overdue, 1 something is, 2 cannot run.
    """
    most = ALL if as_json else MOST_ROWS
    with open_store(config) as store:
        digest, policy = digest_now(load_config(config), store, now(), days, most)
    if as_json:
        click.echo(json.dumps(plain(digest)))
    else:
        for headline in headlines_of(digest, policy):
            click.echo(printable(headline))
        for table in tables_of(digest, policy):
            click.echo("\n".join(map(printable, ("", *_in_words(table)))))
    if digest.overdue.count:
        raise click.exceptions.Exit(LATE)


def _in_words(table: Table) -> Iterator[str]:
    if not table.rows:
        yield f"{table.title}: {table.note}" if table.count is None else table.note
        return
    yield table.title if table.count is None else f"{table.title}: {table.count}"
    rows = columns(table.headings, table.rows).splitlines()
    yield from (f"  {row}" for row in rows)
    if table.note:
        yield f"  {table.note}"
