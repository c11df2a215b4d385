"""A digest in tables, the same for the mail and the terminal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from triage.digest.model import Digest
from triage.digest.needs import ledger_in_words, needs_of
from triage.digest.rows import Row, Rows, plain
from triage.reply import Table
from triage.ruleset import Policy
from triage.store import Listed

SHOWN_OF_HASH = 16
DEBT = "triage case list --debt"
OPEN = "triage case list --open"
OTHER = "triage case list --other"
LETTERS = "triage outbox list"
OVERDUE = "triage case list --overdue"
ANSWERED = "triage case list --answered"
CLOSED = "triage case list --closed"
FLAGGED = "triage case list --open --flag any"
MATTERS = "triage case list --matters"
REQUESTS = "triage subject requests"
TO_ERASE = "triage retention list"

T = TypeVar("T")


def tables_of(digest: Digest, policy: Policy) -> Iterator[Table]:
    """Lay a digest out; an empty list is one sentence."""
    rows = Rows(digest.today, policy.calendar)
    yield from _due(digest, rows)
    yield from _to_do(digest, rows, policy.tables.modes.approved_folder)
    yield from _to_look_at(digest, rows)
    yield _came_in(digest, rows, policy)
    yield from _done(digest, rows)
    yield _program(digest, rows)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the rows of a list."""

    title: str
    nothing: str
    headings: Row
    all_of_it: str
    """The command that shows every row."""
    note: str = ""
    """What else can be done about each row."""
    is_pressing: bool = False

    def around(self, listed: Listed[T], row: Callable[[T], Row]) -> Table:
        if not listed.count:
            return Table(self.title, 0, (), (), self.nothing)
        more = f"and {listed.more} more: {self.all_of_it}" if listed.more else ""
        return Table(
            title=self.title,
            count=listed.count,
            headings=self.headings,
            rows=tuple(tuple(map(plain, row(each))) for each in listed.rows),
            note=". ".join(filter(None, (more, self.note))),
            is_pressing=self.is_pressing,
        )


def _due(digest: Digest, rows: Rows) -> Iterator[Table]:
    last = rows.day_of(digest.next_until)
    headings = ("Case", "Owed", "Due", "Route", "Owner", "Next step")
    late = _Frame("Overdue", "Nothing is overdue.", headings, OVERDUE, is_pressing=True)
    today = _Frame("Due today", "Nothing is due today.", headings, OPEN)
    soon = _Frame(f"Due by {last}", f"Nothing else is due by {last}.", headings, OPEN)
    yield late.around(digest.overdue, rows.owed)
    yield today.around(digest.due_today, rows.owed)
    yield soon.around(digest.due_next, rows.owed)


def _to_do(digest: Digest, rows: Rows, approved_folder: str | None) -> Iterator[Table]:
    yield _Frame(
        "To be acknowledged by a person",
        "Everybody is acknowledged, or a letter is on its way.",
        ("Case", "Due", "Why", "Owner", "Next step"),
        DEBT,
    ).around(digest.unacknowledged, rows.debt)
    move = "Or move the complaint, in your mail program, into the folder"
    yield _Frame(
        "Replies that wait for approval",
        "No reply waits for approval.",
        ("Letter", "Case", "To go out by", "Route", "Next step"),
        LETTERS,
        note=f'{move} "{plain(approved_folder)}".' if approved_folder else "",
    ).around(digest.to_approve, rows.to_approve)
    yield _Frame(
        "Letters that may not have arrived",
        "No letter is in doubt.",
        ("Letter", "Case", "State", "Since", "Next step"),
        LETTERS,
    ).around(digest.doubtful, rows.doubtful)
    yield _Frame(
        "Mails set aside for a person to read",
        "No mail is set aside.",
        ("Mail", "Received", "Read by", "Why"),
        OTHER,
    ).around(digest.set_aside, rows.unread)


