"""`triage sender unlink` and `link`: who is one person, by a person's decision."""

from pathlib import Path

import click

from triage.cli.options import by_option, config_option
from triage.cli.sender.meaning import person_meant
from triage.decision import address_spelling
from triage.errors import ConfigError, Problem
from triage.ruleset.schema import Senders
from triage.store import Deed, NothingLeftError, SenderFile, Store
from triage.wiring import now, open_store, rulebook_in_force


@click.command(short_help="Say that addresses are another person's.")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--why", required=True, help="How you know, for those who ask later.")
@by_option
@config_option
def unlink(addresses: tuple[str, ...], why: str, by: str, config: Path) -> None:
    """Make ADDRESS… another person than the one whom triage took them for.

    Their mails and cases go along. Name and centre do not tie the two together again.
    A restriction stays with the person whom the other addresses belong to.
    """
    with open_store(config) as store:
        senders = rulebook_in_force(config, store).ruleset.tables.senders
        person = _one_person(addresses, store, senders)
        spellings = tuple(
            dict.fromkeys(address_spelling(each, senders) for each in addresses)
        )
        deed = Deed(at=now(), by=by, act="unlink", why=_sentence(why))
        try:
            other = store.senders.part(
                person.person, spellings, _written(person, spellings, senders), deed
            )
        except NothingLeftError as error:
            raise ConfigError(
                Problem(str(error), hint="name only those of the other person")
            ) from None
    click.echo(
        f"{', '.join(addresses)}: person {other} now, and no longer person"
        f" {person.person}"
    )


@click.command(short_help="Say that two people are one.")
@click.argument("one", metavar="ADDRESS|CASE")
@click.argument("other", metavar="ADDRESS|CASE")
@click.option("--why", required=True, help="How you know, for those who ask later.")
@by_option
@config_option
def link(one: str, other: str, why: str, by: str, config: Path) -> None:
    """Take two people for one, or take an unlink back.

    It counts their mails together, and restrictions hold for both. It lets nobody into
    a case of the other.
    """
    with open_store(config) as store:
        senders = rulebook_in_force(config, store).ruleset.tables.senders
        people = [person_meant(each, store, senders) for each in (one, other)]
        files = [_existing(each, store) for each in people]
        if people[0] == people[1]:
            raise ConfigError(f"they are one person already: person {people[0]}")
        deed = Deed(at=now(), by=by, act="link", why=_sentence(why))
        kept = store.senders.join(files[0].person, files[1].person, deed)
    click.echo(f"{one} and {other} are person {kept}")


def _one_person(
    addresses: tuple[str, ...], store: Store, senders: Senders
) -> SenderFile:
    people = {each: person_meant(each, store, senders) for each in addresses}
    if len(set(people.values())) > 1:
        told = ", ".join(f"{each} is person {root}" for each, root in people.items())
        raise ConfigError(f"these are several people already: {told}")
    return _existing(people[addresses[0]], store)


def _existing(root: int, store: Store) -> SenderFile:
    found = store.senders.show(root)
    if found is None:
        raise ConfigError(f"there is no person {root}; see: triage sender list")
    return found


def _written(
    person: SenderFile, spellings: tuple[str, ...], senders: Senders
) -> tuple[str, ...]:
    """Return all addresses as they were written that these spellings stand for."""
    return tuple(
        each.address
        for each in person.addresses
        if address_spelling(each.address, senders) in spellings
    )


def _sentence(why: str) -> str:
    if not why.strip():
        raise ConfigError("--why needs some words: how do you know?")
    return " ".join(why.split())
