"""Every digest's figures are the register's, counted at that instant."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.letters import REFERENCE, read_all
from tests.halfyear.checker.register import Register
from tests.halfyear.dates import LONDON
from tests.halfyear.log import Log, Snapshot
from tests.torture.oracle.mail import text_of

CHECK = "digests"
LISTED = 20
HEADING = re.compile(r"^([A-Z].*): (\d+)$", re.MULTILINE)
OPEN_CASES = re.compile(r"^\W*Open cases \| (\d+)$", re.MULTILINE)
RULE = re.compile(r"^-+$", re.MULTILINE)
BY_CASE = frozenset(
    {
        "Overdue",
        "Due today",
        "Due by",
        "To be acknowledged by a person",
        "Open cases with flags",
        "Answered from",
        "Closed from",
    }
)
"""Headings whose rows begin with a case's reference."""


def digests(log: Log, register: Register) -> Iterator[Finding]:
    """Compare each digest with what was counted when it was queued.

    As it left; where no server took it, as it stands in the outbox, in doubt.
    """
    left = {each.message_id: each for each in read_all(log)}
    for snapshot in log.snapshots:
        digest = left.get(snapshot.message_id)
        row = register.letters[snapshot.message_id]
        if digest is None and row["state"] == "sent":
            yield _about(snapshot, "it never left")
        text = text_of(row["data"]) if digest is None else digest.text
        yield from _compared(text, snapshot)
    yield from _missing(log)


def _about(snapshot: Snapshot, words: str) -> Finding:
    return Finding(CHECK, f"{snapshot.at:%Y-%m-%d}", words)


def _compared(text: str, snapshot: Snapshot) -> Iterator[Finding]:
    told = _sections(text)
    for heading, counted in snapshot.figures.items():
        number, rows = _section(told, heading)
        if number != len(counted):
            yield _about(snapshot, f"{heading}: told {number}, counted {len(counted)}")
            continue
        if heading not in BY_CASE:
            continue
        named = sorted(REFERENCE.findall("\n".join(_first_cells(rows))))
        is_whole = number <= LISTED
        if is_whole and named != sorted(counted):
            yield _about(snapshot, f"{heading}: names other cases")
        if not set(named) <= set(counted):
            yield _about(snapshot, f"{heading}: names cases that are not there")


def _sections(text: str) -> dict[str, tuple[int, str]]:
    """Cut a digest at its headings: how many, and the lines below."""
    found: dict[str, tuple[int, str]] = {}
    headings = list(HEADING.finditer(text))
    ends = [*(each.start() for each in headings[1:]), len(text)][: len(headings)]
    for heading, end in zip(headings, ends, strict=True):
        found[heading[1]] = int(heading[2]), text[heading.end() : end]
    open_cases = OPEN_CASES.search(text)
    if open_cases:
        found["Open cases"] = int(open_cases[1]), ""
    return found


def _section(told: dict[str, tuple[int, str]], heading: str) -> tuple[int, str]:
    """What stands under a heading; no such heading says that there is nothing."""
    exact = told.get(heading)
    if exact is not None:
        return exact
    dated = (section for title, section in told.items() if _is_dated(title, heading))
    return next(dated, (0, ""))


def _is_dated(title: str, heading: str) -> bool:
    return heading.endswith((" from", " by")) and title.startswith(f"{heading} ")


def _first_cells(rows: str) -> list[str]:
    lines = rows.splitlines()
    return [line.partition(" | ")[0] for line in lines if line.startswith("- ")]


def _missing(log: Log) -> Iterator[Finding]:
    """Every working day has its digest."""
    assert log.ended_at is not None
    told = {each.at.astimezone(LONDON).date() for each in log.snapshots}
    day, last = min(told, default=date.max), log.ended_at.astimezone(LONDON).date()
    while day <= last:
        if log.calendars.at(log.ended_at).works_on(day) and day not in told:
            yield Finding(CHECK, str(day), "there was no digest")
        day += timedelta(days=1)
