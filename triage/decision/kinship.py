"""What speaks for it that a writer belongs to the school or family of a case.

It opens no case to anybody: it is told to a person, who decides.
"""

import re
from collections.abc import Iterable, Iterator

from triage.decision.domains import same_organisation
from triage.decision.gate import Seen
from triage.decision.model import KnownCase
from triage.decision.sender import centre_number, name_words, person_key

SHORTEST_NAME = 3


def kinship(case: KnownCase, seen: Seen) -> tuple[str, ...]:
    """Each sign, as a clause of which the writer is the subject."""
    return tuple(_signs(case, seen))


def _signs(case: KnownCase, seen: Seen) -> Iterator[str]:
    centre, candidate = (
        seen.tables.senders.same_centre,
        seen.tables.follow_up.same_candidate,
    )
    if _has_a_partys_address(case, seen):
        yield "have the address of somebody in it, which nothing proves to be theirs"
    hits = [(hit.signal, hit.text) for hit in seen.sighting.evidence.hits]
    if _is_of_the_same_organisation(case, seen):
        yield "write from the same organisation"
    if _shares(map(centre_number, _of(centre, case.words)), _of(centre, hits)):
        yield "give the same centre number"
    names = {mark for text in _of(candidate, case.words) for mark in _marks(text)}
    if names & {mark for text in _of(candidate, hits) for mark in _marks(text)}:
        yield "name the same candidate"
    if _family_name(seen) in names:
        yield "have the family name of the candidate"


def _shares(known: Iterable[str], words: Iterable[str]) -> bool:
    return not set(filter(None, known)).isdisjoint(map(centre_number, words))


def _of(signals: tuple[str, ...], words: Iterable[tuple[str, str]]) -> list[str]:
    return [text for signal, text in words if signal in signals]


def _has_a_partys_address(case: KnownCase, seen: Seen) -> bool:
    if seen.person is None:
        return False
    senders = seen.tables.senders
    spellings = {person_key(party, senders) for party in case.parties}
    return person_key(seen.person.address, senders) in spellings


def _is_of_the_same_organisation(case: KnownCase, seen: Seen) -> bool:
    """A domain that anybody can have an address at is no organisation."""
    senders = seen.tables.senders
    if seen.person is None or seen.person.domain in senders.public_domains:
        return False
    return any(
        same_organisation(
            seen.person.domain, party.rpartition("@")[2], senders.public_suffixes
        )
        for party in case.parties
    )


def _marks(text: str) -> Iterator[str]:
    """What tells a candidate from others: a number, or the name that words end with."""
    yield from re.findall(r"\d{4,}", text)
    words = name_words(text)
    if words and len(words[-1]) >= SHORTEST_NAME:
        yield words[-1]


def _family_name(seen: Seen) -> str | None:
    words = name_words(seen.person.name) if seen.person else []
    return words[-1] if len(words) > 1 else None
