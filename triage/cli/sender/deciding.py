"""What people decide about a writer: restrict, approve, reject, renew, lift."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from triage.cli.listing import date_in_words
from triage.cli.options import by_option, config_option
from triage.cli.sender.meaning import person_meant
from triage.decision import Wanted, refusals, review_refusals
from triage.errors import ConfigError, MessageError, Problem
from triage.intake import Rulebook
from triage.intake.restricting import Told, approval_notice, restriction_letter
from triage.reply import Restriction as ToldRestriction
from triage.ruleset import Ruleset
from triage.store import (
    Deed,
    Letter,
    Proposal,
    Restriction,
    RestrictionMoveError,
    Review,
    SamePersonError,
    SenderFile,
    Store,
    TwiceError,
    letter_kind,
)
from triage.wiring import now, open_store, rulebook_that_signs, store_of_case

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(short_help="Propose a restriction; somebody else approves it.")
@click.argument("named", metavar="ADDRESS|CASE")
@click.option("--kind", required=True, help="One that [restrictions.kinds] names.")
@click.option("--reason", required=True, help="What the person did, and when.")
@click.option(
    "--adjustments",
    required=True,
    help="What was considered for this person: a disability, distress, another way.",
)
@click.option(
    "--review-on",
    type=DAY,
    required=True,
    help="The last day on which it is in force unless it is renewed: YYYY-MM-DD.",
)
@click.option("--contact", help="Who answers this person: a name of [contacts].")
@by_option
@config_option
def restrict(named: str, config: Path, by: str, **words: Any) -> None:
    """Propose a restriction for the person of ADDRESS, or who opened CASE.

    Nothing changes until somebody else approves it: triage sender approve.
    """
    at, review_on = now(), words["review_on"].date()
    with _store_for(named, config) as (store, meant):
        rulebook = rulebook_that_signs(meant, store)
        ruleset, contacts = rulebook.ruleset, rulebook.organisation.contacts
        table = ruleset.tables.restrictions
        wanted = Wanted(**words | {"review_on": review_on})
        today = ruleset.calendar.date_of(at)
        if problems := tuple(refusals(wanted, table, contacts, today)):
            raise ConfigError(*problems)
        person = _shown(named, store, ruleset)
        _require_mailbox(_case_of(named, person), store, rulebook)
        proposal = Proposal(
            person=person.person,
            reference=_case_of(named, person),
            kind=wanted.kind,
            adjustments=_tidy(wanted.adjustments),
            review=_review(review_on, ruleset),
            contact=wanted.contact,
        )
        deed = Deed(at=at, by=by, act="propose", why=_tidy(wanted.reason))
        with _told_plainly(), store.batch():
            number = store.restrictions.propose(proposal, deed)
            notice = table.approver and approval_notice(
                table.approver, number, proposal.reference, rulebook, at
            )
            if notice:
                store.outbox.notify(notice, at)
    click.echo(
        f"restriction {number} ({wanted.kind}) is proposed for person {person.person};"
        f" nothing changes yet\nsomebody else decides: triage sender approve {number}"
    )


@click.command(short_help="Put a proposed restriction in force.")
@click.argument("number", type=int)
@by_option
@config_option
def approve(number: int, by: str, config: Path) -> None:
    """Put restriction NUMBER in force; whoever proposed it cannot.

    The letter to the person is made and waits: read it, edit it, let it go out.
    """
    with _store_of(number, config) as (store, found, meant):
        rulebook = rulebook_that_signs(meant, store)
        letter = _letter(found, letter_kind(number), found.review.on, rulebook, store)
        with _told_plainly():
            deed = Deed(at=now(), by=by, act="approve")
            waits = store.restrictions.approve(number, deed, letter)
        click.echo(
            f"restriction {number} is in force until {date_in_words(found.review.on)}"
        )
        click.echo(_to_send(waits))


@click.command(short_help="Decide against a proposed restriction.")
@click.argument("number", type=int)
@click.option("--why", required=True, help="The reason, for those who ask later.")
@by_option
@config_option
def reject(number: int, why: str, by: str, config: Path) -> None:
    """Decide against restriction NUMBER, which was proposed."""
    with open_store(config) as store, _told_plainly():
        deed = Deed(at=now(), by=by, act="reject", why=_sentence(why))
        _existing(number, store)
        store.restrictions.reject(number, deed)
    click.echo(f"restriction {number} is rejected")


@click.command(short_help="Keep a restriction in force after its review.")
@click.argument("number", type=int)
@click.option("--until", type=DAY, required=True, help="The next review: YYYY-MM-DD.")
@click.option("--why", required=True, help="What the review found.")
@by_option
@config_option
def renew(number: int, until: datetime, why: str, by: str, config: Path) -> None:
    """Keep restriction NUMBER, which was reviewed, in force; its proposer cannot.

    The person is told: the letter is made and waits.
    """
    at, on = now(), until.date()
    reason = _sentence(why)
    with _store_of(number, config) as (store, found, meant):
        rulebook = rulebook_that_signs(meant, store)
        ruleset = rulebook.ruleset
        today = ruleset.calendar.date_of(at)
        problems = list(review_refusals(on, ruleset.tables.restrictions, today))
        if on <= found.review.on:
            problems.append(
                Problem(
                    f"it is in force until {date_in_words(found.review.on)} already"
                )
            )
        if problems:
            raise ConfigError(*problems)
        kind = letter_kind(number, f"{on:%Y%m%d}")
        letter = _letter(found, kind, on, rulebook, store)
        with _told_plainly():
            deed = Deed(at=at, by=by, act="renew", why=reason)
            waits = store.restrictions.renew(number, deed, _review(on, ruleset), letter)
        click.echo(f"restriction {number} is in force until {date_in_words(on)}")
        click.echo(_to_send(waits))


@click.command(short_help="End a restriction before its review date.")
@click.argument("number", type=int)
@click.option("--why", required=True, help="The reason, for those who ask later.")
@by_option
@config_option
def lift(number: int, why: str, by: str, config: Path) -> None:
    """End restriction NUMBER now. The person is told: the letter is made and waits."""
    reason = _sentence(why)
    with _store_of(number, config) as (store, found, meant):
        rulebook = rulebook_that_signs(meant, store)
        letter = _letter(found, letter_kind(number, "over"), None, rulebook, store)
        with _told_plainly():
            deed = Deed(at=now(), by=by, act="lift", why=reason)
            waits = store.restrictions.lift(number, deed, letter)
        click.echo(f"restriction {number} is lifted")
        click.echo(_to_send(waits))


@contextmanager
def _store_for(named: str, config: Path) -> Iterator[tuple[Store, Path]]:
    """Open the store for the case that is named, or for the mailbox that is meant."""
    if "@" not in named:
        with store_of_case(config, named) as found:
            yield found
    else:
        with open_store(config) as store:
            yield store, config


@contextmanager
def _store_of(number: int, config: Path) -> Iterator[tuple[Store, Restriction, Path]]:
    """Open the store for the mailbox of the case that a restriction names."""
    with open_store(config) as store:
        found = _existing(number, store)
    with store_of_case(config, found.reference) as (store, meant):
        yield store, found, meant


def _require_mailbox(reference: str, store: Store, rulebook: Rulebook) -> None:
    """The letter to the person is that of a case, and of its mailbox."""
    name = store.mailboxes.name_of_case(reference)
    if rulebook.mailbox and name not in {None, rulebook.mailbox}:
        raise ConfigError(
            Problem(
                f"{reference}, in which the person would be told, belongs to the"
                f" mailbox `{name}`",
                hint=f"name {reference}, or another case; or: --mailbox {name}",
            )
        )


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What cannot be done is an operator's mistake, told in its own words."""
    try:
        yield
    except (RestrictionMoveError, SamePersonError, TwiceError) as error:
        raise ConfigError(str(error)) from None


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _sentence(why: str) -> str:
    if not why.strip():
        raise ConfigError("--why needs some words, for those who ask later")
    return _tidy(why)


