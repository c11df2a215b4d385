"""`triage subject find`."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from triage.cli.listing import day
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.subject.choosing import person_argument, subject_of
from triage.cli.terminal import printable
from triage.digest import number_of
from triage.store.erasing import Erased
from triage.store.subjects import Subject, SubjectCase
from triage.wiring import open_store


@click.command(short_help="Show where anything about a person is kept.")
@person_argument
@config_option
@json_option
def find(person: str, config: Path, as_json: bool) -> None:
    """List what is kept about PERSON, under any of their addresses."""
    with open_store(config) as store:
        found = subject_of(person, store, config)
    if as_json:
        click.echo(json.dumps(plain(found)))
        return
    click.echo("\n".join(in_words(found)))


def in_words(found: Subject) -> Iterator[str]:
    """Say what is kept about a person, and where else it lies."""
    yield (
        f"{found.name}: {number_of(len(found.cases), 'case')},"
        f" {number_of(len(found.mails), 'mail')}"
    )
    yield f"  addresses     {printable(', '.join(found.addresses)) or 'none'}"
    for spelling in found.spellings:
        yield f"  known by      {printable(spelling)}"
    if found.frozen_at:
        yield f"  restricted    since {day(found.frozen_at)}"
    for case in found.cases:
        yield f"  case          {_case(case)}"
    yield f"  mails         {len(found.mails)}, whole, with what was seen in them"
    yield f"  our letters   {len(found.letters)} automatic"
    if found.answers:
        yield f"  our answers   {len(found.answers)} written by people"
    for what, number in found.counts.items():
        if number:
            yield f"  {what:14} {number}"
    yield from _in_mailbox(found)


def what_went(done: Erased) -> str:
    """Say how much was erased."""
    return ", ".join(
        number_of(number, thing)
        for number, thing in (
            (done.cases, "case"),
            (done.mails, "mail"),
            (done.letters, "letter"),
        )
    )


def _case(case: SubjectCase) -> str:
    said = f"{case.reference}, {case.state}, of {day(case.opened_at)}"
    if case.erased_at:
        said += f", erased {day(case.erased_at)}"
    if case.legal_hold:
        said += f", on hold: {printable(case.legal_hold)}"
    return said


def _in_mailbox(found: Subject) -> Iterator[str]:
    """Name folders of the mailbox: mail there is for people to delete."""
    folders = Counter(each.folder for each in (*found.mails, *found.answers))
    for folder, number in sorted(folders.items(), key=str):
        where = f"folder {folder}" if folder else "where it came in"
        yield f"  mailbox       {number} in the {where}"
