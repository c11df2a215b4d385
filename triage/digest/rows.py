"""The rows of a digest in words: references, routes, days, owners, the next command."""

from dataclasses import dataclass
from datetime import date, datetime

from triage.digest.period import Period
from triage.store import (
    Debt,
    Duty,
    DutyKind,
    Finished,
    Flagged,
    Pending,
    Request,
    RestrictionState,
    Stage,
    State,
    Unread,
    Unsettled,
    Waiting,
)
from triage.workdays import Calendar, day_words

NOBODY = "no owner"
OWED = {
    DutyKind.ACKNOWLEDGE: "acknowledgement",
    DutyKind.RESPOND: "answer",
    DutyKind.REQUEST: "data request",
}

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Words rows as they are read on a day."""

    today: date
    calendar: Calendar

    def owed(self, owed: Duty) -> Row:
        what = OWED[owed.kind]
        if owed.stage is Stage.LAST and owed.kind is DutyKind.RESPOND:
            what = "final answer"
        step = f"triage case show {owed.reference}"
        if owed.letter is not None:
            step = f"triage outbox approve {owed.letter}"
        elif owed.kind is DutyKind.ACKNOWLEDGE:
            step = f"triage case acknowledged {owed.reference}"
            if owed.is_on_its_way:
                step = f"triage case show {owed.reference}"
        owner = _owner(owed.owner)
        due, route = self.day(owed.due), self.route(owed.route)
        return owed.reference, what, due, route, owner, step

    def debt(self, debt: Debt) -> Row:
        step = f"triage case acknowledged {debt.reference}"
        if debt.letter is not None:
            act = "approve" if debt.is_for_approval else "show"
            step = f"triage outbox {act} {debt.letter}"
        due, why = self.day(debt.acknowledge_by), "; ".join(debt.in_short)
        return debt.reference, due, why, _owner(debt.owner), step

    def to_approve(self, letter: Waiting) -> Row:
        return (
            f"letter {letter.letter}",
            letter.reference or "no case",
            self.day(letter.due),
            self.route(letter.route),
            f"triage outbox approve {letter.letter}",
        )

    def doubtful(self, letter: Waiting) -> Row:
        state = "held after it was sent" if letter.state is State.HELD else letter.state
        return (
            f"letter {letter.letter}",
            letter.reference or "no case",
            state,
            self.day(letter.since),
            f"triage outbox show {letter.letter}",
        )

    def unread(self, mail: Unread) -> Row:
        return (
            f"{mail.folder} {mail.uid}",
            self.day(mail.received_at),
            self.day(mail.due),
            mail.reason,
        )

    def flagged(self, case: Flagged) -> Row:
        return (
            case.reference,
            ", ".join(case.flags),
            self.day(case.opened_at),
            self.route(case.route),
            _owner(case.owner),
            f"triage case show {case.reference}",
        )

    def unsettled(self, matter: Unsettled) -> Row:
        return (
            matter.reference,
            matter.kind,
            self.day(matter.since),
            _owner(matter.owner),
            f"triage case show {matter.reference}",
        )

    def request(self, request: Request) -> Row:
        return (
            request.reference,
            request.kind,
            self.day(request.due),
            _owner(request.owner),
            "triage subject requests",
        )

    def restriction(self, pending: Pending) -> Row:
        is_proposed = pending.state is RestrictionState.PROPOSED
        act = "approve" if is_proposed else "renew"
        return (
            pending.reference,
            pending.kind,
            pending.state,
            day_words(pending.review_on),
            f"triage sender {act} {pending.number}",
        )

    def to_erase(self, reference: str) -> Row:
        return reference, f"triage case show {reference}"

    def answered(self, case: Finished) -> Row:
        day, route = self.day(case.at), self.route(case.route)
        return case.reference, day, route, _owner(case.owner)

    def closed(self, case: Finished) -> Row:
        day, outcome = self.day(case.at), case.outcome or "none"
        return case.reference, day, outcome, _owner(case.owner)

    def route(self, route: str | None) -> str:
        return route or "no route"

    def day(self, at: datetime | None) -> str:
        if at is None:
            return "no date"
        return self.day_of(self.calendar.date_of(at))

    def day_of(self, day: date) -> str:
        year = f" {day.year}" if day.year != self.today.year else ""
        return f"{day:%a} {day.day} {day:%b}{year}"

    def moment(self, at: datetime) -> str:
        here = at.astimezone(self.calendar.timezone)
        return f"{self.day(at)}, {here:%H:%M}"

    def period(self, period: Period) -> str:
        return f"from {self.moment(period.since)} to {self.moment(period.until)}"


def _owner(owner: str | None) -> str:
    return owner or NOBODY


def plain(text: str) -> str:
    """Make one line of a text; an address is broken, so that no program links it."""
    line = " ".join(text.split()).replace("@", " at ")
    return "".join(each if each.isprintable() else "\ufffd" for each in line) or "-"
