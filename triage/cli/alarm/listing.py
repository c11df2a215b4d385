"""`triage alarm list`."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from triage.alarm import Telling, said
from triage.cli.listing import columns, moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.config import load_config
from triage.wiring import Liveness, liveness_of, now, open_store

STANDS = 1


@click.command(short_help="Show which alarms stand and who was told.")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """Show which alarms stand, who was told, and what could not be told.

    Exit status: 0 none stands, 1 one does, 2 cannot run.
    """
    with open_store(config) as store:
        found = liveness_of(load_config(config), store, now())
    if as_json:
        click.echo(json.dumps(plain(found)))
    else:
        click.echo("\n".join(_in_words(found)))
    if found.standing or not found.is_alive:
        raise click.exceptions.Exit(STANDS)


def _in_words(found: Liveness) -> Iterator[str]:
    if not found.is_alive:
        yield "The daemon is not running, or cannot write its store."
    if not found.standing:
        yield "No alarm stands."
    for each in found.standing:
        why = f": {printable(each.what)}" if each.what else ""
        yield f"{said(each.kind, each.job)} since {moment(each.since)}{why}"
    for channel in found.untold:
        yield f"{channel} is still to be told"
    if found.unheard is not None:
        yield found.unheard
    if found.tellings:
        yield ""
        heads = ("when", "channel", "what", "about", "outcome")
        yield columns(heads, map(_row, reversed(found.tellings)))


def _row(telling: Telling) -> tuple[str, ...]:
    return (
        moment(telling.at) or "",
        telling.channel,
        str(telling.occasion),
        ", ".join(telling.about),
        "told" if telling.failure is None else printable(telling.failure),
    )
