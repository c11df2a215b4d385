"""`triage templates`: look at the letters, or get one, before anybody else does."""

import click

from triage.cli.templates.preview import preview
from triage.cli.templates.send_test import send_test


@click.group(short_help="Look at the letters, or send yourself one.")
def templates() -> None:
    """What we answer stands in the template files, for you to edit.

    What is wrong in them is found by: triage rules check
    """


for command in (preview, send_test):
    templates.add_command(command)
