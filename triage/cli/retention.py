"""`triage retention`: cases that are kept too long."""

import json
from pathlib import Path

import click

from triage.cli.listing import day
from triage.cli.options import by_option, config_option, json_option
from triage.cli.plain import plain
from triage.cli.subject.finding import what_went
from triage.digest import number_of
from triage.errors import ConfigError, Problem
from triage.store import Deed, Store
from triage.store.retention import RetentionList
from triage.wiring import now, open_store_of_one


@click.group(short_help="Cases that are kept too long: list and approve.")
def retention() -> None:
    """List the closed cases whose time to be kept is over, and have them erased.

    The rule files say how long ([retention], and keep_months of an [[outcome]]). The
    daemon makes one list each month and tells the team.
    """


@retention.command("list", short_help="Show this month's list.")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """Show the latest list; nothing of it is erased until somebody approves."""
    with open_store_of_one(config) as store:
        found = _last(store)
    if as_json:
        click.echo(json.dumps(plain(found)))
        return
    for reference in found.references:
        click.echo(reference)
    said = (
        f"approved {day(found.approved_at)} by {found.approved_by}"
        if found.approved_at
        else "to have them erased: triage retention approve"
    )
    click.echo(
        f"{number_of(len(found.references), 'case')}, list of {found.month}; {said}"
    )


@retention.command(short_help="Have the cases of the list erased.")
@config_option
@by_option
def approve(config: Path, by: str) -> None:
    """Erase the cases of the latest list, but those that came under a hold since."""
    with open_store_of_one(config) as store:
        found = _last(store)
        deed = Deed(at=now(), by=by, act="erase")
        done = store.retention.approve(found.month, deed)
    if done is None:
        raise ConfigError(f"the list of {found.month} was approved before")
    kept = len(found.references) - done.cases
    left = f"; {kept} are on hold now and stay" if kept else ""
    click.echo(f"erased: {what_went(done)}{left}")


def _last(store: Store) -> RetentionList:
    found = store.retention.last()
    if found is None:
        hint = "the daemon makes one each month: triage run"
        raise ConfigError(Problem("there is no list yet", hint=hint))
    return found
