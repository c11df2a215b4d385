"""`triage rules rollback`: have the files of an earlier edition back."""

from pathlib import Path

import click

from triage.cli.options import by_option, config_option
from triage.config import load_config
from triage.wiring import Act, WentBack, go_back, now, open_store_of_one


@click.command(
    short_help="Write the files of an earlier edition back into the folders."
)
@click.argument("edition", required=False)
@click.option("--why", default="", help="The reason, for those who ask later.")
@by_option
@config_option
def rollback(edition: str | None, why: str, by: str, config: Path) -> None:
    """Write the files of EDITION back into the folders of rules and templates.

    EDITION is a hash from `triage rules history`, or its beginning; without it, the
    files of what is in force are written. What stands in the folders now is kept first,
    and can be had back in the same way. A running daemon picks the files up by itself.
    """
    with open_store_of_one(config) as store:
        done = go_back(load_config(config), store, edition, Act(now(), by, why))
    click.echo("\n".join(_in_words(done)))


def _in_words(done: WentBack) -> list[str]:
    target = done.edition.edition.hash
    if not done.changes:
        said = [f"the folders hold edition {target} already; nothing was changed"]
    else:
        said = [f"{each.what:8} {each.folder}/{each.name}" for each in done.changes]
        said.append(f"what stood there is kept as edition {done.replaced.hash}")
        said.append(f"the folders hold edition {target} now")
    if done.is_in_force:
        return [*said, "it is in force"]
    if done.was_in_force:
        return [*said, "it was in force before, so no message stands in its way"]
    return [*said, "it was never in force: it is tried like any other change"]
