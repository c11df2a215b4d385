"""Whom an operator means by an address, a case or a person's number."""

import re

from triage.decision import address_spelling
from triage.errors import ConfigError, Problem
from triage.ruleset.schema import Senders
from triage.store import Store

_PERSON = re.compile(r"(?:person\s*)?(\d+)", re.IGNORECASE | re.ASCII)


def person_meant(named: str, store: Store, senders: Senders) -> int:
    """Return the person whom an address, a case or a number names.

    Raises ConfigError where there is none.
    """
    if "@" in named:
        root = store.senders.find(address_spelling(named, senders))
        if root is None:
            raise ConfigError(
                Problem(
                    f"no complaint came from {named.strip()}",
                    hint="see: triage sender list",
                )
            )
        return root
    if number := _PERSON.fullmatch(named.strip()):
        return int(number[1])
    return _of_case(named, store)


def _of_case(named: str, store: Store) -> int:
    reference = named.strip().upper()
    try:
        root = store.senders.of_case(reference)
    except LookupError:
        raise ConfigError(
            Problem(
                f"there is no case {reference}",
                hint="name an address, or a case of: triage case list",
            )
        ) from None
    if root is None:
        raise ConfigError(f"nobody is known to have opened {reference} by mail")
    return root
