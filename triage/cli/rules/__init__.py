"""`triage rules`: see that rule files are right, what they do, and what is in force."""

import click

from triage.cli.rules.accept import accept
from triage.cli.rules.check import check
from triage.cli.rules.diff import diff
from triage.cli.rules.history import history
from triage.cli.rules.learn import learn
from triage.cli.rules.rollback import rollback
from triage.cli.rules.schema import schema
from triage.cli.rules.show import show
from triage.cli.rules.stats import stats
from triage.cli.rules.test import test


@click.group(short_help="Check, test and compare rule files; see what is in force.")
def rules() -> None:
    """What mails mean and where they go stands in the rule files, for you to edit.

    Nothing here sends mail.
    """


for command in (
    check,
    test,
    diff,
    history,
    show,
    rollback,
    accept,
    stats,
    learn,
    schema,
):
    rules.add_command(command)
