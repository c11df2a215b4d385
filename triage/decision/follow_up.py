"""What a message brings to the case that it joins, and what a person must look at.

A Message-ID of ours proves to which case a message belongs, not who writes: letters are
passed on. Whoever is no party to the case is heard, and gets neither a receipt nor any
say in the case until a person lets them in.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from triage.decision.conditions import Facts
from triage.decision.gate import Seen
from triage.decision.hold import recipient
from triage.decision.judge import Judgement, is_present, judge
from triage.decision.kinship import kinship
from triage.decision.model import (
    Finding,
    FollowUp,
    KnownCase,
    MatterKind,
    ReplyPlan,
)
from triage.decision.sender import is_writers_own
from triage.workdays import Calendar

COMPLETE = "complete"
"""The kind of the one receipt that says that nothing is missing any more."""
RECEIPT = "receipt"
"""Begins the kind of every other one, its day behind it: a case has each kind once."""


def follow_up(judgement: Judgement, alone: Judgement | None, seen: Seen) -> FollowUp:
    """Tell what a message brings to its case; `alone` is what it would be by itself."""
    case = seen.history.case
    if case is None:
        return FollowUp()
    if not case.by_party:
        return FollowUp(
            by_party=False,
            offered=_supplied(case, seen),
            still_missing=case.missing,
            findings=() if _is_colleague(seen) else (_other(judgement, case, seen),),
        )
    at = seen.sighting.received_at
    supplied = _supplied(case, seen)
    missing = tuple(item for item in case.missing if item not in supplied)
    return FollowUp(
        supplied=supplied,
        still_missing=missing,
        note=_note(supplied, missing, seen),
        goes_on=case.was_over(at) and not _escalates(judgement, case),
        answer_by=_answer_by(case, seen.now),
        findings=tuple(_findings(judgement, alone, seen)),
    )


def is_quiet(case: KnownCase, at: datetime) -> bool:
    """Whether nobody would look at a case by themselves: nothing is owed in it."""
    return case.was_over(at) or (case.is_acknowledged and case.respond_by is None)


def claimed(seen: Seen) -> Finding | None:
    """Say that somebody of a party's school or family names a case, from outside."""
    case = seen.history.claimed
    if case is None or seen.history.case is not None or _is_colleague(seen):
        return None
    signs = kinship(case, seen)
    if not signs:
        return None
    words = f"somebody who is not known in this case names it; they {_and(signs)}"
    return Finding(MatterKind.OTHER_WRITER, words)


def receipt(judgement: Judgement, brought: FollowUp, seen: Seen) -> ReplyPlan | None:
    """Plan the receipt of a follow-up, where one is due.

    Never to somebody who is no party, before the acknowledgement or after the answer,
    nor for a flagged message: a person decides what is written then.
    """
    case, wanted = seen.history.case, seen.tables.follow_up
    if case is None or wanted.receipt is None or judgement.flags:
        return None
    is_open = case.is_acknowledged and case.answered_at is None
    if not (brought.by_party and is_open) or judgement.route.escalates:
        return None
    if brought.completes:
        kind = COMPLETE
    elif case.receipt_at is None or _is_past(case.receipt_at, wanted.every_days, seen):
        kind = f"{RECEIPT}-{seen.ruleset.calendar.date_of(seen.now):%Y%m%d}"
    else:
        return None
    return ReplyPlan(wanted.receipt, recipient(seen), kind, acknowledges=False)


def _is_past(at: datetime, days: int, seen: Seen) -> bool:
    return seen.now - at >= timedelta(days=days)


def _is_colleague(seen: Seen) -> bool:
    return seen.person is not None and seen.person.address in seen.ourselves.colleagues


def _escalates(judgement: Judgement, case: KnownCase) -> bool:
    return judgement.route.escalates and case.may_escalate


def _supplied(case: KnownCase, seen: Seen) -> tuple[str, ...]:
    """What was missing and is there now: an item may come in several mails."""
    hits, subject = seen.sighting.evidence.hits, seen.message.subject
    said = {hit.signal for hit in hits if is_writers_own(hit.where, subject)}
    facts = Facts(signals=case.signals | said)
    items = {item.id: item for item in seen.tables.missing}
    return tuple(
        name
        for name in case.missing
        if name in items and is_present(items[name], facts)
    )


def _note(
    supplied: tuple[str, ...], missing: tuple[str, ...], seen: Seen
) -> str | None:
    if not supplied:
        return None
    day = in_words(seen.ruleset.calendar, seen.sighting.received_at)
    rest = f"still missing: {_and(missing)}" if missing else "nothing is missing now"
    return f"{_and(supplied)} came on {day}; {rest}"


def _answer_by(case: KnownCase, now: datetime) -> datetime | None:
    """A date that is past is no promise."""
    if case.closed_at is not None or case.answered_at is not None:
        return None
    return case.respond_by if case.respond_by and case.respond_by > now else None


def _other(judgement: Judgement, case: KnownCase, seen: Seen) -> Finding:
    signs = kinship(case, seen)
    words = "somebody who is not known in this case answered a letter of ours"
    if signs:
        words = f"{words}; they {_and(signs)}"
    if judgement.route.escalates:
        words = f"{words}; they ask for the last step, which was not taken"
    return Finding(MatterKind.OTHER_WRITER, words)


def _findings(
    judgement: Judgement, alone: Judgement | None, seen: Seen
) -> tuple[Finding, ...]:
    case, at = seen.history.case, seen.sighting.received_at
    if case is None or _escalates(judgement, case):
        return ()
    if judgement.route.escalates:
        words = (
            "the person asks for the last step, which was taken: its answer is final"
            if case.is_escalated
            else "the person asks for the last step before anybody answered:"
            " it was not taken"
        )
        return (Finding(MatterKind.ASKS_AGAIN, words),)
    if not is_quiet(case, at):
        return ()
    told = f"the person wrote again {_after(case, at, seen.ruleset.calendar)}"
    if alone is not None and alone.rule is not None:
        told = f"{told}; by itself it would be {alone.route.id}: {alone.reason}"
    return (Finding(MatterKind.WENT_ON, told),)


def _after(case: KnownCase, at: datetime, calendar: Calendar) -> str:
    if case.answered_at is not None and case.was_answered(at):
        return f"after the answer of {in_words(calendar, case.answered_at)}"
    if case.closed_at is not None and case.was_over(at):
        return f"after the case was closed on {in_words(calendar, case.closed_at)}"
    return "in a case in which no answer is owed"


def in_words(calendar: Calendar, at: datetime) -> str:
    """A date as letters to a team have it, in the board's zone."""
    day = calendar.date_of(at)
    return f"{day.day} {day:%B %Y}"


def _and(words: tuple[str, ...]) -> str:
    *former, last = words
    return f"{', '.join(former)} and {last}" if former else last


def alone(seen: Seen) -> Judgement | None:
    """Judge a message to a quiet case as if it belonged to none."""
    case = seen.history.case
    if case is None or not case.by_party:
        return None
    if not is_quiet(case, seen.sighting.received_at):
        return None
    return judge(seen.sighting, replace(seen.history, case=None), seen.ruleset)
