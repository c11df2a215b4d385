"""`triage templates send-test` sends letters to a tester, by the real server."""

from pathlib import Path

import click

from triage.cli.options import config_option
from triage.cli.templates.choosing import (
    case_option,
    circumstances_for,
    letters_argument,
    meant_for,
)
from triage.errors import ConfigError
from triage.preview import letters_of
from triage.reply.grammar import is_address
from triage.wiring import now, rulebook_to_look_at, submit_tests


@click.command("send-test", short_help="Send letters to an address of yours.")
@letters_argument
@config_option
@case_option
@click.option("--to", required=True, metavar="ADDRESS", help="Who gets them: a tester.")
@click.option("--all", "everything", is_flag=True, help="Send every letter.")
def send_test(
    letters: tuple[str, ...],
    config: Path,
    reference: str | None,
    to: str,
    everything: bool,
) -> None:
    """Send the letters of each ROUTE to ADDRESS, exactly as a person would get them.

    They go through the installation's SMTP server, one for each sample case, with a
    made-up reference. Nothing is written to the store, and an answer to one of them
    joins no case. Exit status: 0 all accepted, 1 one was not, 2 cannot run.
    """
    if bool(letters) == everything:
        raise click.UsageError("Name the letters to send, or say --all.")
    if not is_address(to):
        raise ConfigError("--to is not one plain e-mail address")
    config = meant_for(reference, config) or config
    rulebook = rulebook_to_look_at(config, None)
    moment = now()
    cases = circumstances_for(reference, config, rulebook, moment)
    wanted = list(letters_of(rulebook, letters, cases, moment, to))
    failures = 0
    outcomes = submit_tests(config, [each.data for each in wanted], to)
    for letter, failure in zip(wanted, outcomes, strict=True):
        failures += failure is not None
        click.echo(f"{letter.template}, {letter.title}: {failure or 'accepted'}")
    if failures:
        click.get_current_context().exit(1)
