"""`triage demo`: sample mails through the daemon, on servers of its own."""

import sys
from pathlib import Path

import click

from triage.wiring import log_to_stderr


@click.command(short_help="Run sample mails through the daemon on embedded servers.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Where the sent replies are laid down, as .eml and .html.",
)
def demo(output: Path) -> None:
    """Show the whole way of a complaint in a few seconds; nothing leaves this machine.

    An IMAP and an SMTP server run inside this process. Sample mails are delivered, the
    daemon takes them up, answers and files them, and a table says what became of each
    and why. Exit status: 0 as stated, 1 something went otherwise.
    """
    # The servers come with an extra that an installation does not need.
    from triage.demo.run import run_demo  # noqa: PLC0415

    log_to_stderr("error")
    sys.exit(0 if run_demo(output, click.echo) else 1)
