"""A case was answered and closed when people did so, and at no other time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.register import Register
from tests.halfyear.log import Act, Log
from tests.torture.oracle.rows import Row, instant

CHECK = "answered"
QUIET = timedelta(days=30)
BY_ITSELF = frozenset({"answered", "redirected", "recorded"})
"""Outcomes with which the program closes what is quiet."""


def answered(log: Log, register: Register) -> Iterator[Finding]:
    """Compare what officers did with what the register says."""
    assert log.ended_at is not None
    by_people = _times(log, Act.ANSWERED)
    recorded: defaultdict[str, set[datetime]] = defaultdict(set)
    for reference, row in _stages(register):
        at = instant(row["answered_at"])
        if at is not None:
            recorded[reference].add(at)
    for reference in by_people.keys() | recorded.keys():
        for at in by_people[reference] - recorded[reference]:
            latest = log.noticed_by(at)
            is_over = latest < log.ended_at
            if is_over and not _is_asked_about(reference, (at, latest), register):
                yield Finding(CHECK, reference, f"the answer of {at} is not noticed")
        for at in recorded[reference] - by_people[reference]:
            yield Finding(CHECK, reference, f"nobody answered it at {at}")
    yield from _closed(log, register)


def _is_asked_about(
    reference: str, between: tuple[datetime, datetime], register: Register
) -> bool:
    """Whether people were asked at once if a mail was the answer."""
    times = (
        instant(row["at"])
        for row in register.tables["matters"]
        if row["kind"] == "answer"
        and register.by_id[row["case_id"]]["reference"] == reference
    )
    first, last = between
    return any(when is not None and first <= when <= last for when in times)


def _times(log: Log, act: Act) -> defaultdict[str, set[datetime]]:
    found: defaultdict[str, set[datetime]] = defaultdict(set)
    for each in log.done:
        if each.act is act:
            found[each.reference].add(each.at)
    return found


def _stages(register: Register) -> Iterator[tuple[str, Row]]:
    yield from register.cases.items()
    for row in register.tables["stages"]:
        yield register.by_id[row["case_id"]]["reference"], row


def _closed(log: Log, register: Register) -> Iterator[Finding]:
    by_people = _times(log, Act.CLOSED)
    for reference, case in register.cases.items():
        at = instant(case["closed_at"])
        if at is None:
            continue
        is_by_hand = any(
            done <= at <= log.noticed_by(done) for done in by_people[reference]
        )
        if is_by_hand:
            continue
        if case["outcome"] not in BY_ITSELF:
            yield Finding(CHECK, reference, f"nobody closed it at {at}")
        elif not _was_quiet(case, at, register):
            yield Finding(CHECK, reference, f"it was closed at {at}, and not quiet")


def _was_quiet(case: Row, closed_at: datetime, register: Register) -> bool:
    """Nothing is owed in it, and nothing happened for thirty days."""
    is_owed = case["answered_at"] is None and case["respond_by"] is not None
    times = [case["acknowledged_at"], case["answered_at"]]
    times += [row["received_at"] for row in register.messages_of.get(case["id"], [])]
    last = max(when for each in times if (when := instant(each)) is not None)
    return not is_owed and closed_at - last >= QUIET
