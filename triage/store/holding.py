"""Holding letters: whose answer will not be in time, and what became of telling them.

A date moves once its letter was accepted by the server: until then the old promise
stands. Each date is dealt with once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.decision.holding import Unanswered
from triage.decision.model import MatterKind
from triage.store.audit import DAEMON, Deed
from triage.store.breaker import is_open
from triage.store.case_states import CASE_MOVES, CaseAct, state_of
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine, Row, moment
from triage.store.letters import Origin, queue
from triage.store.matters import add_matter
from triage.store.model import Letter
from triage.store.moving import Change, move_letter
from triage.store.restricted import restrictions_on
from triage.store.spending import Payee, spent_on
from triage.store.states import Act

NOT_BY_MAIL = "no letter of ours has reached the person"
CAME_BACK = "mail to the person came back"
RESTRICTED = "a restriction is in force for the person"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCase:
    """A case that is not answered and soon should be, with whom to tell and where."""

    reference: str
    case: Unanswered
    since: datetime
    """When the person wrote."""
    to: str | None
    """None: a person must tell them."""
    why_not: str = ""
    """Why a person must."""
    in_reply_to: str | None = None
    message: int | None = None
    """The mail that it answers: moved into the folder for approval, it approves it."""


class HoldingLetters:
    """What is done about answers that will not be in time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def late(self, now: datetime, until: datetime) -> Iterator[LateCase]:
        """Yield whose answer is due up to `until`, and nothing was done about it.

        Who is not acknowledged is no case for it: that comes first. What was sent is
        counted afresh for each.
        """
        for row in self._engine.rows(LATE, until=until):
            yield self._late(row, now)

    def _late(self, row: Row, now: datetime) -> LateCase:
        reached = self._engine.row(_REACHED, id=row["id"])
        to = None if reached is None else reached["recipient"]
        why_not = NOT_BY_MAIL if reached is None else ""
        people = [] if row["root"] is None else [row["root"]]
        if reached is not None and reached["has_bounced"]:
            to, why_not = None, CAME_BACK
        if restrictions_on(self._engine, people, now):
            to, why_not = None, RESTRICTED
        began = self._engine.row(
            _BEGAN, id=row["id"], clock_from=row["clock_from"] or row["opened_at"]
        )
        domain = "" if to is None else to.rpartition("@")[2].lower()
        return LateCase(
            reference=row["reference"],
            case=Unanswered(
                route=row["route"],
                respond_by=moment(row["respond_by"]),
                domain=domain,
                spent=spent_on(
                    self._engine,
                    Payee(
                        address=to,
                        domain=None if reached is None else reached["domain"],
                        people=people,
                    ),
                    now,
                ),
                breaker_is_open=is_open(self._engine, now),
                is_flagged=row["flags"] != "[]",
                has_matters=bool(row["has_matters"]),
                told_before=row["told_before"],
            ),
            since=moment(row["clock_from"] or row["opened_at"]),
            to=to,
            why_not=why_not,
            in_reply_to=None if began is None else began["message_id"],
            message=None if began is None else began["id"],
        )

    def put(
        self, late: LateCase, letter: Letter, until: datetime, at: datetime
    ) -> bool:
        """Queue or hold a letter that names `until`; False: the case has moved on."""
        with self._engine.writing():
            case = case_named(self._engine, late.reference)
            if not _is_still_late(case, late):
                return False
            origin = self._engine.row(_REACHED, id=case["id"]) or {}
            of_case = Origin(
                case["id"],
                late.message,
                origin.get("person"),
                origin.get("domain"),
            )
            if not queue(self._engine, letter, at, of_case):
                return False
            queued = self._engine.one(
                "SELECT id FROM outbox WHERE message_id = :id", id=letter.message_id
            )
            self._note(case, at, until, queued["id"])
        return True

    def leave(self, late: LateCase, words: str, at: datetime) -> bool:
        """Put before a person that somebody must be told; False: it was before."""
        with self._engine.writing():
            case = case_named(self._engine, late.reference)
            if not _is_still_late(case, late):
                return False
            self._note(case, at, None, None)
            return add_matter(self._engine, case, MatterKind.HOLDING, words, at)

    def _note(
        self, case: Row, at: datetime, until: datetime | None, letter: int | None
    ) -> None:
        self._engine.run(
            "INSERT INTO holdings (case_id, due, until, letter, at)"
            " VALUES (:case_id, :due, :until, :letter, :at)"
            " ON CONFLICT (case_id, due) DO NOTHING",
            case_id=case["id"],
            due=case["respond_by"],
            until=until,
            letter=letter,
            at=at,
        )

    def drop_outdated(self, now: datetime) -> int:
        """Drop letters that waited until the date they name; return how many."""
        with self._engine.writing():
            rows = self._engine.rows(OUTDATED, now=now)
            for row in rows:
                why = "the date that it names has come"
                move_letter(self._engine, row["letter"], Act.DROP, Change(now, why))
                case = case_named(self._engine, row["reference"])
                words = (
                    "A holding letter waited until the date that it names; it is gone"
                )
                add_matter(self._engine, case, MatterKind.HOLDING, words, now)
        return len(rows)


