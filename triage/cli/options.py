"""Options that several commands share."""

import getpass
import os
from pathlib import Path

import click

config_option = click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config.toml"),
    envvar="TRIAGE_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The configuration file.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object per line, for scripts."
)
look_option = click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="TRIAGE_CONFIG",
    help="Use this installation's rules, templates and addresses.",
)


def _login() -> str:
    """Return who types, also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return "somebody without a login name"


by_option = click.option(
    "--by", default=_login, help="Who decides this.  [default: your login name]"
)
