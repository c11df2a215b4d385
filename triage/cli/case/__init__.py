"""`triage case`: the register of complaints.

searching  list
showing    show: facts, clocks and one timeline
clocks     clocks with their arithmetic, in words
timeline   everything that happened, in order of time
opening    new: a complaint by telephone or letter
recording  set, note, assign, settle
acknowledged  a person wrote to somebody who waited
closing    answer, extend, close, reopen, escalate
rerouting  reroute, example
relating   merge, link, unlink
admitting  admit: somebody else gets a say
naming     which case is meant, and what a person typed
"""

import click

from triage.cli.case.acknowledged import acknowledged
from triage.cli.case.admitting import admit
from triage.cli.case.closing import answer, close, escalate, extend, reopen
from triage.cli.case.opening import new
from triage.cli.case.recording import assign, note, set_particulars, settle
from triage.cli.case.relating import link, merge, unlink
from triage.cli.case.rerouting import example, reroute
from triage.cli.case.searching import list_cases
from triage.cli.case.showing import show_case

__all__ = ["case"]


@click.group(short_help="The register: list, show and work on cases.")
def case() -> None:
    """The register of complaints: every case with its mails, clocks and what was done.

    \b
    Look:    list, show
    Begin:   new                        a complaint by telephone or letter
    Record:  set, note, assign, settle
    Answer:  acknowledged, answer, extend
    End:     close, reopen, escalate
    Order:   reroute, merge, link, unlink, admit
    Teach:   example
    """


for command in (
    list_cases,
    show_case,
    new,
    set_particulars,
    note,
    assign,
    settle,
    acknowledged,
    answer,
    extend,
    close,
    reopen,
    escalate,
    merge,
    link,
    unlink,
    reroute,
    example,
    admit,
):
    case.add_command(command)
