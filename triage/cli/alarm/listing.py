"""`triage alarm list`."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from triage.alarm import Kind, Telling, said
from triage.cli.listing import columns, when
from triage.cli.options import json_option, whole_config_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.config import load_configs
from triage.wiring import Liveness, daemon_in_words, liveness_of, now, open_store

STANDS = 1


@click.command(short_help="Show which alarms stand and who was told.")
@whole_config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """Show which alarms stand, who was told, and what could not be told.

    Exit status: 0 none stands, 1 one does or the daemon does not look, 2 cannot run.
    """
    at = now()
    with open_store(config) as store:
        found = liveness_of(load_configs(config)[0], store, at)
    if as_json:
        click.echo(json.dumps(plain(found)))
    else:
        click.echo("\n".join(_in_words(found, at)))
    if found.standing or found.unwritable or not found.is_alive:
        raise click.exceptions.Exit(STANDS)


def _in_words(found: Liveness, at: datetime) -> Iterator[str]:
    yield from _standing(found, at)
    for channel in found.untold:
        yield f"{channel} is still to be told"
    if found.unheard is not None:
        yield found.unheard
    if found.tellings:
        yield ""
        heads = ("when", "channel", "what", "about", "outcome")
        yield columns(heads, map(_row, reversed(found.tellings)))


def _standing(found: Liveness, at: datetime) -> Iterator[str]:
    """Say what stands, and whether anybody looks at all."""
    if not found.is_looking:
        yield f"The daemon {daemon_in_words(found, at, when)}."
    if found.unwritable:
        yield f"{said(Kind.STORE, '')}: {found.unwritable}"
    if not found.standing and not found.is_looking:
        yield "No alarm stood when it last looked; nobody looks now."
    elif not found.standing:
        yield "No alarm stands."
    for each in found.standing:
        why = f": {printable(each.what)}" if each.what else ""
        yield f"{said(each.kind, each.job)} since {when(each.since)}{why}"


def _row(telling: Telling) -> tuple[str, ...]:
    return (
        when(telling.at),
        telling.channel,
        str(telling.occasion),
        ", ".join(telling.about),
        "told" if telling.failure is None else printable(telling.failure),
    )
