"""A digest in words: headlines and tables, the same for the mail and the terminal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from triage.digest.health import Health
from triage.digest.model import Digest
from triage.reply import Table
from triage.ruleset import Ruleset
from triage.store import (
    Duty,
    DutyKind,
    Finished,
    Flagged,
    Listed,
    Stage,
    State,
    Unacknowledged,
    Unread,
    Unsettled,
    Waiting,
)
from triage.workdays import day_words

SHOWN_OF_HASH = 16
NOBODY = "no owner"
_OWED = {
    DutyKind.ACKNOWLEDGE: "acknowledgement",
    DutyKind.RESPOND: "answer",
    DutyKind.REQUEST: "data request",
}

T = TypeVar("T")
Row = tuple[str, ...]


def headlines(digest: Digest, ruleset: Ruleset) -> tuple[str, ...]:
    """Say in a few sentences whether a person is needed, the worst first."""
    return tuple(_Wording(digest, ruleset).headlines())


def tables_of(digest: Digest, ruleset: Ruleset) -> tuple[Table, ...]:
    """Lay a digest out; an empty list is one sentence."""
    return tuple(_Wording(digest, ruleset).tables())


def needs_of(health: Health, now: datetime) -> Iterator[str]:
    """Say what is not well with the program, each in a sentence."""
    if health.refused is not None and not health.refused.is_answered_for:
        yield "changed rules or templates are refused: triage status"
    if health.mailbox_read_at is None:
        yield "the mailbox was never read: is the daemon running?"
    elif health.is_mailbox_silent:
        silent = how_long((now - health.mailbox_read_at).total_seconds())
        yield f"the mailbox was not read for {silent}: is the daemon running?"
    if unaccounted := sum(each.unaccounted for each in health.balances):
        yield f"{_number(unaccounted, 'mail')} in the mailbox not accounted for"
    if health.breaker_is_open:
        yield "replies are held, too many went out: triage outbox list"


def how_long(seconds: float) -> str:
    """Say a stretch of time in minutes, hours or days."""
    minutes = int(seconds // 60)
    if minutes < 2 * 60:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 2 * 24 else f"{hours // 24} days"


@dataclass(frozen=True, slots=True)
class _List:
    """How one list is laid out."""

    title: str
    nothing: str
    headings: Row
    all_of_it: str
    """The command that shows every row."""
    note: str = ""
    """What else can be done about each row."""
    is_pressing: bool = False


@dataclass
class _Wording:
    digest: Digest
    ruleset: Ruleset
    titles: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.titles = {id_: route.title for id_, route in self.ruleset.routes.items()}

    def headlines(self) -> Iterator[str]:
        digest = self.digest
        yield f"As it is on {self._moment(digest.at)}."
        yield from (f"{need[0].upper()}{need[1:]}." for need in self._needs())
        yield self._owing(digest.overdue, "overdue")
        yield self._owing(digest.due_today, "due today")
        waiting = [
            _number(number, one, many)
            for number, one, many in (
                (digest.unacknowledged.count, "acknowledgement", None),
                (digest.to_approve.count, "reply to approve", "replies to approve"),
                (digest.doubtful.count, "letter in doubt", "letters in doubt"),
                (digest.set_aside.count, "mail set aside", "mails set aside"),
                (digest.unsettled.count, "matter to look at", "matters to look at"),
            )
            if number
        ]
        if waiting:
            yield f"A person must see to: {', '.join(waiting)}."
        yield (
            f"{_number(digest.came_in.cases, 'case')} came in, "
            f"{digest.answered.count} answered, {digest.closed.count} closed since "
            f"{self._moment(digest.period.since)}."
        )

    def _needs(self) -> Iterator[str]:
        return needs_of(self.digest.health, self.digest.at)

    def _owing(self, owed: Listed[Duty], when: str) -> str:
        if not owed.count:
            return f"Nothing is {when}."
        parts = [
            _number(owed.by[kind], what)
            for kind, what in _OWED.items()
            if kind in owed.by
        ]
        *before, last = parts
        said = f"{', '.join(before)} and {last}" if before else last
        return f"{said} {'is' if owed.count == 1 else 'are'} {when}."

    def tables(self) -> Iterator[Table]:
        yield from self._due_dates()
        yield from self._to_do()
        yield from self._to_look_at()
        yield self._came_in()
        yield from self._done()
        yield self._health()

    def _due_dates(self) -> Iterator[Table]:
        digest = self.digest
        next_day = day_words(digest.next_until, digest.today)
        headings = ("Case", "Owed", "Due", "Route", "Owner", "Next step")
        for listed, title, nothing in (
            (digest.overdue, "Overdue", "Nothing is overdue."),
            (digest.due_today, "Due today", "Nothing is due today."),
            (
                digest.due_next,
                f"Due by {next_day}",
                f"Nothing else is due by {next_day}.",
            ),
        ):
            laid_out = _List(
                title,
                nothing,
                headings,
                "triage case list --open",
                is_pressing=listed is digest.overdue,
            )
            yield _table(listed, laid_out, self._owed)

    def _to_do(self) -> Iterator[Table]:
        digest = self.digest
        yield _table(
            digest.unacknowledged,
            _List(
                "To be acknowledged by a person",
                "Everybody is acknowledged, or a letter is on its way.",
                ("Case", "Due", "Why", "Owner", "Next step"),
                "triage case list --debt",
            ),
            self._debt,
        )
        folder = self.ruleset.tables.modes.approved_folder
        yield _table(
            digest.to_approve,
            _List(
                "Replies that wait for approval",
                "No reply waits for approval.",
                ("Letter", "Case", "To go out by", "Route", "Next step"),
                "triage outbox list",
                note="Or move the complaint, in your mail program, into the folder "
                f"{folder}."
                if folder
                else "",
            ),
            self._to_approve,
        )
        yield _table(
            digest.doubtful,
            _List(
                "Letters that may not have arrived",
                "No letter is in doubt.",
                ("Letter", "Case", "State", "Since", "Next step"),
                "triage outbox list",
            ),
            self._doubtful,
        )
        yield _table(
            digest.set_aside,
            _List(
                "Mails set aside for a person to read",
                "No mail is set aside.",
                ("Mail", "Received", "Read by", "Why"),
                "triage case list --other",
            ),
            self._unread,
        )

    def _to_look_at(self) -> Iterator[Table]:
        digest = self.digest
        yield _table(
            digest.flagged,
            _List(
                "Open cases with flags",
                "No open case has a flag.",
                ("Case", "Flags", "Received", "Route", "Owner", "Next step"),
                "triage case list --open",
            ),
            self._flagged,
        )
        yield _table(
            digest.unsettled,
            _List(
                "Matters that a person must look at",
                "No matter waits for a person.",
                ("Case", "What", "Since", "Owner", "Next step"),
                "triage due --json",
            ),
            self._unsettled,
        )

    def _came_in(self) -> Table:
        came_in, since = self.digest.came_in, self._moment(self.digest.period.since)
        others = (
            ("follow-ups to known cases", came_in.follow_ups),
            ("automatic mail, only recorded", came_in.automatic),
            ("copies of mail that was known", came_in.duplicates),
            ("mail set aside", came_in.set_aside),
        )
        rows = [
            (self.titles.get(route, route or "no route yet"), str(number))
            for route, number in came_in.by_route.items()
        ]
        rows += [(what, str(number)) for what, number in others if number]
        return Table(
            title=f"Came in since {since}",
            count=came_in.cases,
            headings=("What", "Number") if rows else (),
            rows=tuple(rows),
            note="" if rows else f"Nothing came in since {since}.",
        )

    def _done(self) -> Iterator[Table]:
        since = self._moment(self.digest.period.since)
        yield _table(
            self.digest.answered,
            _List(
                f"Answered since {since}",
                f"Nothing was answered since {since}.",
                ("Case", "Answered", "Route", "Owner"),
                "triage case list",
            ),
            self._finished,
        )
        yield _table(
            self.digest.closed,
            _List(
                f"Closed since {since}",
                f"Nothing was closed since {since}.",
                ("Case", "Closed", "Outcome", "Owner"),
                "triage case list",
            ),
            lambda case: self._finished(case, by_outcome=True),
        )

    def _health(self) -> Table:
        needs = tuple(self._needs())
        return Table(
            title="The program",
            count=None,
            headings=("Part", "How it is"),
            rows=tuple(self._facts()),
            note="" if needs else "All is well.",
            is_pressing=bool(needs),
        )

    def _facts(self) -> Iterator[Row]:
        health = self.digest.health
        read_at = health.mailbox_read_at
        yield "Mailbox", f"read {self._moment(read_at)}" if read_at else "never read"
        yield "Ledger", self._ledger()
        in_force = health.in_force
        if in_force is None:
            yield "Rules", "none in force yet"
        else:
            since, by = self._moment(in_force.at), _plain(in_force.by)
            short = in_force.hash[:SHOWN_OF_HASH]
            yield "Rules", f"edition {short} since {since} ({in_force.how} by {by})"
        if health.refused is not None:
            yield "Changed rules", f"refused {self._moment(health.refused.trial.at)}"
        waiting = [f"{number} {state}" for state, number in health.outbox.items()]
        yield "Outbox", ", ".join(waiting) or "nothing waits"
        held = "open: replies are held" if health.breaker_is_open else "closed"
        yield "Breaker", held
        yield "Open cases", str(self.digest.open_cases)
        yield "Audit log", f"its latest hash is {health.audit_head[:SHOWN_OF_HASH]}"

    def _ledger(self) -> str:
        balances = self.digest.health.balances
        if not balances:
            return "never balanced"
        at = self._moment(min(each.at for each in balances))
        if all(each.is_even for each in balances):
            return f"balanced {at}: every mail is accounted for"
        unaccounted = sum(each.unaccounted for each in balances)
        lingering = sum(each.lingering for each in balances)
        return f"{at}: {unaccounted} not accounted for, {lingering} filed and back"

    def _owed(self, owed: Duty) -> Row:
        what = _OWED[owed.kind]
        if owed.stage is Stage.LAST and owed.kind is DutyKind.RESPOND:
            what = "final answer"
        step = f"triage case show {owed.reference}"
        if owed.letter is not None:
            step = f"triage outbox approve {owed.letter}"
        elif owed.kind is DutyKind.ACKNOWLEDGE:
            step = f"triage case acknowledged {owed.reference}"
        owner = _owner(owed.owner)
        due, route = self._day(owed.due), self._route(owed.route)
        return owed.reference, what, due, route, owner, step

    def _debt(self, debt: Unacknowledged) -> Row:
        step = f"triage case acknowledged {debt.reference}"
        if debt.to_approve is not None:
            step = f"triage outbox approve {debt.to_approve}"
        elif debt.to_look_at is not None:
            step = f"triage outbox show {debt.to_look_at}"
        why = "; ".join(debt.why)
        return debt.reference, self._day(debt.due), why, _owner(debt.owner), step

    def _to_approve(self, letter: Waiting) -> Row:
        return (
            str(letter.letter),
            letter.reference or "no case",
            self._day(letter.due),
            self._route(letter.route),
            f"triage outbox approve {letter.letter}",
        )

    def _doubtful(self, letter: Waiting) -> Row:
        state = "held after it was sent" if letter.state is State.HELD else letter.state
        return (
            str(letter.letter),
            letter.reference or "no case",
            state,
            self._day(letter.since),
            f"triage outbox show {letter.letter}",
        )

    def _unread(self, mail: Unread) -> Row:
        return (
            f"{mail.folder} {mail.uid}",
            self._day(mail.received_at),
            self._day(mail.due),
            mail.reason,
        )

    def _flagged(self, case: Flagged) -> Row:
        return (
            case.reference,
            ", ".join(case.flags),
            self._day(case.opened_at),
            self._route(case.route),
            _owner(case.owner),
            f"triage case show {case.reference}",
        )

    def _unsettled(self, matter: Unsettled) -> Row:
        return (
            matter.reference,
            matter.kind,
            self._day(matter.since),
            _owner(matter.owner),
            f"triage case show {matter.reference}",
        )

    def _finished(self, case: Finished, *, by_outcome: bool = False) -> Row:
        what = case.outcome or "none" if by_outcome else self._route(case.route)
        return case.reference, self._day(case.at), what, _owner(case.owner)

    def _route(self, route: str | None) -> str:
        return route or "no route"

    def _day(self, at: datetime | None) -> str:
        if at is None:
            return "no date"
        day, today = self.ruleset.calendar.date_of(at), self.digest.today
        year = f" {day.year}" if day.year != today.year else ""
        return f"{day:%a} {day.day} {day:%b}{year}"

    def _moment(self, at: datetime) -> str:
        here = at.astimezone(self.ruleset.calendar.timezone)
        return f"{self._day(at)}, {here:%H:%M}"


def _table(listed: Listed[T], laid_out: _List, row: Callable[[T], Row]) -> Table:
    if not listed.count:
        return Table(laid_out.title, 0, (), (), laid_out.nothing)
    more = f"and {listed.more} more: {laid_out.all_of_it}" if listed.more else ""
    return Table(
        title=laid_out.title,
        count=listed.count,
        headings=laid_out.headings,
        rows=tuple(tuple(map(_plain, row(each))) for each in listed.rows),
        note=" ".join(filter(None, (more, laid_out.note))),
        is_pressing=laid_out.is_pressing,
    )


def _number(number: int, thing: str, things: str | None = None) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {things or f'{thing}s'}"


def _owner(owner: str | None) -> str:
    return owner or NOBODY


def _plain(text: str) -> str:
    """Make one line of a text; an address is broken, so that no program links it."""
    line = " ".join(text.split()).replace("@", " at ")
    return "".join(each if each.isprintable() else "\ufffd" for each in line) or "-"