def note_told(engine: Engine, letter: int, now: datetime) -> None:
    """Move the date of a case once the letter that names it went out."""
    holding = engine.row("SELECT * FROM holdings WHERE letter = :letter", letter=letter)
    if holding is None:
        return
    case = engine.one("SELECT * FROM cases WHERE id = :id", id=holding["case_id"])
    is_of_this_stage = (case["clock_from"] or "") <= holding["at"]
    may_move = state_of(case) in CASE_MOVES[CaseAct.EXTEND]
    is_later = case["respond_by"] is not None and case["respond_by"] < holding["until"]
    if not (is_of_this_stage and may_move and is_later):
        return
    until = moment(holding["until"])
    why = f"holding letter {letter} gives this date"
    changes = {"respond_by": until, "extended_until": until}
    deed = Deed(at=now, by=DAEMON, act=CaseAct.EXTEND, why=why)
    change_case(engine, case, changes, deed)


def note_came_back(engine: Engine, letter: int, now: datetime) -> None:
    """Put before a person that somebody does not know of their new date."""
    holding = engine.row(
        "SELECT case_id FROM holdings WHERE letter = :letter", letter=letter
    )
    if holding is None:
        return
    case = engine.one("SELECT * FROM cases WHERE id = :id", id=holding["case_id"])
    words = "The holding letter came back: the person does not know of the new date"
    add_matter(engine, case, MatterKind.HOLDING, words, now)


def _is_still_late(case: Row, late: LateCase) -> bool:
    return (
        case["respond_by"] is not None
        and moment(case["respond_by"]) == late.case.respond_by
        and case["answered_at"] is None
        and case["closed_at"] is None
    )


LATE = """
SELECT c.*, p.root,
    EXISTS (SELECT 1 FROM matters m WHERE m.case_id = c.id AND m.settled_at IS NULL)
        AS has_matters,
    (SELECT count(*) FROM holdings h JOIN outbox o ON o.id = h.letter
        WHERE h.case_id = c.id AND o.state = 'sent'
        AND h.at >= coalesce(c.clock_from, c.opened_at)) AS told_before
FROM cases c LEFT JOIN people p ON p.id = c.person
WHERE c.answered_at IS NULL AND c.closed_at IS NULL AND c.respond_by <= :until
    AND c.acknowledged_at IS NOT NULL
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
    AND NOT EXISTS (SELECT 1 FROM holdings h
        WHERE h.case_id = c.id AND h.due = c.respond_by)
ORDER BY c.respond_by, c.id
"""

# Whom a letter of ours reached before: an address that was found fit for one.
_REACHED = """
SELECT o.recipient, o.domain, o.person,
    o.bounced_at IS NOT NULL OR b.address IS NOT NULL AS has_bounced
FROM outbox o LEFT JOIN bounced b ON b.address = o.recipient
WHERE o.case_id = :id AND o.category = 'reply' AND o.state = 'sent'
ORDER BY o.id LIMIT 1
"""

_BEGAN = """
SELECT id, message_id FROM messages
WHERE case_id = :id AND received_at >= :clock_from AND disposition = 'answer'
ORDER BY received_at, id LIMIT 1
"""

OUTDATED = """
SELECT h.letter, c.reference
FROM outbox o JOIN holdings h ON h.letter = o.id JOIN cases c ON c.id = h.case_id
WHERE o.state = 'held' AND o.attempt = 0 AND h.until <= :now
    AND o.mailbox = coalesce(:mailbox, o.mailbox)
"""
