"""`triage case merge`, `link`, `unlink`: cases about one matter."""

from pathlib import Path

import click

from triage.cli.case.naming import deed, must_exist, refusals
from triage.cli.options import by_option, config_option
from triage.errors import ConfigError
from triage.wiring import open_store


@click.command(short_help="Have another case go on instead of one.")
@click.argument("reference")
@click.argument("into")
@click.option("--why", help="Why they are one matter.")
@by_option
@config_option
def merge(reference: str, into: str, why: str | None, by: str, config: Path) -> None:
    """Merge the case REFERENCE into the case INTO, which goes on.

    Its mails and letters are shown in INTO too, answers to them join INTO, and the
    earlier promise holds. To take it back: triage case reopen REFERENCE
    """
    with open_store(config) as store, refusals():
        reference, into = must_exist(store, reference, into)
        store.register.merge(reference, into, deed(by, "merge", why))
    click.echo(f"{reference} is merged into {into}: see triage case show {into}")


@click.command(short_help="Note that cases have to do with each other.")
@click.argument("reference")
@click.argument("other")
@by_option
@config_option
def link(reference: str, other: str, by: str, config: Path) -> None:
    """Link the case REFERENCE with the case OTHER; both go on."""
    with open_store(config) as store:
        reference, other = must_exist(store, reference, other)
        if reference == other:
            raise ConfigError("a case always has to do with itself")
        is_new = store.register.link(reference, other, deed(by, "link"))
    click.echo(f"{reference} and {other} {'are' if is_new else 'were'} linked")


@click.command(short_help="Take a link back.")
@click.argument("reference")
@click.argument("other")
@by_option
@config_option
def unlink(reference: str, other: str, by: str, config: Path) -> None:
    """Take the link between the cases REFERENCE and OTHER back."""
    with open_store(config) as store:
        reference, other = must_exist(store, reference, other)
        if not store.register.unlink(reference, other, deed(by, "unlink")):
            raise ConfigError(f"{reference} and {other} are not linked")
    click.echo(f"{reference} and {other} are no longer linked")
