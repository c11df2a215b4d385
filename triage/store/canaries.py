"""Test mails of ours in the outbox: where each is, and which nobody waits for."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment
from triage.store.moving import Change, move_letter
from triage.store.states import MOVES, Act, IllegalMoveError, State

KIND = "canary-"
"""How the kind of each begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a test mail came."""

    letter: int
    queued_at: datetime
    state: State
    may_be_out: bool
    """A server took it, or may have taken it."""


class Canaries:
    """Test mails, which are letters of no case and of no use to people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def course_of(self, message_id: str) -> Course | None:
        """Return how far one came; None: it was never queued."""
        row = self._engine.row(
            "SELECT o.id, o.created_at, o.state, o.state = 'sent' OR EXISTS"
            " (SELECT 1 FROM moves m WHERE m.letter = o.id AND m.after = 'uncertain')"
            " AS may_be_out FROM outbox o WHERE o.message_id = :message_id",
            message_id=message_id,
        )
        if row is None:
            return None
        return Course(
            letter=row["id"],
            queued_at=moment(row["created_at"]),
            state=State(row["state"]),
            may_be_out=bool(row["may_be_out"]),
        )

    def came_back(self, course: Course, now: datetime) -> None:
        """Note that one was taken, where its fate was in doubt."""
        if course.state in MOVES[Act.WITNESS]:
            self._move(course.letter, Act.WITNESS, Change(now, "it came back"))

    def give_up(self, since: datetime, now: datetime) -> None:
        """Drop what a person would have to decide about, or would go out too late.

        Refused and held ones; and those that were to go before `since`, when the latest
        one was due. What becomes of uncertain ones is not known yet.
        """
        rows = self._engine.rows(
            "SELECT id FROM outbox WHERE (state IN ('refused', 'held')"
            " OR state = 'queued' AND created_at < :since)"
            " AND kind LIKE :kind AND case_id IS NULL"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            since=since,
            kind=f"{KIND}%",
        )
        for row in rows:
            why = "a test mail is not sent later: the next one takes its place"
            self._move(row["id"], Act.DROP, Change(now, why))

    def _move(self, letter: int, act: Act, change: Change) -> None:
        # A dispatcher, or a person, moved it just now.
        with suppress(IllegalMoveError):
            move_letter(self._engine, letter, act, change)
