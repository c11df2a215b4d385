"""`triage case admit`: somebody else gets a say in a case."""

from pathlib import Path

import click

from triage.cli.case.naming import deed, existing
from triage.cli.options import by_option, config_option
from triage.cli.terminal import printable
from triage.errors import ConfigError, Problem
from triage.store import CaseFile, Store
from triage.tomlsource import did_you_mean
from triage.wiring import store_of_case


@click.command(short_help="Let somebody else who wrote have a say in a case.")
@click.argument("reference")
@click.argument("address")
@click.option("--why", help="How you know that they may.")
@by_option
@config_option
def admit(reference: str, address: str, why: str | None, by: str, config: Path) -> None:
    """Make ADDRESS a party to the case REFERENCE.

    For somebody of the same school or family, say, who answered a letter of ours or
    named the case. Their mails count from then on as the complainant's do: they may
    supply what is missing, get receipts, and join the case by its reference alone.
    """
    with store_of_case(config, reference) as (store, _):
        found = existing(store, reference)
        wanted = address.strip().lower()
        _refuse_unknown(store, found, wanted)
        supplied = store.register.admit(
            found.line.reference, deed(by, "admit", why), wanted
        )
    click.echo(f"{found.line.reference}: {printable(wanted)} is a party to it now")
    if supplied:
        click.echo(f"no longer missing: {', '.join(supplied)}")


def _refuse_unknown(store: Store, found: CaseFile, address: str) -> None:
    """A slip of the keyboard must let nobody in."""
    reference = found.line.reference
    if address in found.parties:
        raise ConfigError(f"{printable(address)} is a party to {reference} already")
    others = store.register.other_writers(reference)
    if address in others:
        return
    listed = ", ".join(others) or "nobody"
    hint = did_you_mean(address, others) or f"who else wrote: {listed}"
    raise ConfigError(
        Problem(
            printable(f"nobody wrote to {reference} from {address}"),
            hint=printable(hint),
        )
    )
