"""A decision's reply and notices, worded and frozen for the outbox."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from triage.decision import Decision, ReplyPlan, Sighting
from triage.intake.rulebook import Rulebook
from triage.message import Message
from triage.message.token import mint_id
from triage.reply import (
    Composed,
    Letter,
    Notice,
    Templates,
    compose,
    compose_notice,
)
from triage.reply.model import LONGEST_REASON
from triage.ruleset.schema import Series
from triage.store import Category, Store
from triage.store import Letter as FrozenLetter
from triage.store.restorations import Restoration

NOTICE_TEMPLATE = "notice"
ALERT_TEMPLATE = "notice-breaker"
RULES_TEMPLATE = "notice-rules"
RESTORED_TEMPLATE = "notice-restored"
RETENTION_TEMPLATE = "notice-retention"
TEAM = "team"
MOST_REASONS = 10
"""More stand in `triage status`."""
NO_CASE = "BREAKER"
"""Stands in the Message-ID of an alert where a case's reference would."""
NO_CASE_BUT_RULES = "RULES"
NO_CASE_BUT_STORE = "STORE"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What letters are written about: a message, its decision and its case."""

    sighting: Sighting
    decision: Decision
    reference: str


class Clerk(Protocol):
    """Who numbers the cases and words the letters of a message that is taken up."""

    def new_reference(self, message: Message, store: Store, now: datetime) -> str: ...

    def word(self, letter: Letter, templates: Templates, now: datetime) -> Composed: ...

    def notices(
        self, occasion: Occasion, rulebook: Rulebook, now: datetime
    ) -> Iterable[FrozenLetter]: ...


class Secretary:
    """The clerk whose letters are sent."""

    def new_reference(self, _message: Message, store: Store, now: datetime) -> str:
        return store.next_reference(now)

    def word(self, letter: Letter, templates: Templates, now: datetime) -> Composed:
        return compose(letter, templates, now)

    def notices(
        self, occasion: Occasion, rulebook: Rulebook, now: datetime
    ) -> Iterable[FrozenLetter]:
        return notices_of(occasion, rulebook, now)


def replies_of(
    occasion: Occasion, rulebook: Rulebook, now: datetime, clerk: Clerk
) -> tuple[FrozenLetter, ...]:
    """Word what a decision sends to the person: one reply, or one now and one held.

    Raises MessageError where the address is one that we cannot write to.
    """
    decision = occasion.decision
    if decision.withheld:
        return ()
    plans = (
        (decision.meanwhile, decision.meanwhile_held),
        (decision.reply, decision.held),
    )
    return tuple(
        replace(
            frozen(
                clerk.word(_letter(plan, occasion, rulebook), rulebook.templates, now),
                plan.template,
            ),
            acknowledges=plan.acknowledges,
            held=held,
        )
        for plan, held in plans
        if plan is not None
    )


def _letter(plan: ReplyPlan, occasion: Occasion, rulebook: Rulebook) -> Letter:
    decision, received_at = occasion.decision, occasion.sighting.received_at
    message = occasion.sighting.message
    series = _series_on(received_at, rulebook)
    brought = decision.follow_up
    is_receipt = not plan.acknowledges
    return Letter(
        template=plan.template,
        kind=plan.kind,
        to=plan.to,
        reference=occasion.reference,
        message_id=mint(occasion.reference, plan.kind, rulebook),
        received_at=received_at,
        in_reply_to=message.message_id,
        references=message.references,
        missing=brought.still_missing if is_receipt else decision.missing,
        acknowledge=decision.acknowledge,
        respond=None if is_receipt else decision.respond,
        answer_by=brought.answer_by if is_receipt else None,
        is_complete=is_receipt and brought.completes,
        series=series.title if series else None,
    )


def notices_of(
    occasion: Occasion, rulebook: Rulebook, now: datetime
) -> Iterator[FrozenLetter]:
    """Word what the contacts are told at once; nothing of the sender's is in it."""
    sighting, decision = occasion.sighting, occasion.decision
    reference = occasion.reference
    if decision.route is None:
        return
    contacts = rulebook.organisation.contacts
    told: dict[str, list[str]] = {}
    for contact, why in decision.tell:
        told.setdefault(contact, []).append(why)
    for contact, reasons in told.items():
        # Whom a restriction names may have left the configuration since.
        to = contacts.get(contact) or contacts.get(TEAM)
        if to is None:
            continue
        kind = _notice_kind(contact, sighting.message.sha256)
        notice = Notice(
            template=NOTICE_TEMPLATE,
            kind=kind,
            to=to,
            message_id=mint(reference, kind, rulebook),
            why=tuple(reasons),
            reference=reference,
            route=rulebook.ruleset.routes[decision.route].title,
            folder=decision.folder,
            priority=decision.priority,
            received_at=sighting.received_at,
            acknowledge=decision.acknowledge,
            respond=decision.respond,
        )
        yield frozen_notice(notice, rulebook, now)


