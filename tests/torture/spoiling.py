"""Evidence with one thing spoilt."""

import sqlite3
from contextlib import closing
from dataclasses import replace

from tests.torture.evidence import Accepted, Due, Evidence
from tests.torture.finding import Finding
from tests.torture.oracle import judge


def spoil(evidence: Evidence, promise: str, statement: str) -> list[Finding]:
    """Change the store behind the program's back, and judge."""
    with closing(sqlite3.connect(evidence.store)) as store:
        assert store.execute(statement).rowcount > 0
        store.commit()
    return judge(evidence, promise)


def first_letter(evidence: Evidence) -> Accepted:
    return next(each for each in evidence.accepted if b"<acknowledge." in each.octets)


def with_letter(evidence: Evidence, letter: Accepted) -> Evidence:
    """The evidence as if the first letter had been another one."""
    first = first_letter(evidence)
    others = [each for each in evidence.accepted if each is not first]
    return replace(evidence, accepted=(letter, *others))


def with_octets(evidence: Evidence, old: bytes, new: bytes) -> Evidence:
    first = first_letter(evidence)
    assert old in first.octets
    return with_letter(
        evidence, replace(first, octets=first.octets.replace(old, new, 1))
    )


def with_due(evidence: Evidence, before: Due, after: Due) -> Evidence:
    """The evidence as if the first mail of a class were of another."""
    first = next(each for each in evidence.delivered if each.due is before)
    others = [each for each in evidence.delivered if each is not first]
    return replace(evidence, delivered=(replace(first, due=after), *others))
