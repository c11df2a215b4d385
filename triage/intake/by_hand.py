"""A complaint by telephone or letter, and a case that a person escalates."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triage.decision import (
    ByHand,
    Decision,
    Seen,
    Sighting,
    decide_by_hand,
    identity_keys,
)
from triage.intake.letters import Occasion, Secretary, notices_of, replies_of
from triage.intake.rulebook import Rulebook
from triage.message import Address, Message
from triage.ruleset import Evidence
from triage.ruleset.schema import Route
from triage.store import (
    CaseByHand,
    CaseFile,
    Deed,
    Field,
    Inbox,
    Inquiry,
    Letter,
    Place,
    Store,
)

ACKNOWLEDGE = "acknowledge"
ESCALATE = "escalate"
NOWHERE = Place(Inbox("", ""), 0, 0)
"""Where a complaint lies that did not come by mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDown:
    """A complaint that a person took down."""

    channel: str
    received_at: datetime
    route: Route
    role: str
    address: str | None = None
    """Where mail reaches the person, lower-cased."""
    missing: tuple[str, ...] = ()
    """What the acknowledgement asks for."""
    particulars: Mapping[Field, str] = field(default_factory=dict)


def take_down(
    taken: TakenDown, rulebook: Rulebook, store: Store, deed: Deed
) -> tuple[str, Decision]:
    """Open the case of a complaint, acknowledge it as any other, tell who must know.

    Returns its reference. Raises MessageError where mail cannot go to the address.
    """
    asked = ByHand(
        route=taken.route, kind=ACKNOWLEDGE, role=taken.role, missing=taken.missing
    )
    with store.batch():
        reference = store.next_reference(deed.at)
        message = _message(asked, reference, taken.address)
        sighting = Sighting(message, Evidence(), taken.received_at)
        seen = _seen(sighting, rulebook, store, deed.at)
        decision = decide_by_hand(asked, seen)
        case = CaseByHand(
            reference=reference,
            channel=taken.channel,
            received_at=taken.received_at,
            decision=decision,
            address=taken.address,
            identity_keys=_identity_keys(sighting, rulebook),
            domain=_domain(sighting),
            particulars=taken.particulars,
            letters=_letters(Occasion(sighting, decision, reference), seen, rulebook),
        )
        store.register.open(case, deed)
    return reference, decision


def escalate(
    case: CaseFile, route: Route, rulebook: Rulebook, store: Store, deed: Deed
) -> Decision:
    """Put a case before somebody senior: new clocks, a letter, and who must know.

    Raises FinalStepError, CaseMoveError, and MessageError as `take_down` does.
    """
    reference = case.line.reference
    latest = next((each for each in reversed(case.messages) if each.address), None)
    address = latest.address if latest else next(iter(case.parties), None)
    asked = ByHand(route=route, kind=ESCALATE, role=case.line.role)
    answers = latest.message_id if latest else None
    sighting = Sighting(
        _message(asked, reference, address, answers), Evidence(), deed.at
    )
    with store.batch():
        seen = _seen(sighting, rulebook, store, deed.at)
        decision = decide_by_hand(asked, seen)
        occasion = Occasion(sighting, decision, reference)
        letters = _letters(occasion, seen, rulebook)
        store.register.escalate(reference, deed, decision, letters)
    return decision


def _message(
    asked: ByHand, reference: str, address: str | None, answers: str | None = None
) -> Message:
    """Return an empty mail from the person; letters are named for what happened."""
    stands_for = hashlib.sha256(f"{asked.kind} {reference}".encode()).hexdigest()
    writer = (Address(address),) if address else ()
    return Message(stands_for, 0, from_=writer, message_id=answers)


def _seen(sighting: Sighting, rulebook: Rulebook, store: Store, now: datetime) -> Seen:
    """Gather what the letter is held to: budgets, restrictions, what came back."""
    sender = sighting.message.sender
    inquiry = Inquiry(
        place=NOWHERE,
        sha256=sighting.message.sha256,
        now=now,
        window=timedelta(),
        identity_keys=_identity_keys(sighting, rulebook),
        address=sender.address if sender else None,
        domain=_domain(sighting),
    )
    history = store.recall(inquiry)
    return Seen(sighting, history, rulebook.ruleset, rulebook.ourselves, now)


def _identity_keys(sighting: Sighting, rulebook: Rulebook) -> tuple[str, ...]:
    return identity_keys(
        sighting.message, sighting.evidence, rulebook.ruleset, rulebook.ourselves
    )


def _domain(sighting: Sighting) -> str | None:
    sender = sighting.message.sender
    return sender.domain if sender else None


def _letters(occasion: Occasion, seen: Seen, rulebook: Rulebook) -> tuple[Letter, ...]:
    replies = replies_of(occasion, rulebook, seen.now, Secretary())
    return (*replies, *notices_of(occasion, rulebook, seen.now))
