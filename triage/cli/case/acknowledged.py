"""`triage case acknowledged`: a person wrote to somebody who waited."""

from pathlib import Path

import click

from triage.cli.options import by_option, config_option
from triage.errors import ConfigError, Problem
from triage.store import CaseFile, Deed, Store
from triage.wiring import now, open_store


@click.command("acknowledged", short_help="Note that a person acknowledged cases.")
@click.argument("references", nargs=-1, required=True, metavar="REFERENCE...")
@config_option
@by_option
def acknowledged(references: tuple[str, ...], config: Path, by: str) -> None:
    """Note that a person wrote to the people of the cases REFERENCE….

    They leave the list of triage case list --debt, and nobody is reminded of them. A
    reply that waits for approval goes on waiting; it is named here.
    """
    deed = Deed(at=now(), by=by, act="acknowledge")
    problems: list[Problem | str] = []
    with open_store(config) as store:
        for reference in dict.fromkeys(map(str.upper, references)):
            found = store.cases.show(reference)
            if found is None:
                problems.append(f"there is no case {reference}; see: triage case list")
            else:
                click.echo(_note(found, store, deed))
    if problems:
        raise ConfigError(*problems)


def _note(found: CaseFile, store: Store, deed: Deed) -> str:
    reference = found.line.reference
    if not store.register.acknowledge(reference, deed):
        return f"{reference} was acknowledged before"
    waiting = " ".join(str(item.line.id) for item in found.letters if item.line.waits)
    if not waiting:
        return f"{reference} is acknowledged"
    return (
        f"{reference} is acknowledged; its reply waits all the same:"
        f" triage outbox reject {waiting}"
    )
