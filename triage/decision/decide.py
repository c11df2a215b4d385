"""The decision about one message: everything that is to be done, before any of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from triage.decision.automatic import DELIVERY_REPORT, automatic
from triage.decision.concerns import is_concern
from triage.decision.follow_up import alone, claimed, follow_up, receipt
from triage.decision.gate import Seen
from triage.decision.hold import (
    Planned,
    held,
    may_acknowledge_meanwhile,
    meanwhile_held,
    recipient,
)
from triage.decision.judge import Judgement, facts_of, judge
from triage.decision.model import (
    Clocked,
    Decision,
    Disposition,
    FollowUp,
    History,
    Ourselves,
    Reason,
    ReplyPlan,
    Requested,
    Rules,
    Sighting,
)
from triage.decision.withhold import withheld
from triage.message.model import Message
from triage.ruleset.modes import mode_of
from triage.ruleset.schema import DataRequest, Route
from triage.workdays import Due, calendar_due, due

NOT_OURS = "its subject does not ask for us, and it belongs to no case"
PRIORITIES = ("normal", "high", "urgent")
RESTRICTED = "A restriction names you as the one who answers this person"
WATCHED = Reason("watch", "this route is only watched: people answer by hand")


def is_ours(message: Message, ruleset: Rules, belongs: bool) -> bool:
    """Whether a message is taken up: its subject asks for us, or a case has it."""
    return belongs or ruleset.picks_up(message.subject)


def decide(
    sighting: Sighting,
    history: History,
    ruleset: Rules,
    ourselves: Ourselves,
    now: datetime,
) -> Decision:
    """Decide what becomes of a message.

    `now` is aware. Every message of a person opens or joins a case and is clocked; only
    mail that is not ours, clearly a machine's or already recorded is not.
    """
    belongs = history.case is not None or history.answers_colleague
    seen = Seen(sighting, history, ruleset, ourselves, now)
    if not is_ours(sighting.message, ruleset, belongs) and not _may_report(seen):
        return _record_concern(seen) if is_concern(seen) else _leave(NOT_OURS, ruleset)
    if history.was_erased:
        return _leave("it was taken up before and erased since", ruleset)
    if history.is_duplicate:
        reason = "the same mail was recorded before"
        return Decision(Disposition.RECORD, reason, ruleset.hash)
    machine = automatic(seen)
    if machine is not None:
        return _record(machine, seen)
    return _answer(judge(sighting, history, ruleset), seen)


def _may_report(seen: Seen) -> bool:
    """Whether it is a report on mail to somebody whom we answered lately."""
    machine = automatic(seen) if seen.history.reported is not None else None
    return machine is not None and machine.code == DELIVERY_REPORT


def _leave(reason: str, ruleset: Rules) -> Decision:
    return Decision(Disposition.LEAVE, reason, ruleset.hash)


def _record_concern(seen: Seen) -> Decision:
    """Keep what somebody is dissatisfied with, and do nothing else about it."""
    facts = facts_of(seen.sighting, seen.history, seen.ruleset)
    return Decision(
        Disposition.RECORD,
        "it expresses dissatisfaction: recorded only",
        seen.ruleset.hash,
        role=facts.role,
        topic=facts.topic,
        route=seen.tables.dissatisfied.route,
        is_concern=True,
    )


def _record(machine: Reason, seen: Seen) -> Decision:
    case = seen.history.case
    is_failure = machine.code == DELIVERY_REPORT and _tells_of_failure(seen)
    reason = machine.words
    reported = seen.history.reported if machine.code == DELIVERY_REPORT else None
    if case is None and reported is not None:
        reason = f"it may report on our mail in {reported}: {reason}"
    if case is not None:
        fate = (
            "mail of ours was not delivered" if is_failure else "a machine answered us"
        )
        reason = f"{fate} in {case.reference}: {reason}"
    return Decision(
        Disposition.RECORD,
        reason,
        seen.ruleset.hash,
        automatic=machine,
        case=case.reference if case else reported,
        folder=seen.tables.automatic.folder,
        reports_failure=is_failure,
    )


def _tells_of_failure(seen: Seen) -> bool:
    """Whether a report is no mere news of delay or delivery (RFC 3464 §2.3.3)."""
    actions = seen.message.report_actions
    return not actions or "failed" in actions


def _answer(judgement: Judgement, seen: Seen) -> Decision:
    route, case = judgement.route, seen.history.case
    by_itself = alone(seen)
    looked_at = (judgement,) if by_itself is None else (judgement, by_itself)
    brought = follow_up(judgement, by_itself, seen)
    reply = _reply(judgement, brought, seen)
    kept_back, waits = _kept_back(judgement, reply, seen)
    acknowledge, respond = clocks(route, seen.sighting.received_at, seen.ruleset)
    meanwhile = None
    if reply and not kept_back and may_acknowledge_meanwhile(waits):
        meanwhile, reply = _meanwhile(reply, seen)
    return Decision(
        Disposition.ANSWER,
        judgement.reason,
        seen.ruleset.hash,
        role=judgement.facts.role,
        topic=judgement.facts.topic,
        route=route.id,
        rule=judgement.rule,
        missing=judgement.missing,
        flags=tuple(flag.id for flag in judgement.flags),
        reply=reply,
        meanwhile=meanwhile,
        withheld=kept_back,
        held=() if kept_back else waits,
        meanwhile_held=meanwhile_held(waits) if meanwhile else (),
        case=case.reference if case else None,
        follow_up=brought,
        claimed=claimed(seen),
        escalates=_escalates(judgement, seen),
        acknowledge=acknowledge,
        respond=respond,
        folder=route.folder,
        requests=tuple(_requested(judgement, seen)),
        priority=max(
            (_priority(each, seen) for each in looked_at), key=PRIORITIES.index
        ),
        tell=tuple(
            dict.fromkeys(pair for each in looked_at for pair in _told(each, seen))
        ),
        steps=judgement.steps,
        near_misses=judgement.near_misses,
        second_opinion=judgement.opinion,
    )


def _reply(judgement: Judgement, brought: FollowUp, seen: Seen) -> ReplyPlan | None:
    """Plan the one reply; what joins a case gets no more than a receipt.

    Its last step is acknowledged as a new matter; a case gets each kind of letter once,
    so the last step only once.
    """
    route = judgement.route
    if seen.history.case is not None and not _escalates(judgement, seen):
        return receipt(judgement, brought, seen)
    if route.template is None:
        return None
    neutral = (flag.template for flag in judgement.flags if flag.template)
    template = next(neutral, route.template)
    kind = "escalate" if route.escalates else "acknowledge"
    return ReplyPlan(template, recipient(seen), kind)


def _meanwhile(reply: ReplyPlan, seen: Seen) -> tuple[ReplyPlan | None, ReplyPlan]:
    """Acknowledge first, where the guard has a letter for it; redirect later."""
    template = seen.tables.guard.meanwhile
    if template is None:
        return None, reply
    return replace(reply, template=template), replace(reply, kind="redirect")


def _escalates(judgement: Judgement, seen: Seen) -> bool:
    case = seen.history.case
    may_be = case is None or case.may_escalate
    return judgement.route.escalates and may_be


def _kept_back(
    judgement: Judgement, reply: ReplyPlan | None, seen: Seen
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Why a reply is withheld, and why it would wait for a person.

    No receipt is worth a person's time: it goes out by itself, or not at all.
    """
    if reply is None:
        return (), ()
    is_watched = mode_of(judgement.route, seen.tables) == "watch"
    kept_back = (*((WATCHED,) if is_watched else ()), *withheld(seen))
    waits = held(Planned(seen, judgement.route, judgement.flags))
    return (kept_back, waits) if reply.acknowledges else ((*kept_back, *waits), ())


