"""One message: recall → decide → compose → record."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from triage.decision import (
    Decision,
    Disposition,
    History,
    Reason,
    Seen,
    Sighting,
    decide,
    identity_keys,
    is_ours,
    named_references,
    particulars,
    person_key,
    who_writes,
)
from triage.decision.answering import Tie
from triage.decision.withhold import is_forged, proves_writer
from triage.errors import MessageError
from triage.intake.colleagues import (
    Found,
    belongs_to_case,
    colleagues_decision,
    colleagues_tie,
    weighed_mail,
)
from triage.intake.letters import (
    Clerk,
    Occasion,
    Secretary,
    breaker_alert,
    replies_of,
)
from triage.intake.rulebook import Rulebook
from triage.message import Fetched, Message
from triage.reader import Reading
from triage.ruleset import Evidence
from triage.store import Inquiry, Letter, Place, Record, Recorded, Store


@dataclass(frozen=True, slots=True)
class Taken:
    """A message of ours, fetched and read, with the place where it lies."""

    place: Place
    received_at: datetime
    fetched: Fetched
    reading: Reading

    @property
    def message(self) -> Message:
        return self.reading.message

    @property
    def evidence(self) -> Evidence:
        return self.reading.evidence


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What was decided about a message, and what the store recorded of it."""

    decision: Decision
    recorded: Recorded | None
    """None: it is not ours after all, nothing was written."""


SECRETARY = Secretary()


def take_up(
    taken: Taken,
    rulebook: Rulebook,
    store: Store,
    now: datetime,
    clerk: Clerk = SECRETARY,
) -> TakenUp:
    """Decide about one message and record all of it, unless it is not ours.

    Runs within an open batch of the store.
    """
    inquiry = inquire(taken, rulebook, now)
    tied = colleagues_tie(taken.message, rulebook, store, now)
    if tied is not None:
        return _note_colleagues(taken, inquiry, tied, rulebook, store)
    belongs = belongs_to_case(taken.message, rulebook, store, now) or bool(
        store.outbox.reported_case(inquiry.reported_to, now)
    )
    history = _history(inquiry, taken.message, belongs, rulebook, store)
    sighting = Sighting(taken.message, taken.evidence, taken.received_at)
    decision = decide(sighting, history, rulebook.ruleset, rulebook.ourselves, now)
    if decision.disposition is Disposition.LEAVE:
        return TakenUp(decision, None)
    decision = _with_colleagues_case(decision, history)
    reference = decision.case
    if decision.has_case and reference is None:
        reference = clerk.new_reference(taken.message, store, now)
    replies: tuple[Letter, ...] = ()
    notices: tuple[Letter, ...] = ()
    if reference is not None:
        occasion = Occasion(sighting, decision, reference)
        try:
            replies = replies_of(occasion, rulebook, now, clerk)
        except MessageError as error:
            unwritten = Reason("unwritten", f"no reply can be written: {error}")
            decision = replace(
                decision,
                withheld=(unwritten,),
                held=(),
                meanwhile=None,
                meanwhile_held=(),
            )
        notices = tuple(clerk.notices(occasion, rulebook, now))
    if replies:
        _watch_the_budget(history, rulebook, store, now)
    recorded = store.record(
        Record(
            inquiry=inquiry,
            history=history,
            message=taken.message,
            raw=taken.fetched.raw,
            is_whole=taken.fetched.is_whole,
            received_at=taken.received_at,
            evidence=taken.evidence,
            decision=decision,
            reference=reference,
            letters=(*replies, *notices),
            particulars=particulars(taken.evidence, rulebook.ruleset.tables),
            escalates=decision.escalates,
            copies_to=rulebook.ruleset.tables.automatic.folder,
            undelivered=_undelivered(taken.message, decision, rulebook, store),
        )
    )
    return TakenUp(decision, recorded)


