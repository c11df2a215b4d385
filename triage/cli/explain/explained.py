"""A mail with its decision, and how that came about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy

from triage.decision import (
    Decision,
    Disposition,
    History,
    Sighting,
    Trace,
    decide,
    facts_of,
    trace,
)
from triage.errors import MessageError
from triage.intake import Rulebook
from triage.intake.letters import Occasion, Secretary, replies_of
from triage.message import Message
from triage.ruleset import Evidence, Ruleset, features_in, find_evidence
from triage.ruleset.likeness import ROUTE

REFERENCE = "CMP-0000-00000"
"""Stands where a case's reference would."""
NO_HISTORY = History()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to explain; without a moment it is taken to come at its own date."""

    name: str
    message: Message
    at: datetime | None = None
    history: History = NO_HISTORY


@dataclass(frozen=True, slots=True)
class Worded:
    """A letter as its reader would see it."""

    template: str
    subject: str
    text: str
    state: str | None = None
    """Of a letter in the outbox."""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What a mail gets and why."""

    name: str
    subject: str
    sender: str
    received_at: datetime
    evidence: Evidence
    decision: Decision
    ruleset: Ruleset
    """What decided, or what is shown in its place: see `remarks`."""
    subject_of_reply: str | None
    trace: Trace | None
    """None where the table was not asked, or the rules that decided are not kept."""
    defects: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What happened since, and by which rules it was decided."""
    words_alike: Callable[[], tuple[str, ...]] = tuple
    """Words and signals by which it is like mails of its likeliest route."""
    case: str | None = None
    """Its case, where it comes from the store."""
    letters: Callable[[], tuple[Worded, ...]]
    """Words the replies; raises MessageError where none can be written."""


def explained(mail: Mail, rulebook: Rulebook, now: datetime) -> Explained:
    """Decide about a mail by itself, as if it came now where it has no date at all."""
    message, ruleset = mail.message, rulebook.ruleset
    received_at = mail.at or message.dated or now
    sighting = Sighting(message, find_evidence(ruleset, message), received_at)
    decision = decide(sighting, mail.history, ruleset, rulebook.ourselves, received_at)
    is_judged = decision.disposition is Disposition.ANSWER
    return Explained(
        name=mail.name,
        subject=message.subject,
        sender=", ".join(f"{a.name} <{a.address}>".strip() for a in message.from_),
        received_at=received_at,
        evidence=sighting.evidence,
        decision=decision,
        ruleset=ruleset,
        subject_of_reply=subject_of_reply(decision, rulebook),
        trace=trace(facts_of(sighting, mail.history, ruleset), ruleset.tables)
        if is_judged
        else None,
        defects=message.defects,
        words_alike=lambda: _words_alike(message, decision, ruleset),
        letters=lambda: _letters(Occasion(sighting, decision, REFERENCE), rulebook),
    )


def _words_alike(
    message: Message, decision: Decision, ruleset: Ruleset
) -> tuple[str, ...]:
    opinion, likeness = decision.second_opinion, ruleset.likeness
    if opinion is None or likeness is None:
        return ()
    column = f"{ROUTE}{next(iter(opinion.routes))}"
    words = likeness.speaking_for(column, features_in(ruleset, message))
    return tuple(each for each in words if not each.startswith("("))


def subject_of_reply(
    decision: Decision, rulebook: Rulebook, reference: str = REFERENCE
) -> str | None:
    """The subject that the reply would have; None without one."""
    plan, templates = decision.reply, rulebook.templates
    if plan is None or plan.template not in templates:
        return None
    return templates.subject_of(plan.template, reference)


def _letters(occasion: Occasion, rulebook: Rulebook) -> tuple[Worded, ...]:
    """Word the replies, withheld ones too: a person may want to send them."""
    decision = replace(occasion.decision, withheld=())
    occasion = replace(occasion, decision=decision)
    received_at = occasion.sighting.received_at
    try:
        letters = replies_of(occasion, rulebook, received_at, Secretary())
    except MessageError as error:
        raise MessageError(f"no reply can be written: {error}") from None
    return tuple(worded(each.template or each.kind, each.data) for each in letters)


def worded(template: str, data: bytes, state: str | None = None) -> Worded:
    """Read a composed letter as its reader would."""
    mail = message_from_bytes(data, policy=policy.default)
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    return Worded(template, str(mail["Subject"]), text, state)
