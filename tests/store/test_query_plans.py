"""The usual questions read what is open or asked for, not everything that ever was.

Every statement that a question runs is explained by SQLite itself. Reading a whole
table of what grows without end is refused, and so is a whole index of it, unless that
is an index of only what is open, or has the open ones first and is left after a page.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.store.making import NOW, make_inquiry, make_letter, make_record, record_case
from triage.store import CaseQuery, CaseState, Deed, Inbox, Sort, State, Store
from triage.store.handed_in import Spot
from triage.store.moving import Claim
from triage.store.watches import Watch

REFERENCE = "CMP-2026-00001"
INBOX = Inbox("complaints@imap.example", "INBOX")
SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$")
GROWS = frozenset(
    {
        "cases",
        "messages",
        "outbox",
        "raws",
        "evidence",
        "decisions",
        "moves",
        "audit",
        "people",
        "identities",
        "parties",
        "particulars",
        "notes",
        "stages",
        "sent_mails",
        "handed_in",
        "watched",
    }
)
THE_LAST_ROW = "ORDER BY id DESC LIMIT 1"
LATER, EARLIER = NOW + timedelta(days=3), NOW - timedelta(days=1)

A_LOOK = Watch(uidvalidity=1, uidnext=2, since=NOW, at=NOW)


def first_page(**asked: object) -> Callable[[Store], object]:
    return lambda store: store.cases.search(CaseQuery(limit=50, **asked))  # type: ignore[arg-type]


QUESTIONS: dict[str, Callable[[Store], object]] = {
    "what is owed": lambda store: store.duties.due(NOW, LATER),
    "debts": lambda store: store.cases.debts(),
    "what does not come out": lambda store: store.balances.amiss(NOW),
    "what is on its way": lambda store: store.outbox.waiting(NOW),
    "what was added since": lambda store: store.counting.since(store.counting.mark()),
    "which letter waits longest": lambda store: store.counting.oldest_due(NOW),
    "to be acknowledged": lambda store: store.overview.unacknowledged(20),
    "to approve": lambda store: store.overview.to_approve(20),
    "whom a report may mean": lambda store: store.outbox.reported_case(
        ("parent@post.example",), NOW
    ),
    "in doubt": lambda store: store.overview.doubtful(20),
    "set aside": lambda store: store.overview.set_aside(20),
    "flagged": lambda store: store.overview.flagged(("legal",), 20),
    "matters": lambda store: store.overview.unsettled(20),
    "how many are open": lambda store: store.overview.open_cases(),
    "came in": lambda store: store.happened.came_in(EARLIER, NOW),
    "answered": lambda store: store.happened.answered(EARLIER, NOW, 20),
    "closed": lambda store: store.happened.closed(EARLIER, NOW, 20),
    "what nobody serves": lambda store: store.mailboxes.left(()),
    "letters by state": lambda store: store.outbox.counted(),
    "uncertain letters": lambda store: store.outbox.uncertain(),
    "letters in some states": lambda store: store.outbox.listed(State.HELD),
    "next letter": lambda store: store.outbox.claim(
        NOW, Claim(owner="x", deadline=LATER)
    ),
    "claims that ran out": lambda store: store.outbox.reclaim(NOW),
    "mails left in folders for approval": lambda store: store.handed_in.left_alone(),
    "mails decided about": lambda store: store.handed_in.known("Approved", 1),
    "mails that go back": lambda store: store.handed_in.to_move("Approved", 1),
    "mails that are gone": lambda store: store.handed_in.mark_gone(
        [Spot("Approved", 1, 5)], NOW
    ),
    "a look at a folder for approval": lambda store: store.handed_in.note_look(
        "Approved", 1, (5,), NOW
    ),
    "mails that were looked at": lambda store: store.watches.seen("Sent", 1),
    "a look at a folder of sent mail": lambda store: store.watches.note("Sent", A_LOOK),
    "not filed yet": lambda store: store.ledger.unfiled(INBOX),
    "known mails": lambda store: store.ledger.known(INBOX, 1, (5, 6)),
    "mails whose UIDs are given again": lambda store: store.ledger.retire_given_again(
        INBOX, 1, 9, (5, 6), NOW
    ),
    "a case": lambda store: store.cases.show(REFERENCE),
    "recall": lambda store: store.recall(
        make_inquiry(7, core="c", verified=(REFERENCE,), fingerprint=b"x")
    ),
    "record": lambda store: store.record(make_record(8)),
    "follow-up": lambda store: store.record(
        make_record(9, decided={"case": REFERENCE})
    ),
    "acknowledge": lambda store: store.register.acknowledge(
        REFERENCE, Deed(at=NOW, by="Ann", act="acknowledge")
    ),
    "list open": first_page(state=CaseState.OPEN),
    "list answered": first_page(state=CaseState.ANSWERED),
    "list closed": first_page(state=CaseState.CLOSED),
    "list by owner": first_page(owner="Ann"),
    "list by route": first_page(route="review"),
    "list flagged": first_page(flag="any"),
    "list lacking": first_page(missing="any"),
    "list of late": first_page(opened_from=EARLIER),
    "list closed, the latest first": first_page(
        state=CaseState.CLOSED, sort=Sort.CLOSED
    ),
    "list open by route": first_page(route="review", state=CaseState.OPEN),
    "list overdue": first_page(due_before=NOW),
    "list by matters": first_page(has_matters=True),
    "list by person": first_page(person="jane@example.org"),
    "list debts": lambda store: store.cases.search(CaseQuery(is_unacknowledged=True)),
}


@pytest.fixture
def two_cases(store: Store) -> Store:
    record_case(store, 1, letters=(make_letter(),))
    record_case(store, 2, letters=(make_letter("CMP-2026-00002"),))
    return store


@pytest.mark.parametrize("mailbox", [None, ""], ids=["all mailboxes", "one mailbox"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_usual_question_reads_no_table_from_end_to_end(
    two_cases: Store, question: str, mailbox: str | None
) -> None:
    wrong = list(_whole_reads(two_cases.within(mailbox), QUESTIONS[question]))

    assert wrong == []


def test_reading_a_whole_table_is_noticed(two_cases: Store) -> None:
    def everything(store: Store) -> object:
        return store._engine.rows("SELECT * FROM cases c WHERE c.role = 'x'")

    wrong = list(_whole_reads(two_cases, everything))

    assert len(wrong) == 1


def _whole_reads(store: Store, ask: Callable[[Store], object]) -> Iterator[str]:
    connection = store._engine.database.conn
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    ask(store)
    connection.set_trace_callback(None)
    assert statements
    partial = _partial_indexes(connection)
    for statement in statements:
        # An INSERT names what refers to its table, and reads nothing of it.
        if not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        if statement.endswith(THE_LAST_ROW):
            continue
        for detail in _plan(connection, statement):
            scan = SCAN.match(detail)
            if scan is None or scan[2] in partial or _ends_early(scan, statement):
                continue
            if _table(statement, scan[1]) in GROWS:
                yield f"{detail}: {' '.join(statement.split())}"


def _ends_early(scan: re.Match[str], statement: str) -> bool:
    """Whether rows come in the order that is asked for, open cases first."""
    return scan[2] == "cases_due" and "LIMIT" in statement


def _plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    return [row[3] for row in rows]


def _partial_indexes(connection: sqlite3.Connection) -> set[str]:
    """Indexes of only some rows: of what is open, mostly."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    )
    return {row[0] for row in rows}


def _table(statement: str, alias: str) -> str:
    named = re.findall(rf"\b(\w+) (?:AS )?{alias}\b", statement)
    return next((name for name in named if name in GROWS), alias)
