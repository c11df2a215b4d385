"""What an operator types."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

import click

from triage.cli.explain.explained import Explained, Mail, explained
from triage.cli.explain.page import letters_page, page
from triage.cli.explain.recorded import recorded
from triage.cli.explain.row import as_row
from triage.cli.options import HERE, json_option, look_option
from triage.cli.plain import plain
from triage.cli.terminal import Look, look
from triage.decision import sample_named, samples
from triage.errors import ConfigError, MessageError, Problem
from triage.message import parse
from triage.replay import messages_in
from triage.ruleset import Ruleset
from triage.tomlsource import did_you_mean
from triage.wiring import now, rulebook_to_look_at

REFERENCE = re.compile(r"[A-Z]{1,8}-\d{4}-\d{5,9}", re.IGNORECASE | re.ASCII)


class Options(TypedDict):
    """How mails are looked at and shown."""

    config: Path | None
    rules: Path | None
    at: datetime | None
    examples: tuple[str, ...]
    whole: bool
    with_reply: bool
    as_json: bool


@click.command(short_help="Show what a mail gets, and why; sends nothing.")
@click.argument("files", nargs=-1, metavar="FILE...")
@look_option
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use the rule files in this folder.",
)
@click.option(
    "--at",
    type=click.DateTime(
        ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
    ),
    metavar="WHEN",
    help="Decide as if the mail came then, as in 2026-05-02T09:30+01:00 (UTC without "
    "an offset). Otherwise the mail's own date counts.",
)
@click.option(
    "--example",
    "examples",
    multiple=True,
    metavar="NAME",
    help="Explain an example of the rule files, by its name in: triage rules test"
    " --list",
)
@click.option(
    "--table",
    "-v",
    "whole",
    is_flag=True,
    help="Show the whole way: every line of the table, all points, all that was seen.",
)
@click.option("--reply", "with_reply", is_flag=True, help="Show the letter as well.")
@json_option
def explain(files: tuple[str, ...], **options: Unpack[Options]) -> None:
    """Show for every mail in FILE... what it gets, why, and on which words.

    A FILE is an .eml, an mbox, a Maildir, a folder of .eml files, or - for standard
    input. Such a mail is looked at by itself: no mailbox, server or store is asked, and
    nothing is known of earlier mails of the same person.

    A REFERENCE such as CMP-2026-00042 is a case in the store of --config: each of its
    mails is shown as it was decided then. Nothing is sent or changed.

    \b
    Decision    sent elsewhere, taken up by people, recorded, or not ours
    Why         the line of the decision table that holds, and on which words
    Nearly      the line that lacked one thing only
    """
    screen = look()
    for number, each in enumerate(_wanted(files, options)):
        if options["as_json"]:
            row = as_row(each) | (_letters_row(each) if options["with_reply"] else {})
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        if number:
            click.echo()
        click.echo("\n".join(page(each, screen, whole=options["whole"])))
        if options["with_reply"]:
            click.echo("\n".join(_letters(each, screen)))


def _wanted(names: tuple[str, ...], options: Options) -> Iterator[Explained]:
    """Explain the mails in files, then the cases that are named."""
    config, at = options["config"], options["at"]
    if not names and not options["examples"]:
        raise click.UsageError("name a FILE, a REFERENCE or an --example")
    cases = tuple(filter(is_reference, names))
    files = tuple(name for name in names if name not in cases)
    if cases and (options["rules"] or at):
        raise ConfigError("a case is shown as it was decided, without --rules and --at")
    if files or options["examples"]:
        rulebook = rulebook_to_look_at(config, options["rules"])
        moment = at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
        for name, raw in messages_in(files):
            yield explained(Mail(name, parse(raw), moment), rulebook, now())
        for name in options["examples"]:
            mail = example_named(name, rulebook.ruleset)
            yield explained(replace(mail, at=moment or mail.at), rulebook, now())
    for reference in cases:
        yield from recorded(reference, config or HERE)


def example_named(name: str, ruleset: Ruleset) -> Mail:
    """Return an example of the rule files as a mail.

    Raises ConfigError where there is none of that name.
    """
    sample = sample_named(name, ruleset)
    if sample is None:
        known = [each.name for each in samples(ruleset)]
        holding = (f"did you mean `{each}`?" for each in known if name in each)
        hint = (
            did_you_mean(name, known)
            or next(holding, None)
            or "their names are listed by: triage rules test --list"
        )
        raise ConfigError(Problem(f"there is no example `{name}`", hint=hint))
    return Mail(sample.name, sample.message, sample.at, sample.history)


def is_reference(name: str) -> bool:
    """Whether a case is named, and no file."""
    return bool(REFERENCE.fullmatch(name)) and not Path(name).exists()


def _letters(each: Explained, screen: Look) -> Iterator[str]:
    try:
        letters = each.letters()
    except MessageError as error:
        yield f"  {error}"
        return
    yield from letters_page(letters, screen)


def _letters_row(each: Explained) -> dict[str, Any]:
    try:
        return {"letters": plain(each.letters())}
    except MessageError as error:
        return {"letters": [], "unwritten": str(error)}
