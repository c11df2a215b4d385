"""Options that several commands share."""

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from triage.config import OneMailbox

HERE = Path("config.toml")
"""The installation in whose folder one stands."""

_MEANT = "triage.mailbox"

Command = TypeVar("Command", bound=Callable[..., object])


def _note_mailbox(
    context: click.Context, _parameter: click.Parameter, mailbox: str | None
) -> None:
    context.meta[_MEANT] = mailbox


def _meant(
    context: click.Context, _parameter: click.Parameter, config: Path | None
) -> Path | None:
    """Return a configuration together with the mailbox that was named."""
    mailbox = context.meta.get(_MEANT)
    if config is None or mailbox is None:
        return config
    return OneMailbox.of(config, mailbox)


mailbox_option = click.option(
    "--mailbox",
    metavar="NAME",
    envvar="TRIAGE_MAILBOX",
    show_envvar=True,
    # Known before the configuration, which carries it.
    is_eager=True,
    expose_value=False,
    callback=_note_mailbox,
    help="Which [[mailbox]] is meant, where there are several.",
)


def config_option(command: Command) -> Command:
    """Take the configuration, and which of its mailboxes is meant."""
    return whole_config_option(mailbox_option(command))


def whole_config_option(command: Command) -> Command:
    """Take the configuration, all of whose mailboxes are meant."""
    return click.option(
        "--config",
        "-c",
        type=click.Path(dir_okay=False, path_type=Path),
        default=HERE,
        envvar="TRIAGE_CONFIG",
        show_default=True,
        show_envvar=True,
        callback=_meant,
        help="The configuration file.",
    )(command)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object per line, for scripts."
)


def _or_here(
    context: click.Context, parameter: click.Parameter, config: Path | None
) -> Path | None:
    """Whoever stands in an installation's folder means that installation."""
    if config is None and not context.params.get("rules") and HERE.is_file():
        config = HERE
    return _meant(context, parameter, config)


def look_option(command: Command) -> Command:
    """Take a configuration to look at, and which of its mailboxes is meant."""
    taking = click.option(
        "--config",
        "-c",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="TRIAGE_CONFIG",
        callback=_or_here,
        help="Use this installation's rules, templates and addresses. Otherwise"
        " config.toml here, where there is one, else what comes with triage.",
    )
    return taking(mailbox_option(command))


def _login() -> str:
    """Return who types, also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return "somebody without a login name"


by_option = click.option(
    "--by", default=_login, help="Who decides this.  [default: your login name]"
)
