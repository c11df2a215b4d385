"""`triage rules history`: what was in force when, and what was refused."""

import json
from pathlib import Path
from textwrap import shorten
from typing import Any

import click

from triage.cli.listing import columns, moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.store import Activation, Trial
from triage.wiring import open_store_of_one

REASON = 72
"""Columns for a first reason or note; --json has all of them whole."""
HEADINGS = ("when", "edition", "what", "signals", "lines", "routes", "letters")


@click.command(short_help="Show what was in force when, and what was refused.")
@config_option
@json_option
def history(config: Path, as_json: bool) -> None:
    """List the editions of rules and templates that came into force, the latest last.

    Those that were refused stand among them, each with its first reason. Look into
    one with: triage rules show
    """
    with open_store_of_one(config) as store:
        events = store.editions.history()
        in_force = store.editions.in_force()
    if as_json:
        for event in events:
            click.echo(json.dumps(_as_row(event, in_force)))
        return
    click.echo(columns(HEADINGS, [_row(event, in_force) for event in events]))
    if in_force is None:
        click.echo("nothing was in force yet: `triage run` was never started")


def _as_row(event: Activation | Trial, in_force: Activation | None) -> dict[str, Any]:
    kind = "activation" if isinstance(event, Activation) else "refusal"
    is_in_force = in_force is not None and event == in_force
    row: dict[str, Any] = plain(event)
    return {"kind": kind, "in_force": is_in_force} | row


def _row(event: Activation | Trial, in_force: Activation | None) -> tuple[str, ...]:
    when = moment(event.at) or "-"
    if isinstance(event, Trial):
        first = _short(event.reasons[0])
        more = len(event.reasons) - 1
        also = f" (and {more} more)" if more else ""
        return when, event.hash or "unreadable", f"refused: {first}{also}", *[""] * 4
    what = f"{event.how} by {event.by}"
    if event == in_force:
        what += ", in force"
    if event.notes:
        what += f": {_short(event.notes[0])}"
    counts = event.counts
    sizes = (
        [counts.signals, counts.lines, counts.routes, counts.letters] if counts else []
    )
    return when, event.hash, what, *(map(str, sizes) if sizes else [""] * 4)


def _short(reason: str) -> str:
    """Return the first line of a reason, cut to its columns."""
    return shorten(printable(reason.partition("\n")[0]), REASON, placeholder=" …")
