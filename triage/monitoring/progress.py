"""What does not get on, in words; nobody's address is among them."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from triage.alarm import JobState, Outlook, is_stuck, said

NOBODY_LOOKED = "it has only just begun"
LOOKS_MISSED = 4
"""After so many looks that did not come, nobody looks any more."""
_ADDRESS = re.compile(r"[^\s@]+@[^\s,;:()]+")


def standstills(
    jobs: Iterable[JobState], at: float, patience: float
) -> tuple[str, ...]:
    """Name the jobs that only a restart gets on."""
    return tuple(
        f"the job `{job.name}` neither ends nor gets on"
        for job in jobs
        if is_stuck(job, at, patience)
    )


def reasons(outlook: Outlook | None, now: datetime) -> tuple[str, ...]:
    """Say what keeps mail from being answered at this moment; empty: nothing does."""
    return tuple(without_addresses(each) for each in _reasons(outlook, now))


def _reasons(outlook: Outlook | None, now: datetime) -> Iterator[str]:
    if outlook is None:
        yield NOBODY_LOOKED
        return
    if abs(now - outlook.at) > timedelta(seconds=LOOKS_MISSED * outlook.every + 30):
        yield f"nobody looks after the jobs since {_time(outlook.at)}"
    for each in outlook.unwell:
        why = f": {each.why}" if each.why else ""
        yield f"{said(each.kind, each.job)} since {_time(each.since)}{why}"


def without_addresses(text: str) -> str:
    """Leave out what looks like an address: a mailbox is named by its account."""
    return _ADDRESS.sub("…", text)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
