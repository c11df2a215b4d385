"""What is known of each part: well or not, and since when.

A part of which nothing can be known now has no sign, and neither begins nor ends an
alarm.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from triage.alarm.model import Kind
from triage.alarm.pulse import JobState

INTAKE, DISPATCH = "intake", "dispatch"
OF_THE_MAILBOX = frozenset({"answers", "approvals", "canary"})
"""Jobs that fail with the mailbox, which is told alone then."""
PATIENCE = 30.0
"""A job that neither ends nor gets on for so long is told as not well."""
LONGEST_QUIET = 120.0
"""So much of the silence before a failed pass counts."""
OVERDUE_TIMES = 10
"""A job that was not looked at for so many of its intervals does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What a look at the store showed; counts only."""

    due: int
    """Letters that may be sent now."""
    on_their_way: int
    """Letters that are queued or in a dispatcher's hands."""
    uneven: str | None
    """How the ledger does not balance; None: it does, or never was balanced."""
    of_each: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Letters of each mailbox: due, and on their way; where there are several."""
    left: Mapping[str, str] = field(default_factory=dict)
    """What waits in mailboxes that are not configured any more, in words."""
    unwritable: str | None = None
    """Why it could not be written; the rest may be old or empty then."""
    is_read: bool = True
    """Whether the counts are of this look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that one look found."""

    at: float
    jobs: Mapping[str, JobState]
    settled: int
    """Letters whose fate was settled since the start."""
    hindrance: str | None
    """Why the submission server takes nothing; None: it does, or nobody asked it."""
    glimpse: Glimpse
    refuses: bool = False
    """Whether the submission server refuses letter after letter."""
    patience: float = PATIENCE
    """After so long a job that neither ends nor gets on is not well."""

    def hangs(self, name: str) -> bool:
        """Tell whether a job is running and does not get on."""
        job = self.jobs.get(name)
        if job is None or job.running_since is None:
            return False
        return self.at - max(job.running_since, job.got_on_at) > self.patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How one part is."""

    kind: Kind
    job: str = ""
    """Which job, where there are several."""
    is_well: bool
    since: float
    """When it became so, by the steady clock."""
    why: str = ""
    is_left: bool = False
    """It is of a mailbox that is not configured any more."""
    settled: int = 0
    """Of an outbox that is not well: how many letters had their fate by then."""

    @property
    def name(self) -> str:
        """What tells it from others, in the book and for machines."""
        return f"{self.kind}:{self.job}" if self.job else str(self.kind)


Signs = Mapping[str, Sign]


def signs_of(facts: Facts, before: Signs) -> Signs:
    """Tell how each part is, given how it was at the look before."""
    mailbox = _mailbox(facts, before)
    found = (
        mailbox,
        *_outbox(facts, before),
        *_ledger(facts, before),
        _store(facts, before),
        *_jobs(facts, before, mailbox),
    )
    return {sign.name: sign for sign in found if sign is not None}


def well(kind: Kind, at: float, before: Signs, job: str = "") -> Sign:
    """Return a sign that all is well, and since when it is."""
    sign = Sign(kind=kind, job=job, is_well=True, since=at)
    was = before.get(sign.name)
    return was if was is not None and was.is_well else sign


def _unwell(kind: Kind, at: float, before: Signs, why: str) -> Sign:
    """Return a sign that something is wrong, first noticed now or before."""
    was = before.get(kind)
    since = was.since if was is not None and not was.is_well else at
    return Sign(kind=kind, is_well=False, since=since, why=why)


def _mailbox(facts: Facts, before: Signs) -> Sign | None:
    intake = facts.jobs.get(INTAKE)
    if intake is None:
        return None
    trouble = _trouble(intake, facts)
    if trouble is None:
        return well(Kind.MAILBOX, facts.at, before)
    began, why = trouble
    # Where mail is looked for seldom, silence before the trouble is no trouble.
    since = max(intake.got_on_at, began - LONGEST_QUIET)
    why = intake.why or why
    return Sign(kind=Kind.MAILBOX, is_well=False, since=since, why=why)


