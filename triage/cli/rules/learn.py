"""`triage rules learn` makes the second opinion anew from labelled mails."""

from pathlib import Path

import click

from triage.cli.progress import shown
from triage.cli.rules.choosing import chosen, installation_option, rules_option
from triage.wiring import (
    learn_second_opinion,
    read_labelled,
    ruleset_to_learn_by,
    share_right,
)

LEAST_FOLDERS = 2


@click.command(short_help="Make the second opinion anew from labelled mails.")
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="FOLDER...",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@installation_option
@rules_option
@click.option(
    "--try", "tries", is_flag=True, help="Write nothing; tell how well it would do."
)
def learn(
    folders: tuple[Path, ...], config: Path | None, rules: Path | None, tries: bool
) -> None:
    """Learn which words stand in mails of which route and role, from every FOLDER.

    A FOLDER holds mails and a file labels.jsonl with a line for each:
    {"file": "1.eml", "route": "concern", "role": "parent"}. The [[example]]s of the
    rule files are learnt from too. Words of one mail only are left out. The file is
    written beside the rule files, where [second_opinion] names it.

    With --try, each FOLDER is judged by what the others teach: that is how well the
    opinion does on writers whom it has not seen.
    """
    settings = chosen(config, rules)
    ruleset = ruleset_to_learn_by(settings)
    read = [
        read_labelled(path, ruleset) for path in shown(folders, len(folders), "reading")
    ]
    if not tries:
        learnt = learn_second_opinion(settings, read, ruleset)
        click.echo(
            f"{learnt.path}: {learnt.rows} rows, learnt from {learnt.mails} mails"
        )
        click.echo("now run: triage rules test, and triage rules diff")
        return
    if len(read) < LEAST_FOLDERS:
        raise click.UsageError(
            "--try needs two folders or more: each is judged by the others."
        )
    for folder in shown(read, len(read), "trying"):
        share = share_right(read, folder)
        click.echo(f"{share:6.1%} of {len(folder.mails):4} mails right  {folder.name}")
