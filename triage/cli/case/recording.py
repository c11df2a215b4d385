"""`triage case set`, `note`, `assign`, `settle`: what is written down about a case."""

import sys
from pathlib import Path
from typing import Any

import click

from triage.cli.case.naming import deed, must_exist, words
from triage.cli.case.opening import particulars_options, particulars_typed
from triage.cli.listing import counted
from triage.cli.options import by_option, config_option
from triage.errors import ConfigError
from triage.store import Field
from triage.wiring import store_of_case


@click.command("set", short_help="Record particulars: person, centre, findings …")
@click.argument("reference")
@particulars_options(*Field)
@by_option
@config_option
def set_particulars(reference: str, by: str, config: Path, **typed: Any) -> None:
    """Write particulars into the case REFERENCE; an empty text takes one away.

    As in: triage case set CMP-2026-00042 --centre "GB123 Hill School"
    """
    texts = particulars_typed(typed)
    if not texts:
        raise click.UsageError("say what to record, as --centre GB123")
    with store_of_case(config, reference) as (store, _):
        (reference,) = must_exist(store, reference)
        store.register.record(reference, deed(by, "record"), texts)
    for name, text in texts.items():
        said = "recorded" if text else "taken away"
        click.echo(f"{reference}: {name.replace('_', ' ')} {said}")


@click.command(short_help="Add a note to a case.")
@click.argument("reference")
@click.argument("text")
@by_option
@config_option
def note(reference: str, text: str, by: str, config: Path) -> None:
    """Add the note TEXT to the case REFERENCE; `-` reads it from standard input.

    A note is never changed. People who ask for their data may get to read it.
    """
    if text == "-":
        text = sys.stdin.read()
    with store_of_case(config, reference) as (store, _):
        (reference,) = must_exist(store, reference)
        store.register.note(reference, deed(by, "note"), words(text, "a note"))
    click.echo(f"{reference} has a new note")


@click.command(short_help="Say who sees to a case.")
@click.argument("reference")
@click.argument("owner", required=False)
@click.option("--nobody", is_flag=True, help="Nobody in particular sees to it.")
@by_option
@config_option
def assign(
    reference: str, owner: str | None, nobody: bool, by: str, config: Path
) -> None:
    """Assign the case REFERENCE to OWNER."""
    if nobody == bool(owner):
        raise click.UsageError("name who sees to it, or say --nobody")
    name = words(owner, "OWNER") if owner else None
    with store_of_case(config, reference) as (store, _):
        (reference,) = must_exist(store, reference)
        store.register.assign(reference, deed(by, "assign"), name)
    click.echo(f"{reference} is assigned to {name or 'nobody'}")


@click.command(short_help="Note that something in a case was looked at.")
@click.argument("reference")
@click.option("--why", help="What you made of it.")
@by_option
@config_option
def settle(reference: str, why: str | None, by: str, config: Path) -> None:
    """Note that you looked at what `triage case show REFERENCE` says to look at."""
    with store_of_case(config, reference) as (store, _):
        (reference,) = must_exist(store, reference)
        settled = store.matters.settle(reference, deed(by, "settle", why))
    if not settled:
        raise ConfigError(f"nothing in {reference} waits to be looked at")
    click.echo(f"{reference}: {counted(settled, 'matter')} looked at")