def _notice_kind(contact: str, sha256: str) -> str:
    """Name a notice for its contact and message; it must fit into a Message-ID."""
    digest = hashlib.sha256(f"{contact} {sha256}".encode()).hexdigest()
    return f"notice-{contact[:16].rstrip('-')}-{digest[:12]}"


def breaker_alert(limit: int, rulebook: Rulebook, now: datetime) -> FrozenLetter | None:
    """Word the alert that replies are being held; None where no team is named."""
    kind = f"alert-{now:%Y%m%d%H%M%S}"
    why = (f"{limit} automatic replies went out within one hour",)
    notice = _to_team(ALERT_TEMPLATE, kind, NO_CASE, why, rulebook)
    return None if notice is None else frozen_notice(notice, rulebook, now)


def refusal_notice(
    hash_: str | None, reasons: Sequence[str], rulebook: Rulebook, now: datetime
) -> FrozenLetter | None:
    """Word the notice that changed rules are refused; None where no team is named.

    It is the same letter, by its Message-ID, however often an edition is refused; for
    folders that cannot be read, once a day.
    """
    kind = f"rules-{hash_ or f'{now:%Y%m%d}'}"
    why = tuple(plain_line(reason) for reason in reasons[:MOST_REASONS])
    notice = _to_team(RULES_TEMPLATE, kind, NO_CASE_BUT_RULES, why, rulebook)
    return None if notice is None else frozen_notice(notice, rulebook, now)


def restored_notice(
    restoration: Restoration,
    found: Mapping[str, int],
    rulebook: Rulebook,
    now: datetime,
) -> FrozenLetter | None:
    """Word what the mailbox showed after a restoration; None without a team."""
    kind = f"restored-{restoration.at:%Y%m%d%H%M%S}"
    zone = rulebook.ruleset.calendar.timezone
    made_at = f"{restoration.made_at.astimezone(zone):%d %B %Y, %H:%M}"
    why = (
        f"The backup was made on {made_at}",
        *(f"Found: {number} {what}" for what, number in found.items()),
    )
    notice = _to_team(RESTORED_TEMPLATE, kind, NO_CASE_BUT_STORE, why, rulebook)
    return None if notice is None else frozen_notice(notice, rulebook, now)


def retention_notice(
    number: int, month: str, rulebook: Rulebook, now: datetime
) -> FrozenLetter | None:
    """Word that cases are kept too long; None where no team is named."""
    why = (f"Closed cases whose time to be kept is over: {number}",)
    kind = f"retention-{month}"
    notice = _to_team(RETENTION_TEMPLATE, kind, NO_CASE_BUT_STORE, why, rulebook)
    return None if notice is None else frozen_notice(notice, rulebook, now)


def _to_team(
    template: str, kind: str, about: str, why: tuple[str, ...], rulebook: Rulebook
) -> Notice | None:
    """A notice to the team; `about` stands where a case's reference would."""
    to = rulebook.organisation.contacts.get(TEAM)
    if to is None:
        return None
    message_id = mint_for_us(about, kind, rulebook)
    return Notice(template=template, kind=kind, to=to, message_id=message_id, why=why)


def plain_line(reason: str) -> str:
    """Cut a text to what may stand in one line of a notice."""
    line = " ".join(reason.partition("\n")[0].split()).replace("@", " at ")
    plain = "".join(c if c.isprintable() else "\ufffd" for c in line) or "unknown"
    return plain if len(plain) <= LONGEST_REASON else plain[: LONGEST_REASON - 1] + "…"


def frozen_notice(notice: Notice, rulebook: Rulebook, now: datetime) -> FrozenLetter:
    """Word a notice to one of us; raises MessageError."""
    composed = compose_notice(notice, rulebook.templates, now)
    letter = frozen(composed, notice.template)
    return replace(letter, category=Category.NOTICE, acknowledges=False)


def frozen(composed: Composed, template: str) -> FrozenLetter:
    """Return what enters the outbox."""
    return FrozenLetter(
        kind=composed.kind,
        to=composed.to,
        message_id=composed.message_id,
        data=composed.data,
        template=template,
    )


def mint(reference: str, kind: str, rulebook: Rulebook) -> str:
    """Make the Message-ID of the one letter of this kind for this case."""
    domain = rulebook.organisation.message_id_domain
    return mint_id(reference, kind, rulebook.keys[0], domain)


def mint_for_us(about: str, kind: str, rulebook: Rulebook) -> str:
    """Make the Message-ID of a letter of no case: each mailbox has its own."""
    of = f"-{rulebook.mailbox.upper()}" if rulebook.mailbox else ""
    return mint(f"{about}{of}", kind, rulebook)


def _series_on(at: datetime, rulebook: Rulebook) -> Series | None:
    ruleset = rulebook.ruleset
    return ruleset.series_at(ruleset.calendar.date_of(at))
