"""Which rule files and templates the commands of this group look at."""

from pathlib import Path

import click

from triage.cli.options import HERE
from triage.config import Config
from triage.wiring import config_to_look_at

rules_option = click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look at the rule files in this folder.",
)
templates_option = click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Look at the templates in this folder.",
)
installation_option = click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="TRIAGE_CONFIG",
    show_envvar=True,
    help="The configuration file. Otherwise config.toml here; with --rules, the one"
    " that comes with triage.",
)


def chosen(
    config: Path | None, rules: Path | None, templates: Path | None = None
) -> Config:
    """Return the configuration that is meant, with the folders that are meant."""
    if config is None and rules is None:
        config = HERE
    return config_to_look_at(config, rules, templates)
