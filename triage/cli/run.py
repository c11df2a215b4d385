"""`triage run`: the daemon."""

from pathlib import Path

import click

from triage.cli.options import whole_config_option
from triage.wiring import run_daemon, run_once


@click.command(short_help="Run the daemon; --once for a single pass.")
@whole_config_option
@click.option(
    "--once",
    is_flag=True,
    help="One pass: take up what is there, send what is due, then stop.",
)
def run(config: Path, once: bool) -> None:
    """Watch the mailbox, take up complaints, answer and file them.

    Runs in the foreground and logs to standard error; SIGTERM or Ctrl-C ends it cleanly
    within ten seconds. A second daemon on the same store refuses to start. Try the
    configuration first with: triage check --connect
    """
    if once:
        click.echo(run_once(config))
    else:
        run_daemon(config)
