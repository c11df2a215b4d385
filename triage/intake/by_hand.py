"""A complaint by telephone or letter, and a case that a person escalates."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from triage.decision import (
    ByHand,
    Decision,
    Sighting,
    decide_by_hand,
    person_key,
)
from triage.intake.letters import Occasion, Secretary, notices_of, replies_of
from triage.intake.rulebook import Rulebook
from triage.message import Message
from triage.ruleset import Evidence
from triage.ruleset.schema import Route
from triage.store import CaseByHand, CaseFile, Deed, Field, Letter, Store

ACKNOWLEDGE = "acknowledge"
ESCALATE = "escalate"


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
        route=taken.route,
        clock_from=taken.received_at,
        kind=ACKNOWLEDGE,
        address=taken.address,
        has_bounced=_has_bounced(taken.address, store),
        role=taken.role,
        missing=taken.missing,
    )
    decision = decide_by_hand(asked, rulebook.ruleset)
    with store.batch():
        reference = store.next_reference(deed.at)
        case = CaseByHand(
            reference=reference,
            channel=taken.channel,
            received_at=taken.received_at,
            decision=decision,
            address=taken.address,
            identity_keys=_identity_keys(taken.address, rulebook),
            domain=taken.address.rpartition("@")[2] if taken.address else None,
            particulars=taken.particulars,
            letters=_letters(_occasion(asked, decision, reference), rulebook, deed.at),
        )
        store.register.open(case, deed)
    return reference, decision


def escalate(
    case: CaseFile, route: Route, rulebook: Rulebook, store: Store, deed: Deed
) -> Decision:
    """Put a case before somebody senior: new clocks, a letter, and who must know.

    Raises FinalStepError, CaseMoveError, and MessageError as `take_down` does.
    """
    latest = next((each for each in reversed(case.messages) if each.address), None)
    address = latest.address if latest else next(iter(case.parties), None)
    asked = ByHand(
        route=route,
        clock_from=deed.at,
        kind=ESCALATE,
        address=address,
        has_bounced=_has_bounced(address, store),
        role=case.line.role,
    )
    decision = decide_by_hand(asked, rulebook.ruleset)
    answers = latest.message_id if latest else None
    occasion = _occasion(asked, decision, case.line.reference, answers)
    letters = _letters(occasion, rulebook, deed.at)
    store.register.escalate(case.line.reference, deed, decision, letters)
    return decision


def _has_bounced(address: str | None, store: Store) -> bool:
    return address is not None and store.outbox.has_bounced(address)


def _identity_keys(address: str | None, rulebook: Rulebook) -> tuple[str, ...]:
    if address is None:
        return ()
    return (f"addr:{person_key(address, rulebook.ruleset.tables.senders)}",)


def _occasion(
    asked: ByHand, decision: Decision, reference: str, answers: str | None = None
) -> Occasion:
    """There is no mail: letters are named for what happened in the case instead."""
    stands_for = hashlib.sha256(f"{asked.kind} {reference}".encode()).hexdigest()
    message = Message(stands_for, 0, message_id=answers)
    sighting = Sighting(message, Evidence(), asked.clock_from)
    return Occasion(sighting, decision, reference)


def _letters(
    occasion: Occasion, rulebook: Rulebook, now: datetime
) -> tuple[Letter, ...]:
    replies = replies_of(occasion, rulebook, now, Secretary())
    return (*replies, *notices_of(occasion, rulebook, now))
