"""Options that several commands share."""

import getpass
import os
from pathlib import Path

import click

HERE = Path("config.toml")
"""The installation in whose folder one stands."""

config_option = click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE,
    envvar="TRIAGE_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The configuration file.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object per line, for scripts."
)


def _or_here(
    context: click.Context, _parameter: click.Parameter, config: Path | None
) -> Path | None:
    """Whoever stands in an installation's folder means that installation."""
    if config is None and not context.params.get("rules") and HERE.is_file():
        return HERE
    return config


look_option = click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="TRIAGE_CONFIG",
    callback=_or_here,
    help="Use this installation's rules, templates and addresses. Otherwise config.toml"
    " here, where there is one, else what comes with triage.",
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
