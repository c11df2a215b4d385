"""`triage rules accept`: a person answers for what changed rules do to messages."""

from pathlib import Path

import click

from triage.cli.options import by_option, config_option
from triage.config import load_config
from triage.wiring import Act, accept_blocking, now, open_store_of_one


@click.command(short_help="Accept what changed rules do to messages, by their names.")
@click.argument("references", metavar="REF…", nargs=-1, required=True)
@click.option("--why", required=True, help="The reason, for those who ask later.")
@by_option
@config_option
def accept(references: tuple[str, ...], why: str, by: str, config: Path) -> None:
    """Accept that messages are treated worse by the rules that stand in the folder.

    REF is a case, or the beginning of a message's hash, as `triage status` names them.
    It holds for exactly what stands there now: whatever is edited afterwards is tried
    anew. Once all are accepted, a running daemon puts the rules in force by itself.
    """
    if not why.strip():
        raise click.UsageError("give a reason: --why TEXT")
    with open_store_of_one(config) as store:
        accepted, rest = accept_blocking(
            load_config(config), store, references, Act(now(), by, why.strip())
        )
    for each in accepted:
        click.echo(f"accepted  {each.name}: {each.why}")
    for each in rest:
        click.echo(f"blocks    {each.name}: {each.why}")
    if not rest:
        click.echo("nothing blocks any more; a running daemon tries again by itself")