def _review(on: date, ruleset: Ruleset) -> Review:
    """A restriction lapses when its last day is over where the board is."""
    zone = ruleset.calendar.timezone
    return Review(on, datetime.combine(on + timedelta(days=1), time(), tzinfo=zone))


def _shown(named: str, store: Store, ruleset: Ruleset) -> SenderFile:
    root = person_meant(named, store, ruleset.tables.senders)
    person = store.senders.show(root)
    if person is None:
        raise ConfigError(f"there is no person {root}; see: triage sender list")
    if not person.cases:
        raise ConfigError(f"person {root} has no case in which they could be told")
    return person


def _case_of(named: str, person: SenderFile) -> str:
    """Return the case that was named, or else the latest one."""
    references = [case.reference for case in person.cases]
    wanted = named.strip().upper()
    return wanted if wanted in references else references[-1]


def _existing(number: int, store: Store) -> Restriction:
    found = store.restrictions.get(number, now())
    if found is None:
        hint = "see: triage sender restrictions"
        raise ConfigError(Problem(f"there is no restriction {number}", hint=hint))
    return found


def _letter(
    found: Restriction, kind: str, until: date | None, rulebook: Rulebook, store: Store
) -> Letter:
    """Word the letter that tells the person, in the case that the restriction names."""
    table = rulebook.ruleset.tables.restrictions
    what = table.kinds.get(found.kind)
    if what is None:
        raise ConfigError(f"the rules have no kind of restriction `{found.kind}` now")
    case = store.cases.show(found.reference)
    person = store.senders.show(found.person)
    if case is None or person is None or not person.addresses:
        raise ConfigError(f"there is no address to tell person {found.person} at")
    latest = max(person.addresses, key=lambda each: each.last_at)
    told = Told(
        restriction=ToldRestriction(what.says, what.why, until),
        kind=kind,
        to=latest.address,
        reference=found.reference,
        received_at=case.line.opened_at,
    )
    try:
        return restriction_letter(told, table.template, rulebook, now())
    except MessageError as error:
        raise ConfigError(f"the letter cannot be written: {error}") from None


def _to_send(letter: int | None) -> str:
    """Say what is still to be done, so that the person is told."""
    if letter is None:
        return "the person was never told of it, so no letter is needed"
    return (
        f"letter {letter} tells the person, and waits: triage outbox show {letter},"
        f" then edit or approve it"
    )
