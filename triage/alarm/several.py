"""Several mailboxes: each is looked at as if it were alone, and named in its signs.

Names of jobs end with that of their mailbox, as in `intake uk`. The store and its
ledger are everybody's, and have one sign each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from triage.alarm.model import Kind
from triage.alarm.pulse import JobState
from triage.alarm.signs import INTAKE, Facts, Sign, Signs, signs_of

OF_ALL = frozenset({Kind.LEDGER, Kind.STORE})
OF_A_MAILBOX = frozenset({Kind.MAILBOX, Kind.OUTBOX})
"""Their signs need no job; of several mailboxes they have the mailbox there."""


def signs_of_all(facts: Mapping[str, Facts], before: Signs) -> Signs:
    """Tell how each part is, given the facts of every mailbox by its name."""
    found: dict[str, Sign] = {}
    for mailbox, own in facts.items():
        was = {sign.name: sign for sign in _without(before, mailbox)}
        for sign in signs_of(own, was).values():
            named = replace(sign, job=_named(sign, mailbox))
            found[named.name] = named
    for sign in _left(next(iter(facts.values())), before):
        found.setdefault(sign.name, sign)
    return found


def _left(facts: Facts, before: Signs) -> Iterator[Sign]:
    """Yield a sign of each mailbox that nobody reads and where something waits."""
    if not facts.glimpse.is_read:
        yield from (sign for sign in before.values() if sign.is_left)
        return
    for mailbox, why in facts.glimpse.left.items():
        sign = Sign(
            kind=Kind.MAILBOX,
            job=mailbox,
            is_well=False,
            since=facts.at,
            why=why,
            is_left=True,
        )
        was = before.get(sign.name)
        yield sign if was is None else replace(sign, since=was.since)


def of_mailbox(facts: Facts, mailbox: str) -> Facts:
    """Return what concerns one mailbox, with the plain names of its jobs."""
    if not mailbox:
        return facts
    due, on_their_way = facts.glimpse.of_each.get(mailbox, (0, 0))
    jobs = {
        name: replace(job, name=name)
        for each, job in facts.jobs.items()
        if (name := each.removesuffix(f" {mailbox}")) != each
    }
    glimpse = replace(facts.glimpse, due=due, on_their_way=on_their_way)
    return replace(facts, jobs=jobs, glimpse=glimpse)


def intakes(jobs: Mapping[str, JobState]) -> tuple[JobState, ...]:
    """Return the jobs that read a mailbox."""
    return tuple(job for job in jobs.values() if job.name.split(" ")[0] == INTAKE)


def _named(sign: Sign, mailbox: str) -> str:
    if not mailbox or sign.kind in OF_ALL:
        return sign.job
    return f"{sign.job} {mailbox}".lstrip()


def _without(signs: Signs, mailbox: str) -> Iterator[Sign]:
    """Yield the signs of a mailbox as they would be if it were alone."""
    for sign in signs.values():
        if not mailbox or sign.kind in OF_ALL:
            yield sign
        elif sign.kind in OF_A_MAILBOX and sign.job == mailbox:
            yield replace(sign, job="")
        elif (job := sign.job.removesuffix(f" {mailbox}")) != sign.job:
            yield replace(sign, job=job)
