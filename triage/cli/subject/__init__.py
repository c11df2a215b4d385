"""`triage subject`: what is kept about a person, shown, handed out, erased."""

import click

from triage.cli.subject.erasing import erase, hold, restrict
from triage.cli.subject.exporting import export
from triage.cli.subject.finding import find
from triage.cli.subject.requests import done, requests


@click.group(short_help="Personal data: find, export, erase, restrict.")
def subject() -> None:
    """Show, hand out or erase what is kept about a person.

    PERSON is an e-mail address, or a case reference of theirs. Everything that is known
    to be the same person is found: other addresses, their mails and our answers.
    """


for command in (find, export, erase, restrict, hold, requests, done):
    subject.add_command(command)
