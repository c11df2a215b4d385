"""`triage subject erase`, `restrict` and `hold`."""

from collections.abc import Iterator
from pathlib import Path

import click

from triage.cli.options import by_option, config_option
from triage.cli.subject.choosing import person_argument, subject_of
from triage.cli.subject.finding import in_words, what_went
from triage.errors import ConfigError
from triage.store import CaseState, Deed
from triage.store.subjects import Subject, SubjectCase
from triage.wiring import now, open_store


@click.command(short_help="Erase what is kept about a person; only shows it at first.")
@person_argument
@click.option("--yes", is_flag=True, help="Erase it. Without this, only show what.")
@click.option("--open-too", is_flag=True, help="Also cases that are not closed.")
@click.option("--why", help="For the audit log. Do not name the person.")
@config_option
@by_option
def erase(  # noqa: PLR0913, PLR0917 - an option each
    person: str, yes: bool, open_too: bool, why: str | None, config: Path, by: str
) -> None:
    """Erase PERSON: mails, letters, names, notes, and how they are known.

    Cases stay as numbers: reference, route, dates, outcome. A case on legal hold stays
    whole, and so does an open one unless --open-too. Mail in the mailbox is not
    touched, nor are backups: both are named, for you to see to.
    """
    with open_store(config) as store:
        found = subject_of(person, store, config)
        chosen = [case for case in found.cases if not _stays(case, open_too)]
        click.echo("\n".join(in_words(found)))
        click.echo("\n".join(_plan(found, open_too)))
        if not yes:
            click.echo("Nothing is erased yet. To erase it: the same with --yes")
            return
        deed = Deed(at=now(), by=by, act="erase", why=why)
        done = store.subjects.erase(found, [case.id for case in chosen], deed)
        copies = store.kept_copies()
    if not done.cases and not done.mails:
        click.echo("Nothing is erased: keep the mails in the mailbox too")
        raise click.exceptions.Exit(1)
    click.echo(
        f"erased: {what_went(done)}\n"
        "Still to do: delete the mails in the mailbox folders above, and backups made"
        " before now, which hold them"
    )
    for copy in copies:
        click.echo(f"  {copy} goes by itself a month after it was made; or delete it")


def _stays(case: SubjectCase, open_too: bool) -> str | None:
    """Say why a case is not erased; None where it is."""
    if case.erased_at is not None:
        return "erased before"
    if case.legal_hold is not None:
        return "it is on legal hold"
    if case.state is CaseState.OPEN and not open_too:
        return "it is open: close it first, or --open-too"
    return None


def _plan(found: Subject, open_too: bool) -> Iterator[str]:
    yield "To be erased:"
    reasons = {case.reference: _stays(case, open_too) for case in found.cases}
    going = [reference for reference, why in reasons.items() if why is None]
    yield f"  {', '.join(going) or 'no case'}"
    for reference, why in reasons.items():
        if why is not None:
            yield f"  not {reference}: {why}"
    if len(going) < sum(case.erased_at is None for case in found.cases):
        yield "  how the person is known stays, as long as a case of theirs does"


@click.command(short_help="Keep a person's data, and work with it no more.")
@person_argument
@click.option("--lift", is_flag=True, help="End the restriction.")
@click.option("--why", help="For the audit log. Do not name the person.")
@config_option
@by_option
def restrict(person: str, lift: bool, why: str | None, config: Path, by: str) -> None:
    """Restrict the processing of PERSON's data (UK GDPR article 18).

    It is kept, even when its time is over, and their cases are answered; but their
    mails are no longer used to try rules or to learn from.
    """
    with open_store(config) as store:
        found = subject_of(person, store, config)
        if not found.people:
            raise ConfigError("no case or mail of this person is kept")
        act = "lift restriction" if lift else "restrict processing"
        deed = Deed(at=now(), by=by, act=act, why=why)
        (store.subjects.thaw if lift else store.subjects.freeze)(found, deed)
    click.echo(f"{found.name}: {'no longer ' if lift else ''}restricted")


@click.command(short_help="Let nothing of a person's cases be erased.")
@person_argument
@click.option("--why", help="The matter in which they are needed.")
@click.option("--lift", is_flag=True, help="End the hold.")
@config_option
@by_option
def hold(person: str, why: str | None, lift: bool, config: Path, by: str) -> None:
    """Put a legal hold on PERSON's cases: neither retention nor a request erases them.

    With a case reference it is the cases of the person who wrote it.
    """
    if lift == bool(why):
        raise ConfigError("say --why it must be kept, or --lift")
    with open_store(config) as store:
        found = subject_of(person, store, config)
        act = "lift legal hold" if lift else "legal hold"
        store.subjects.hold(found, Deed(at=now(), by=by, act=act, why=why))
    said = "no longer on hold" if lift else "on legal hold"
    click.echo(f"{found.name}: {len(found.cases)} cases are {said}")
