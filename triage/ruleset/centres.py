"""The centre directory: which senders write for a registered school.

A CSV file with a header row: number, name, domains or addresses (several are separated
by ; or a space). A domain stands for its subdomains too.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.errors import ConfigError, Problem

_COLUMNS = 3
_SEPARATORS = re.compile(r"[;\s]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")


@dataclass(frozen=True)
class CentreDirectory:
    """Lower-cased addresses and domains of centres."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def knows(self, address: str) -> bool:
        """Whether the address, its domain or a domain above it is a centre's."""
        address = address.lower()
        domain = address.rpartition("@")[2]
        return address in self.addresses or any(
            above in self.domains for above in _domain_and_above(domain)
        )


def _domain_and_above(domain: str) -> Iterator[str]:
    while domain:
        yield domain
        domain = domain.partition(".")[2]


def read_centres(
    text: str, file: str, public_domains: Iterable[str] = ()
) -> CentreDirectory:
    """Read the directory; a domain that unrelated people share proves nothing.

    Raises ConfigError with every row that is wrong.
    """
    public = {domain.lower() for domain in public_domains}
    lines = text.removeprefix("\ufeff").splitlines()
    rows = csv.reader(lines)
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    keys: set[str] = set()
    for row in rows:
        line = rows.line_num
        wrong = _wrong_shape(row) if line > 1 and any(row) else None
        if line == 1 or not any(row):
            continue
        found = (
            [] if wrong else [key.lower() for key in _SEPARATORS.split(row[2]) if key]
        )
        messages = (
            [wrong] if wrong else [m for k in found if (m := _wrong_key(k, public))]
        )
        number = row[0].strip().upper()
        if number and number in seen:
            messages.append(f"centre {number} stands in line {seen[number]} too")
        seen.setdefault(number, line)
        problems += (
            Problem(message, file, line, 1, lines[line - 1]) for message in messages
        )
        keys.update(found)
    if problems:
        raise ConfigError(*problems)
    addresses = frozenset(key for key in keys if "@" in key)
    return CentreDirectory(addresses, frozenset(keys) - addresses)


def _wrong_shape(row: list[str]) -> str | None:
    if len(row) != _COLUMNS:
        return (
            f"{_COLUMNS} columns are needed (number, name, domains or addresses),"
            f" here are {len(row)}"
        )
    if not row[0].strip():
        return "the centre number is missing"
    return None


def _wrong_key(key: str, public: set[str]) -> str | None:
    local, at, domain = key.rpartition("@")
    if not _DOMAIN.match(domain) or (at and not local):
        return f"{key} is neither a domain such as school.example nor an address"
    if not at and domain in public:
        return f"{key} is used by many unrelated people: give the school's full address"
    return None
