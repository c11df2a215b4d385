"""`triage alarm test`."""

from pathlib import Path

import click

from triage.cli.options import whole_config_option
from triage.cli.terminal import printable
from triage.wiring import try_alarms


@click.command(short_help="Send a test by every channel.")
@whole_config_option
def test(config: Path) -> None:
    """Send a test message by every channel of [alarm], and to the team.

    The team's goes through the server of [submission], past the outbox, as an alarm
    would where no other channel is left. Exit status: 0 all were told, 1 one was not,
    or there is none.
    """
    failures = []
    for channel, failure in try_alarms(config):
        click.echo(f"{channel}: {printable(failure) or 'told'}")
        failures.append(failure)
    if not failures:
        click.echo("nobody would be told: name a channel in [alarm]")
    if not failures or any(failures):
        raise click.exceptions.Exit(1)
