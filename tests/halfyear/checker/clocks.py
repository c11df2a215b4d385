"""No clock is wrong by a day: every due date is counted once more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.register import Register
from tests.halfyear.log import Act, Kind, Log
from tests.torture.oracle.rows import Row, instant

CHECK = "clocks"
ACKNOWLEDGE_DAYS, RESPOND_DAYS, HOLDING_DAYS = 2, 10, 10


@dataclass(frozen=True, slots=True)
class Counted:
    """Both due dates as the policy has them."""

    acknowledge_by: datetime
    respond_by: datetime


def clocks(log: Log, register: Register) -> Iterator[Finding]:
    """Check both due dates of every case, and what its clocks begin with."""
    arrivals = {
        place: each.at
        for each in log.arrived
        for place in ((each.uidvalidity, each.uid), each.moved_to)
    }
    for case in register.cases.values():
        begun = instant(case["clock_from"])
        messages = register.messages_of.get(case["id"], [])
        times = {arrivals.get((m["uidvalidity"], m["uid"])) for m in messages}
        if case["channel"] == "mail" and begun not in times:
            yield _about(case, f"its clocks begin at {begun}, when no mail arrived")
        if not _is_escalated_later(case) and begun != instant(case["opened_at"]):
            yield _about(case, "its clocks do not begin with the complaint")
        yield from _wrong_dates(case, log)
        yield from _wrong_extension(case, log, register)
    yield from _unescalated(log, register)


def _about(case: Row, words: str) -> Finding:
    return Finding(CHECK, str(case["reference"]), words)


def _is_escalated_later(case: Row) -> bool:
    return case["escalated_at"] not in {None, case["recorded_at"]}


def _wrong_dates(case: Row, log: Log) -> Iterator[Finding]:
    counted = _counted(case, log)
    acknowledge_by = instant(case["acknowledge_by"])
    if acknowledge_by != counted.acknowledge_by:
        words = f"acknowledge by {acknowledge_by}, counted {counted.acknowledge_by}"
        yield _about(case, words)
    respond_by = instant(case["respond_by"])
    if respond_by is None or case["extended_until"] is not None:
        return
    if respond_by != counted.respond_by:
        yield _about(case, f"answer by {respond_by}, counted {counted.respond_by}")


def _counted(case: Row, log: Log) -> Counted:
    """Count by the calendar that counted when the case was decided, then by each
    other one that came into force while it was open.
    """
    begun = instant(case["clock_from"])
    decided = instant(case["escalated_at"]) or instant(case["recorded_at"])
    assert begun is not None
    assert decided is not None
    working = log.calendars.at(decided)
    acknowledge_by = working.due(begun, ACKNOWLEDGE_DAYS)
    respond_by = working.due(acknowledge_by, RESPOND_DAYS)
    for changed_at, changed in log.calendars.since:
        if changed_at <= decided or not _is_open(case, changed_at):
            continue
        again = changed.due(begun, ACKNOWLEDGE_DAYS)
        acknowledged = instant(case["acknowledged_at"])
        if acknowledged is None or acknowledged > changed_at:
            acknowledge_by = again
        respond_by = changed.due(again, RESPOND_DAYS)
    return Counted(acknowledge_by, respond_by)


def _is_open(case: Row, at: datetime) -> bool:
    over = (instant(case[name]) for name in ("answered_at", "closed_at"))
    return not any(when is not None and when <= at for when in over)


def _wrong_extension(case: Row, log: Log, register: Register) -> Iterator[Finding]:
    """A later date is one that a person set, or that a letter told."""
    until = instant(case["extended_until"])
    if until is None:
        return
    if instant(case["respond_by"]) != until:
        yield _about(case, "its later date is not the one that counts")
    by_hand = {
        each.until for each in log.done if _extends(each.act, each.reference, case)
    }
    told = set()
    for row in register.tables["holdings"]:
        if row["case_id"] != case["id"] or row["letter"] is None:
            continue
        at, due = instant(row["at"]), instant(row["due"])
        assert at is not None
        assert due is not None
        told.add(log.calendars.at(at).due(max(at, due), HOLDING_DAYS))
    if until not in by_hand | told:
        yield _about(case, f"nobody set {until} for its answer")


def _extends(act: Act, reference: str, case: Row) -> bool:
    return act is Act.EXTENDED and reference == case["reference"]


def _unescalated(log: Log, register: Register) -> Iterator[Finding]:
    """Whoever asked for a Director in a known case got the last step."""
    for arrived in log.arrived:
        case = register.cases.get(arrived.mail.about or "")
        if arrived.mail.kind is not Kind.REVIEW or case is None:
            continue
        if case["escalated_at"] is None:
            yield _about(case, "a review was asked for, and there is none")
