"""`triage login`: a person logs in once, so that the program can stay logged in."""

from pathlib import Path

import click

from triage.cli.options import config_option
from triage.cli.terminal import printable
from triage.wiring import PastedLogin, TypedLogin, begin_login

TABLES = ("mailbox", "submission", "alarm.submission")


@click.command(short_help="Log in in a browser once; keeps the first refresh token.")
@config_option
@click.argument("table", type=click.Choice(TABLES), default="mailbox")
def login(config: Path, table: str) -> None:
    """Get the first refresh token of a login with oauth, or a new one.

    Shows an address. Open it in a browser on any machine, log in there as the mailbox's
    user, and type the code that is shown beside it; for Google, agree, and paste here
    the address on which the browser ends, although nothing is shown there. The token is
    written to the refresh_token_file of that table, which only its owner can read; a
    daemon that runs takes it up by itself.
    """
    begun = begin_login(config, table)
    match begun:
        case TypedLogin(prompt):
            click.echo(f"Open {printable(prompt.address)}")
            click.echo(f"and type {printable(prompt.code)}")
            begun.finish()
        case PastedLogin(address):
            click.echo(f"Open {printable(address)}")
            begun.finish(click.prompt("and paste where the browser ends"))
    click.echo(f"ok  the refresh token is in {begun.file}")
