"""Letters about a restriction: to the person, and to whoever is to approve it."""

from dataclasses import dataclass, replace
from datetime import datetime

from triage.decision import Reason
from triage.intake.letters import NOTICE_TEMPLATE, frozen, frozen_notice, mint
from triage.intake.rulebook import Rulebook
from triage.reply import Letter, Notice, Restriction, compose
from triage.store import Letter as FrozenLetter

READ_FIRST = Reason(
    "read-first", "it tells of a restriction: somebody reads it, or edits it, first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """To whom and in which case a restriction is told."""

    restriction: Restriction
    kind: str
    to: str
    reference: str
    received_at: datetime
    """When the case began."""


def restriction_letter(
    told: Told, template: str, rulebook: Rulebook, now: datetime
) -> FrozenLetter:
    """Word what a person is told of a restriction; it waits until somebody read it.

    Raises MessageError where the address is one that we cannot write to.
    """
    letter = Letter(
        template=template,
        kind=told.kind,
        to=told.to,
        reference=told.reference,
        message_id=mint(told.reference, told.kind, rulebook),
        received_at=told.received_at,
        restriction=told.restriction,
    )
    composed = compose(letter, rulebook.templates, now)
    waiting = frozen(composed, template)
    return replace(waiting, acknowledges=False, held=(READ_FIRST,))


def approval_notice(
    contact: str, number: int, reference: str, rulebook: Rulebook, now: datetime
) -> FrozenLetter | None:
    """Word the notice that a restriction waits for approval; None without contact."""
    to = rulebook.organisation.contacts.get(contact)
    if to is None:
        return None
    kind = f"restriction-{number}-proposed"
    why = (f"A restriction waits for approval: triage sender approve {number}",)
    notice = Notice(
        template=NOTICE_TEMPLATE,
        kind=kind,
        to=to,
        message_id=mint(reference, kind, rulebook),
        why=why,
        reference=reference,
    )
    return frozen_notice(notice, rulebook, now)