def _with_colleagues_case(decision: Decision, history: History) -> Decision:
    """Let a report on a colleague's mail belong to the case that it was about."""
    if not decision.reports_failure or not history.answers_colleague:
        return decision
    return replace(decision, case=decision.case or history.claims)


def _history(
    inquiry: Inquiry, message: Message, belongs: bool, rulebook: Rulebook, store: Store
) -> History:
    """Recall what bears on a message that is ours, or may be recorded as a concern."""
    if is_ours(message, rulebook.ruleset, belongs):
        return store.recall(inquiry)
    if not rulebook.ruleset.tables.dissatisfied.record:
        return History()
    known = store.recall(inquiry)
    # That somebody names a case in the text makes no mail ours.
    return History(is_duplicate=known.is_duplicate, was_erased=known.was_erased)


def _note_colleagues(
    taken: Taken, inquiry: Inquiry, tied: Tie, rulebook: Rulebook, store: Store
) -> TakenUp:
    """Record a colleague's mail to a party, and what it does to the case."""
    decision = colleagues_decision(tied, rulebook, store)
    recorded = store.record(
        Record(
            inquiry=inquiry,
            history=History(),
            message=taken.message,
            raw=taken.fetched.raw,
            is_whole=taken.fetched.is_whole,
            received_at=taken.received_at,
            evidence=taken.evidence,
            decision=decision,
        )
    )
    sent_at = min(taken.received_at, inquiry.now)
    found = Found(taken.reading, taken.fetched, sent_at, taken.place.inbox.folder)
    store.sent.note(weighed_mail(found, tied, rulebook), inquiry.now)
    return TakenUp(decision, recorded)


def inquire(taken: Taken, rulebook: Rulebook, now: datetime) -> Inquiry:
    """Gather what the store needs to recall what belongs to a message."""
    ruleset, ourselves = rulebook.ruleset, rulebook.ourselves
    senders = ruleset.tables.senders
    person = who_writes(taken.message, ourselves)
    sighting = Sighting(taken.message, taken.evidence, taken.received_at)
    seen = Seen(sighting, History(), ruleset, ourselves, now)
    return Inquiry(
        place=taken.place,
        sha256=taken.message.sha256,
        core=taken.message.core,
        now=now,
        window=timedelta(hours=max((w.hours for w in senders.windows), default=0)),
        identity_keys=identity_keys(taken.message, taken.evidence, ruleset, ourselves),
        address=person.address if person else None,
        reply_to=tuple(each.address for each in taken.message.reply_to),
        domain=person.domain if person else None,
        verified=rulebook.proven_cases(taken.message),
        references=(*taken.message.references, *taken.message.returned_ids),
        reported_to=_reported_to(taken.message, rulebook),
        named=named_references(taken.message),
        is_forged=is_forged(seen),
        may_claim=proves_writer(seen),
        spell=partial(person_key, senders=senders),
        fingerprint=taken.reading.fingerprint,
        alike_from=senders.similar,
    )


def _reported_to(message: Message, rulebook: Rulebook) -> tuple[str, ...]:
    """The addresses that a report names; ours stand in every report on our mail."""
    if rulebook.ours_among(message.returned_ids):
        return ()
    own = rulebook.ourselves.addresses
    return tuple(each for each in message.reported_to if each not in own)


def _undelivered(
    message: Message, decision: Decision, rulebook: Rulebook, store: Store
) -> str | None:
    """The Message-ID of a letter, ours or a colleague's, that a report gives back."""
    if not decision.reports_failure:
        return None
    for each in message.returned_ids:
        if rulebook.ours_among([each]) or store.sent.names_a_case([each]):
            return each
    return None


def _watch_the_budget(
    history: History, rulebook: Rulebook, store: Store, now: datetime
) -> None:
    """Open the breaker when the hour's budget is spent, and tell the team once."""
    limit = rulebook.ruleset.tables.senders.budgets.all_per_hour
    if history.spent.in_hour >= limit and not history.breaker_is_open:
        store.breaker.trip(now, limit, breaker_alert(limit, rulebook, now))
