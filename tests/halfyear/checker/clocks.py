"""No clock is wrong by a day: every due date is counted once more."""

from collections.abc import Iterator

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.register import Register, Row, instant
from tests.halfyear.log import Kind, Log

CHECK = "clocks"
ACKNOWLEDGE_DAYS, RESPOND_DAYS = 2, 10


def clocks(log: Log, register: Register) -> Iterator[Finding]:
    """Check both due dates of every case, and what its clocks begin with."""
    arrivals = {(each.uidvalidity, each.uid): each.at for each in log.arrived}
    for case in register.cases.values():
        begun = instant(case["clock_from"])
        messages = register.messages_of.get(case["id"], [])
        times = {arrivals.get((m["uidvalidity"], m["uid"])) for m in messages}
        if case["channel"] == "mail" and begun not in times:
            yield _about(case, f"its clocks begin at {begun}, when no mail arrived")
        if case["escalated_at"] is None and begun != instant(case["opened_at"]):
            yield _about(case, "its clocks do not begin with the complaint")
        yield from _wrong_dates(case, log)
    yield from _unescalated(log, register)


def _about(case: Row, words: str) -> Finding:
    return Finding(CHECK, str(case["reference"]), words)


def _wrong_dates(case: Row, log: Log) -> Iterator[Finding]:
    begun = instant(case["clock_from"])
    assert begun is not None
    decided = instant(case["escalated_at"]) or instant(case["recorded_at"]) or begun
    working = log.calendars.at(decided)
    acknowledge_by = instant(case["acknowledge_by"])
    expected = working.due(begun, ACKNOWLEDGE_DAYS)
    if acknowledge_by != expected:
        yield _about(case, f"acknowledge by {acknowledge_by}, counted {expected}")
    respond_by = instant(case["respond_by"])
    if respond_by is None or case["extended_until"] is not None:
        return
    counted = working.due(expected, RESPOND_DAYS)
    if respond_by != counted:
        yield _about(case, f"answer by {respond_by}, counted {counted}")


def _unescalated(log: Log, register: Register) -> Iterator[Finding]:
    """Whoever asked for a Director in a known case got the last step."""
    for arrived in log.arrived:
        case = register.cases.get(arrived.mail.about or "")
        if arrived.mail.kind is not Kind.REVIEW or case is None:
            continue
        if case["escalated_at"] is None:
            yield _about(case, "a review was asked for, and there is none")