def _trouble(intake: JobState, facts: Facts) -> tuple[float, str] | None:
    """Return when a pass began that did not go through, and how far it came."""
    if intake.failing_since is not None:
        return intake.failing_since, intake.why
    if facts.hangs(INTAKE):
        began = max(intake.running_since or 0.0, intake.got_on_at)
        return began, "a look into it began and does not end: is the server silent?"
    if not (intake.has_gone_well or intake.gets_on):
        return intake.got_on_at, "it was not read to its end yet since the start"
    if intake.running_since is not None:
        return None
    expected = intake.got_on_at + intake.every
    is_late = facts.at > expected + 2 * intake.every + facts.patience
    return (
        (expected, "it should have been read again, and was not") if is_late else None
    )


def _outbox(facts: Facts, before: Signs) -> Iterator[Sign]:
    was, glimpse = before.get(Kind.OUTBOX), facts.glimpse
    if not glimpse.is_read:
        if was is not None:
            yield was
        return
    is_hindered = facts.refuses or (
        glimpse.on_their_way > 0
        and (facts.hindrance is not None or facts.hangs(DISPATCH))
    )
    if not is_hindered and not glimpse.due:
        yield well(Kind.OUTBOX, facts.at, before)
        return
    has_moved = was is None or was.settled != facts.settled
    sign = _unwell(
        Kind.OUTBOX, facts.at, {} if has_moved else before, _why_none_moves(facts)
    )
    yield replace(sign, settled=facts.settled)


def _why_none_moves(facts: Facts) -> str:
    dispatch = facts.jobs.get(DISPATCH)
    failing = dispatch.why if dispatch is not None else ""
    if facts.hangs(DISPATCH):
        return "the server does not answer"
    return facts.hindrance or failing or "letters that are due are not sent"


def _ledger(facts: Facts, before: Signs) -> Iterator[Sign]:
    if not facts.glimpse.is_read:
        return
    if facts.glimpse.uneven is None:
        yield well(Kind.LEDGER, facts.at, before)
    else:
        yield _unwell(Kind.LEDGER, facts.at, before, facts.glimpse.uneven)


def _store(facts: Facts, before: Signs) -> Sign:
    if facts.glimpse.unwritable is None:
        return well(Kind.STORE, facts.at, before)
    return _unwell(Kind.STORE, facts.at, before, facts.glimpse.unwritable)


def _jobs(facts: Facts, before: Signs, mailbox: Sign | None) -> Iterator[Sign]:
    for job in facts.jobs.values():
        if job.name == INTAKE:
            continue
        if mailbox is None or job.name not in OF_THE_MAILBOX:
            yield _failing(job, facts.at, before)
        elif mailbox.is_well:
            # Before that it failed with the mailbox, and was not tried again since.
            yield _failing(job, facts.at, before, mailbox.since)
        yield _stuck(job, facts, before)


def _failing(
    job: JobState, at: float, before: Signs, earliest: float = -math.inf
) -> Sign:
    if job.failing_since is None:
        return well(Kind.FAILING, at, before, job.name)
    return Sign(
        kind=Kind.FAILING,
        job=job.name,
        is_well=False,
        since=max(job.failing_since, earliest),
        why=job.why,
    )


def _stuck(job: JobState, facts: Facts, before: Signs) -> Sign:
    if not is_stuck(job, facts.at, facts.patience):
        return well(Kind.STUCK, facts.at, before, job.name)
    is_running = job.running_since is not None
    why = (
        "it was begun and gets no further"
        if is_running
        else "it should have begun again, and did not"
    )
    since = _idle_since(job)
    return Sign(kind=Kind.STUCK, job=job.name, is_well=False, since=since, why=why)


def is_stuck(job: JobState, at: float, patience: float) -> bool:
    """Tell whether a job hangs, or is not begun any more."""
    longest = patience
    if job.running_since is None:
        longest += OVERDUE_TIMES * job.every
    return at - _idle_since(job) > longest


def _idle_since(job: JobState) -> float:
    if job.running_since is None:
        return job.seen_at
    return max(job.running_since, job.got_on_at)