def _to_look_at(digest: Digest, rows: Rows) -> Iterator[Table]:
    yield _Frame(
        "Open cases with flags",
        "No open case has a flag.",
        ("Case", "Flags", "Received", "Route", "Owner", "Next step"),
        FLAGGED,
    ).around(digest.flagged, rows.flagged)
    yield _Frame(
        "Matters that a person must look at",
        "No matter waits for a person.",
        ("Case", "What", "Since", "Owner", "Next step"),
        MATTERS,
        note="Once you have looked: triage case settle REFERENCE",
    ).around(digest.unsettled, rows.unsettled)
    yield _Frame(
        "Requests about personal data",
        "No request about personal data is open.",
        ("Case", "What", "Due", "Owner", "Next step"),
        REQUESTS,
        note="Once it is answered: triage subject done ID",
    ).around(digest.requests, rows.request)
    yield _Frame(
        "Restrictions to decide about",
        "No restriction waits for approval or review.",
        ("Case", "What", "State", "Until", "Next step"),
        "triage sender restrictions",
    ).around(digest.restrictions, rows.restriction)
    yield _Frame(
        "Closed cases to be erased",
        "No closed case waits to be erased.",
        ("Case", "To look at it"),
        TO_ERASE,
        note="Once you have looked: triage retention approve",
    ).around(digest.to_erase, rows.to_erase)


def _came_in(digest: Digest, rows: Rows, policy: Policy) -> Table:
    came_in, when = digest.came_in, rows.period(digest.period)
    titles = {id_: route.title for id_, route in policy.routes.items()}
    found = [
        (plain(titles.get(route, route or "no route yet")), str(number))
        for route, number in came_in.by_route.items()
    ]
    found += [
        (what, str(number))
        for what, number in (
            ("Follow-ups to known cases", came_in.follow_ups),
            ("Automatic mail, only recorded", came_in.automatic),
            ("Copies of mail that was known", came_in.duplicates),
            ("Mail set aside", came_in.set_aside),
        )
        if number
    ]
    return Table(
        title=f"Came in {when}",
        count=came_in.cases,
        headings=("What", "Number"),
        rows=tuple(found),
        note="" if found else f"Nothing came in {when}.",
    )


def _done(digest: Digest, rows: Rows) -> Iterator[Table]:
    when = rows.period(digest.period)
    yield _Frame(
        f"Answered {when}",
        f"Nothing was answered {when}.",
        ("Case", "Answered", "Route", "Owner"),
        ANSWERED,
    ).around(digest.answered, rows.answered)
    yield _Frame(
        f"Closed {when}",
        f"Nothing was closed {when}.",
        ("Case", "Closed", "Outcome", "Owner"),
        CLOSED,
    ).around(digest.closed, rows.closed)


def _program(digest: Digest, rows: Rows) -> Table:
    is_well = not tuple(needs_of(digest.health, digest.at))
    facts = tuple((part, plain(how)) for part, how in _facts(digest, rows))
    return Table(
        title="The program",
        count=None,
        headings=("Part", "How it is"),
        rows=facts,
        note="The program is well." if is_well else "",
        is_pressing=not is_well,
    )


def _facts(digest: Digest, rows: Rows) -> Iterator[tuple[str, str]]:
    health = digest.health
    read_at, in_force = health.mailbox_read_at, health.in_force
    yield "Mailbox", f"read {rows.moment(read_at)}" if read_at else "never read"
    yield "Ledger", ledger_in_words(health.balances, rows.moment)
    if in_force is None:
        yield "Rules", "none in force yet"
    else:
        since = f"since {rows.moment(in_force.at)} ({in_force.how} by {in_force.by})"
        yield "Rules", f"edition {in_force.hash} {since}"
    if health.refused is not None:
        yield "Changed rules", f"refused {rows.moment(health.refused.trial.at)}"
    waiting = [f"{number} {state}" for state, number in health.outbox.items()]
    yield "Outbox", ", ".join(waiting) or "nothing waits"
    held = health.breaker_is_open
    yield "Breaker", "open: replies are held" if held else "closed"
    yield "Open cases", str(digest.open_cases)
    yield "Audit log", f"its latest hash is {health.audit_head[:SHOWN_OF_HASH]}"
