"""`triage outbox`: replies and notices on their way, or waiting for a person.

looking    list and show
deciding   approve, reject, resend, drop
editing    a waiting letter in a person's words
"""

import click

from triage.cli.outbox.deciding import approve, drop, reject, resend
from triage.cli.outbox.editing import edit
from triage.cli.outbox.looking import list_outbox, show_outbox

__all__ = ["outbox"]


@click.group(short_help="List, show, approve, edit and reject replies.")
def outbox() -> None:
    """Replies and notices: what was sent, what waits, and what a person must decide.

    \b
    queued     will be sent            sending, finishing   is being sent
    sent       accepted by the server  refused              the server will not take it
    uncertain  perhaps accepted        held                 waits for a person
    dropped    a person decided against it
    """


for command in (list_outbox, show_outbox, approve, edit, reject, resend, drop):
    outbox.add_command(command)