def clocks(
    route: Route, received_at: datetime, ruleset: Clocked
) -> tuple[Due, Due | None]:
    """Both due dates; the full answer's counts from the planned acknowledgement."""
    calendar, days = ruleset.calendar, ruleset.tables.calendar
    acknowledge = due(received_at, days.acknowledge_days, calendar)
    if route.redirects or not route.responds:
        return acknowledge, None
    return acknowledge, due(acknowledge.at, respond_days(route, ruleset), calendar)


def respond_days(route: Route, ruleset: Clocked) -> int:
    """Return the working days that the full answer may take on a route."""
    own = route.respond_days
    return ruleset.tables.calendar.respond_days if own is None else own


def _priority(judgement: Judgement, seen: Seen) -> str:
    """How urgent a message makes its case; danger counts whoever tells of it."""
    case = seen.history.case
    has_say = case is None or case.by_party
    of_route = judgement.route.priority if has_say else PRIORITIES[0]
    wanted = (of_route, *(flag.priority for flag in judgement.flags))
    return max(wanted, key=PRIORITIES.index)


def _asked_by_law(judgement: Judgement, seen: Seen) -> tuple[DataRequest, ...]:
    signals = judgement.facts.signals
    return tuple(
        each for each in seen.tables.request if not signals.isdisjoint(each.any)
    )


def _requested(judgement: Judgement, seen: Seen) -> Iterator[Requested]:
    received_at, calendar = seen.sighting.received_at, seen.ruleset.calendar
    for each in _asked_by_law(judgement, seen):
        clock = calendar_due(received_at, calendar, months=each.months, days=each.days)
        yield Requested(each.id, clock)


def _told(judgement: Judgement, seen: Seen) -> tuple[tuple[str, str], ...]:
    """Who is told at once, flags first, each pair once."""
    route = judgement.route
    by_flags = [(contact, f.title) for f in judgement.flags for contact in f.tell]
    by_restrictions = [
        (each.contact, RESTRICTED)
        for each in seen.history.restrictions
        if each.contact is not None
    ]
    by_law = [
        (contact, each.title)
        for each in _asked_by_law(judgement, seen)
        for contact in each.tell
    ]
    by_route = [(contact, route.title) for contact in route.tell]
    every = (*by_flags, *by_restrictions, *by_law, *by_route)
    return tuple(dict.fromkeys(every))
