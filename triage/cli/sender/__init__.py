"""`triage sender`: the people who write, and what people decide about them.

meaning    an address or a case, to a person
looking    list
showing    show: a page per person
deciding   restrict, approve, reject, renew, lift
tying      unlink and link: who is one person
"""

import click

from triage.cli.sender.deciding import approve, lift, reject, renew, restrict
from triage.cli.sender.looking import list_restrictions, list_senders
from triage.cli.sender.showing import show_sender
from triage.cli.sender.tying import link, unlink

__all__ = ["sender"]


@click.group(short_help="Show who writes; propose, approve and lift restrictions.")
def sender() -> None:
    """The people who write: their addresses, cases, flags and restrictions.

    The program refuses nobody. One person may propose a restriction, another one
    approves it, and it lapses on its review date. Whatever it is, new complaints are
    recorded and clocked; only automatic replies wait until somebody looked at them.

    \b
    proposed   waits for somebody else's approval    in force   until its review date
    rejected   was never in force                    lapsed     its review date passed
    lifted     ended before its review date
    """


for command in (
    list_senders,
    show_sender,
    list_restrictions,
    restrict,
    approve,
    reject,
    renew,
    lift,
    unlink,
    link,
):
    sender.add_command(command)
