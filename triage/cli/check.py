"""`triage check` tells whether everything is right that a person wrote."""

from pathlib import Path

import click

from triage.cli.options import config_option
from triage.config import meant_configs
from triage.errors import ConfigError
from triage.wiring import check_installation, try_servers, warnings_of

SOMETHING_WRONG = 1


@click.command(
    short_help="Check config, rules and templates; with --connect the servers too."
)
@config_option
@click.option(
    "--connect", is_flag=True, help="Log in to IMAP and SMTP as well; sends nothing."
)
def check(config: Path, connect: bool) -> None:
    """Check the configuration, the rule files and the templates.

    Every problem is listed at once, with its file, line and column. Each template is
    rendered, and the examples of the rule files are run. Secrets are read as the
    daemon would read them, except what only a command or systemd can give; commands
    must be there, and the store whole. Run it as the daemon's user. With --connect
    the mail servers are tried too: TLS, log-in, filing; nothing is sent or changed.
    Warnings, and more about rules and templates, are told by: triage rules check

    Exit status: 0 all right, 1 something is wrong, 2 the configuration cannot be read.
    """
    meant_configs(config)
    try:
        _check(config, connect=connect)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.exceptions.Exit(SOMETHING_WRONG) from None


def _check(config: Path, *, connect: bool) -> None:
    for line in check_installation(config):
        click.echo(f"ok  {line}")
    for line in warnings_of(config):
        click.echo(f"warning  {line}")
    if connect:
        for line in try_servers(config):
            click.echo(f"ok  {line}")
