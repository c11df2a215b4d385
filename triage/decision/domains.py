"""Which domains belong together, and which addresses can be written to.

An organisation's domain is the name that it registered: its last label before a public
suffix. The suffixes come from a short list in the rule files, not from the Public
Suffix List. Where one is lacking, unrelated domains count as one organisation; so that
this is rare, the list names second-level words (`ac.*`, `co.*`) for all countries.
"""

import re
from collections.abc import Iterable

MOST_LABELS_OF_A_SUFFIX = 4
COUNTRY_LABEL_LENGTH = 2
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
NAMES_WITHOUT_A_HOST = ("invalid", "local", "localdomain", "localhost")

# An ASCII dot-atom before a domain of at least two labels (RFC 5321 §4.1.2): quoted
# local parts and domain literals are lawful, but no person's mailbox needs them.
USABLE = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE | re.ASCII,
)


def organisational_domain(domain: str, public_suffixes: Iterable[str]) -> str:
    """The registered name that a domain lies under (RFC 7489 §3.2), approximately.

    A suffix such as `co.uk` stands for itself, `ac.*` for every two-letter country, and
    `*.sch.uk` for any label before `sch.uk`.
    """
    labels = domain.lower().rstrip(".").split(".")
    suffix_length = 1
    for length in range(2, min(len(labels) - 1, MOST_LABELS_OF_A_SUFFIX) + 1):
        tail = labels[-length:]
        if any(_fits(tail, suffix.split(".")) for suffix in public_suffixes):
            suffix_length = length
    return ".".join(labels[-suffix_length - 1 :])


def _fits(labels: list[str], pattern: list[str]) -> bool:
    if len(labels) != len(pattern):
        return False
    if pattern[-1] == "*" and len(labels[-1]) != COUNTRY_LABEL_LENGTH:
        return False
    return all(
        wanted in ("*", label) for label, wanted in zip(labels, pattern, strict=True)
    )


def same_organisation(one: str, other: str, public_suffixes: Iterable[str]) -> bool:
    """Whether two domains lie under the same registered name."""
    suffixes = tuple(public_suffixes)
    domain = organisational_domain(one, suffixes)
    return bool(domain) and domain == organisational_domain(other, suffixes)


def is_usable(address: str) -> bool:
    """Whether a reply can be addressed there without any extension of SMTP."""
    local = address.partition("@")[0]
    if len(address) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL_PART:
        return False
    if USABLE.fullmatch(address) is None:
        return False
    return not address.lower().endswith(tuple(f".{n}" for n in NAMES_WITHOUT_A_HOST))
