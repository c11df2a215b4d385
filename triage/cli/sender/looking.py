"""`triage sender list` and `triage sender restrictions`."""

import json
from datetime import timedelta
from pathlib import Path

import click

from triage.cli.listing import columns, day, moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.store import RestrictionState, SenderLine
from triage.wiring import now, open_store

HEADINGS = ("person", "addresses", "mails", "cases", "flagged", "flags", "last wrote")
MOST_ADDRESSES = 2


@click.command("list", short_help="List who wrote most, or is flagged most.")
@config_option
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    help="Mails of so many days.",
)
@click.option("--by-flags", is_flag=True, help="Who has most flagged cases first.")
@click.option(
    "--most",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="So many people.",
)
@json_option
def list_senders(
    config: Path, days: int, by_flags: bool, most: int, as_json: bool
) -> None:
    """List the people who wrote most in the last days, under whatever addresses."""
    moment_now = now()
    since = moment_now - timedelta(days=days)
    with open_store(config) as store:
        lines = store.senders.listed(since, moment_now, most, by_flags=by_flags)
    if as_json:
        for line in lines:
            click.echo(json.dumps(plain(line)))
        return
    if not lines:
        click.echo(f"nobody wrote in the last {days} days")
        return
    click.echo(columns(HEADINGS, [_row(line) for line in lines]))
    click.echo("all about one of them: triage sender show ADDRESS")


def _row(line: SenderLine) -> tuple[str, ...]:
    shown = ", ".join(line.addresses[:MOST_ADDRESSES])
    more = len(line.addresses) - MOST_ADDRESSES
    restricted = ["restricted"] if line.restricted else []
    return (
        str(line.person),
        printable(f"{shown} and {more} more" if more > 0 else shown),
        str(line.mails),
        str(line.cases),
        str(line.flagged),
        ", ".join([*restricted, *line.flags]),
        moment(line.last_at) or "-",
    )


@click.command("restrictions", short_help="List what is proposed or in force.")
@config_option
@json_option
def list_restrictions(config: Path, as_json: bool) -> None:
    """List the restrictions that are proposed or in force, the next to review first."""
    with open_store(config) as store:
        found = store.restrictions.listed(now())
    if as_json:
        for each in found:
            click.echo(json.dumps(plain(each)))
        return
    if not found:
        click.echo("no restriction is proposed or in force")
        return
    rows = [
        (
            str(each.id),
            each.kind,
            each.state,
            each.reference,
            f"{each.review.on:%a} {each.review.on.day} {each.review.on:%b %Y}",
            f"{each.proposed_by}, {day(each.proposed_at)}",
            f"triage sender approve {each.id}"
            if each.state is RestrictionState.PROPOSED
            else f"triage sender renew {each.id}, or lift {each.id}",
        )
        for each in found
    ]
    headings = ("id", "kind", "state", "case", "review on", "proposed by", "to do")
    click.echo(columns(headings, rows))
