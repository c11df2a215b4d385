"""A colleague's own mail to a party of a case: where it belongs, and what it is.

Most lie in the Sent folder (triage.answers). Some come to the mailbox: a colleague
answered from their own address, with the mailbox in Cc. Anybody can write such a From,
so there it counts only where our server vouches for it; otherwise a person is asked.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from triage.decision import Decision, Disposition, History, Sighting
from triage.decision.answering import (
    UNPROVEN,
    Effect,
    Tie,
    is_a_machines,
    is_colleagues,
    is_proven_colleagues,
    names_cases,
    tie,
    weigh,
)
from triage.decision.gate import Seen
from triage.intake.rulebook import Rulebook
from triage.message import Fetched, Message
from triage.reader import Reading
from triage.ruleset import Evidence
from triage.store import SentMail, Store


def tie_of(message: Message, rulebook: Rulebook, store: Store) -> Tie | None:
    """Tell to which case's party a mail of ours goes, by its header alone."""
    proven = tuple(each.reference for each in rulebook.ours_among(message.references))
    named = names_cases(message)
    if not message.references and not named:
        return None
    correspondence = store.sent.correspondence(message.references, proven, named)
    senders = rulebook.ruleset.tables.senders
    return tie(message, correspondence, rulebook.ourselves, senders)


@dataclass(frozen=True, slots=True)
class Found:
    """A colleague's mail, read, and where it lies."""

    reading: Reading
    fetched: Fetched
    sent_at: datetime
    folder: str


def weighed_mail(found: Found, tied: Tie, rulebook: Rulebook) -> SentMail:
    """Tell what a mail does to its case."""
    message, fetched = found.reading.message, found.fetched
    weighed = weigh(message, found.reading.evidence, rulebook.ruleset)
    is_certain = tied.doubt is None
    return SentMail(
        reference=tied.reference,
        sha256=hashlib.sha256(fetched.raw).hexdigest(),
        raw=fetched.raw,
        is_whole=fetched.is_whole,
        message_id=message.message_id,
        folder=found.folder,
        sent_at=found.sent_at,
        address=message.sender.address if message.sender else None,
        subject=message.subject,
        effect=weighed.effect if is_certain else Effect.DOUBTFUL,
        why=tied.doubt or weighed.why,
        is_certain=is_certain,
    )


def colleagues_tie(
    message: Message, rulebook: Rulebook, store: Store, now: datetime
) -> Tie | None:
    """Tell which case a mail in the mailbox answers, where a colleague wrote it.

    From the mailbox's own address it counts only where that is proven: what people send
    from it lies in Sent.
    """
    ourselves, senders = rulebook.ourselves, rulebook.ruleset.tables.senders
    if not is_colleagues(message, ourselves, senders):
        return None
    sighting = Sighting(message, Evidence(), now)
    seen = Seen(sighting, History(), rulebook.ruleset, ourselves, now)
    if is_a_machines(seen):
        return None
    is_proven = is_proven_colleagues(message, ourselves)
    is_mailbox = message.sender is not None and seen.is_ours(message.sender.address)
    if is_mailbox and not is_proven:
        return None
    tied = tie_of(message, rulebook, store)
    if tied is None or is_proven:
        return tied
    return Tie(tied.reference, tied.doubt or UNPROVEN)


def belongs_to_case(
    message: Message, rulebook: Rulebook, store: Store, now: datetime
) -> bool:
    """Tell by its header whether a message answers what we, or a colleague, wrote."""
    if rulebook.proven_cases(message):
        return True
    senders = rulebook.ruleset.tables.senders
    if colleagues_tie(message, rulebook, store, now) is not None:
        return True
    # What colleagues write to each other about an answer is none.
    return not is_colleagues(message, rulebook.ourselves, senders) and (
        store.sent.names_a_case((*message.references, *message.returned_ids))
    )


def colleagues_decision(tied: Tie, rulebook: Rulebook, store: Store) -> Decision:
    """Record a colleague's mail with its case: it opens none and is not answered."""
    case = store.cases.show(tied.reference)
    route = rulebook.ruleset.routes.get(case.line.route or "") if case else None
    return Decision(
        Disposition.RECORD,
        f"a colleague wrote to a party of {tied.reference}",
        rulebook.ruleset.hash,
        case=tied.reference,
        folder=route.folder if route else None,
    )
