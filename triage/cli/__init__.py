"""The command line: parses arguments, calls one function, prints what it returns.

Exit status everywhere: 0 fine, 1 found something wrong, 2 cannot run.
"""

import resource
import sys
from collections.abc import Sequence

import click

from triage import __version__
from triage.cli.alarm import alarm
from triage.cli.audit import audit
from triage.cli.backup import backup
from triage.cli.case import case
from triage.cli.check import check
from triage.cli.demo import demo
from triage.cli.doctor import doctor
from triage.cli.due import due
from triage.cli.explain import explain
from triage.cli.init import init
from triage.cli.login import login
from triage.cli.outbox import outbox
from triage.cli.replay import replay
from triage.cli.report import report
from triage.cli.retention import retention
from triage.cli.rules import rules
from triage.cli.run import run
from triage.cli.sender import sender
from triage.cli.status import status
from triage.cli.subject import subject
from triage.cli.templates import templates
from triage.errors import CANNOT_RUN, ConfigError, TransientError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="triage")
def commands() -> None:
    """A daemon beside a complaints mailbox.

    It takes up mails with the word "complaint" in their subject, decides by rule files
    what each one is, keeps a case with its evidence and clocks, answers from templates,
    and files the mail.

    \b
    Begin:      triage init /etc/triage     then edit config.toml there
    Look:       triage check                is everything right?
                triage doctor               do servers and machine do their part?
                triage rules check          are rule files and templates right?
                triage explain MAIL.eml     what would this mail get, and why?
                triage replay ARCHIVE       … and a whole archive?
                triage templates preview    what do our letters look like?
    Run:        triage run
                triage status               is a person needed?
                triage alarm test           would somebody hear of it?
    Work:       triage due                  what is due, what waits?
                triage case list, triage outbox list
    Keep:       triage backup create FILE
                triage report --from 2026-01-01 --to 2026-03-31
    Try it out: triage demo
    """


for command in (
    init,
    check,
    doctor,
    login,
    run,
    status,
    due,
    explain,
    replay,
    case,
    outbox,
    sender,
    audit,
    alarm,
    rules,
    report,
    templates,
    backup,
    subject,
    retention,
    demo,
):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit status."""
    # The memory of a process that dies holds passwords and mail.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        left_with = commands.main(arguments, prog_name="triage", standalone_mode=False)
    except click.exceptions.Abort:
        left_with = 130
    except click.ClickException as error:
        error.show()
        left_with = error.exit_code
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        left_with = CANNOT_RUN
    except TransientError as error:
        click.echo(f"cannot run now: {error}", err=True)
        left_with = CANNOT_RUN
    sys.exit(left_with if isinstance(left_with, int) else 0)
