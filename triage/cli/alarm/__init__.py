"""`triage alarm`: what stands, who was told, and whether the channels work."""

import click

from triage.cli.alarm.listing import list_
from triage.cli.alarm.trying import test


@click.group(short_help="Alarms: what stands, who was told; try the channels.")
def alarm() -> None:
    """Look at the alarms and their channels.

    What each alarm means, and what to do first, stands in docs/operations.md.
    """


alarm.add_command(list_, "list")
alarm.add_command(test)
