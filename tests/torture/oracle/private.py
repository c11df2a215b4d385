"""No secret, address, subject or text of a mail is in what was printed and logged."""

from collections.abc import Iterator, Set

from tests.torture.evidence import Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import Books
from tests.torture.oracle.mail import Read
from tests.torture.oracle.wording import BREAK, known_runs, runs, undisguised

PROMISE = "private"
RUN = 16
"""Shorter ones are words that anybody uses."""
SHORTEST_NAME = 8


def private(evidence: Evidence, books: Books) -> Iterator[Finding]:
    """Look for everything personal in everything that was printed and logged."""
    told = "\n".join((evidence.logs, *evidence.outputs))
    printed = "\n".join(undisguised(told))
    for number, secret in enumerate(evidence.secrets, 1):
        if secret in printed:
            yield Finding(PROMISE, f"secret {number}", "it is in the logs")
    plain = printed.casefold()
    own = {address.lower() for address in evidence.own_addresses}
    there = frozenset(runs(printed, RUN)) - known_runs(evidence.wording, RUN)
    for came in books.came:
        read = Read(came.first.octets)
        for words in _named(read, came.first.sender, own, plain):
            yield Finding(PROMISE, came.name, words)
        if came.first.mark and came.first.mark.casefold() in plain:
            yield Finding(PROMISE, came.name, "its mark is in the logs")
        yield from _said(came.name, read, there)


def _named(read: Read, sender: str, own: Set[str], plain: str) -> Iterator[str]:
    addresses = {sender.lower(), *(address.lower() for _, address in read.people)}
    for address in addresses - own:
        if "@" in address and address in plain:
            yield "an address of its writer is in the logs"
    for name, _ in read.people:
        if len(name) >= SHORTEST_NAME and name.casefold() in plain:
            yield "its writer's name is in the logs"


def _said(name: str, read: Read, there: Set[str]) -> Iterator[Finding]:
    for what, text in (("subject", read.subject), ("text", BREAK.join(read.texts))):
        if not there.isdisjoint(runs(text, RUN)):
            yield Finding(PROMISE, name, f"its {what} is in the logs")
