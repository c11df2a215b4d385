"""Which letters, and for what case, both commands of this group are asked for."""

from datetime import datetime
from pathlib import Path

import click

from triage.errors import ConfigError
from triage.intake import Rulebook
from triage.preview import Circumstances, circumstances_of, sample_circumstances
from triage.wiring import open_store, store_of_case

letters_argument = click.argument("letters", nargs=-1, metavar="[ROUTE]...")
case_option = click.option(
    "--case", "reference", help="Word them for this case of the store, not for samples."
)


def meant_for(reference: str | None, config: Path | None) -> Path | None:
    """Return the configuration as of the mailbox of the case that is named."""
    if reference is None or config is None:
        return config
    with store_of_case(config, reference) as (_, meant):
        return meant


def circumstances_for(
    reference: str | None, config: Path | None, rulebook: Rulebook, now: datetime
) -> tuple[Circumstances, ...]:
    """Return the sample cases, or the case of the store that is named."""
    if reference is None:
        return sample_circumstances(rulebook.ruleset, now)
    if config is None:
        raise ConfigError("--case needs --config, which names the store")
    with open_store(config) as store:
        found = store.cases.show(reference.upper())
    if found is None:
        raise ConfigError(f"there is no case {reference}; see: triage case list")
    return (circumstances_of(found, rulebook.ruleset),)
