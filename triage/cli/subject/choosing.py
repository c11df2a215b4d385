"""Whom a command is about."""

from pathlib import Path

import click

from triage.decision.sender import REFERENCE, person_key
from triage.errors import ConfigError, Problem
from triage.store import Store
from triage.store.subjects import Subject
from triage.wiring import rulebook_in_force

person_argument = click.argument("person", metavar="PERSON")


def subject_of(person: str, store: Store, config: Path) -> Subject:
    """Return what is kept about an address, or about whose case a reference is.

    Raises ConfigError where nothing is.
    """
    if REFERENCE.fullmatch(person.strip()):
        found = store.subjects.of_case(person.strip().upper())
    else:
        senders = rulebook_in_force(config, store).ruleset.tables.senders
        address = person.strip()
        found = store.subjects.of_address(address, person_key(address, senders))
    if found is None:
        raise ConfigError(
            Problem(
                f"nothing is kept about {person}",
                hint="name an e-mail address or a case: triage case list",
            )
        )
    return found
