"""What a colleague's own mail is to the person who gets it, and to which case.

Officers answer from their mail program. Their mail belongs to a case when it names one
of its messages, or its reference in the subject, and goes to a party of it. Whether it
is the answer is told by what rule files say of an answer; where that is not sure, a
person is asked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from triage.decision.authentication import is_proven, verdicts
from triage.decision.automatic import (
    OWN_ADDRESS,
    automatic_reasons,
    has_automatic_subject,
)
from triage.decision.domains import same_organisation
from triage.decision.gate import Seen
from triage.decision.model import Ourselves, Rules
from triage.decision.sender import named_references, person_key
from triage.message.model import Address, Message
from triage.ruleset.evidence import Evidence
from triage.ruleset.schema import Senders


class Effect(StrEnum):
    """What a mail is to the person who gets it."""

    ANSWERED = "answered"
    """The answer that was owed."""
    INFORMED = "kept informed"
    """A holding letter: the answer comes later."""
    ACKNOWLEDGED = "acknowledged"
    """A few words: the person knows that somebody has it."""
    DOUBTFUL = "doubtful"
    """Perhaps the answer: a person says."""


@dataclass(frozen=True, slots=True)
class Correspondents:
    """A case, and whom we write to about it."""

    reference: str
    parties: frozenset[str]

    def people(self, senders: Senders) -> frozenset[str]:
        """Return one spelling of each party's address."""
        return frozenset(person_key(party, senders) for party in self.parties)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The cases that a mail names."""

    by_id: tuple[tuple[Correspondents, ...], ...] = ()
    """By each message that it answers, in its order."""
    by_reference: tuple[Correspondents, ...] = ()
    """By the reference in its subject."""


@dataclass(frozen=True, slots=True)
class Tie:
    """The case that a mail belongs to."""

    reference: str
    doubt: str | None = None
    """Why that is not sure, in words."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a mail is, and why."""

    effect: Effect
    why: str


COPIED = "it is written to somebody else, with a copy to the person"
OUTSIDER = "it answers a message of the case, but goes to somebody who is no party"
SEVERAL = "it answers a message of several cases"
STRANGER = "its writer is known as nobody of us"
UNPROVEN = "nothing proves that a colleague sent it"


def tie(
    message: Message,
    correspondence: Correspondence,
    ourselves: Ourselves,
    senders: Senders,
) -> Tie | None:
    """Tell which case a mail of ours belongs to; None: it is to no party of a case."""
    addressed = _people(message.to, senders)
    recipients = addressed | _people(message.cc, senders)
    writers = _people(message.from_, senders)
    first: Correspondents | None = None
    for named in (*correspondence.by_id, correspondence.by_reference):
        # What parties write is no answer of ours.
        ours = [each for each in named if not writers & each.people(senders)]
        reached = [each for each in ours if recipients & each.people(senders)]
        if reached:
            doubt = SEVERAL if len(reached) > 1 else None
            is_to_them = bool(addressed & reached[0].people(senders))
            return Tie(reached[0].reference, doubt or (None if is_to_them else COPIED))
        if named is not correspondence.by_reference:
            first = first or next(iter(ours), None)
    if first is None or not any(_outsiders(message, ourselves, senders)):
        return None
    return Tie(first.reference, OUTSIDER)


def _people(addresses: Iterable[Address], senders: Senders) -> frozenset[str]:
    return frozenset(person_key(each.address, senders) for each in addresses)


def _outsiders(
    message: Message, ourselves: Ourselves, senders: Senders
) -> Iterator[Address]:
    for each in (*message.to, *message.cc):
        if each.address and not is_colleague(each, ourselves, senders):
            yield each


def is_colleague(address: Address, ourselves: Ourselves, senders: Senders) -> bool:
    """Whether somebody is one of us: this mailbox, a contact, staff, our domain.

    A domain that many people use is nobody's.
    """
    known = ourselves.addresses | ourselves.colleagues
    if address.address in known or _patterns(ourselves.staff).fullmatch(
        address.address
    ):
        return True
    if address.domain in senders.public_domains:
        return False
    own = {each.rpartition("@")[2] for each in ourselves.addresses}
    suffixes = senders.public_suffixes
    return any(same_organisation(address.domain, each, suffixes) for each in own)


def names_cases(message: Message) -> tuple[str, ...]:
    """Return the case references in a subject."""
    return named_references(replace(message, text=""))


def is_a_machines(seen: Seen) -> bool:
    """Whether a mail of ours was sent by itself, as when people are out of office."""
    reasons = (each.code for each in automatic_reasons(seen))
    return any(code != OWN_ADDRESS for code in reasons) or has_automatic_subject(seen)


def is_colleagues(message: Message, ourselves: Ourselves, senders: Senders) -> bool:
    """Whether a mail says that a colleague wrote it."""
    sender = message.sender
    return sender is not None and is_colleague(sender, ourselves, senders)


def is_proven_colleagues(message: Message, ourselves: Ourselves) -> bool:
    """Whether our own server vouches for the writer of such a mail."""
    sender = message.sender
    if sender is None:
        return False
    return is_proven(verdicts(message.headers, ourselves.authserv_id), sender)


def weigh(message: Message, evidence: Evidence, rules: Rules) -> Weighed:
    """Tell what a mail is to the person who gets it, by the rules' `[answers]`."""
    answers = rules.tables.answers
    words = len(message.text.split())
    if said := _seen(evidence, answers.holding):
        return Weighed(Effect.INFORMED, f"it says that the answer comes later: {said}")
    if words < answers.least_words:
        why = f"it has {words} words of its own, an answer at least "
        return Weighed(Effect.ACKNOWLEDGED, f"{why}{answers.least_words}")
    if said := _seen(evidence, answers.doubtful):
        return Weighed(Effect.DOUBTFUL, f"it may be no answer yet: {said}")
    return Weighed(Effect.ANSWERED, f"it has {words} words of its own")


def _seen(evidence: Evidence, signals: Iterable[str]) -> str:
    found = {hit.signal for hit in evidence.hits}
    return ", ".join(signal for signal in signals if signal in found)


@lru_cache(maxsize=8)
def _patterns(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for addresses in which * stands for anything."""
    alternatives = (re.escape(p.lower()).replace(r"\*", ".*") for p in patterns)
    return re.compile("|".join(alternatives) or r"(?!)", re.DOTALL)
