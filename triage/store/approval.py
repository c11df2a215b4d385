"""Letters that wait for a person's approval, and what people decide about them.

What waits here was held before it was ever handed over (no dispatcher claimed it). A
letter that is held because nobody knows whether it arrived is another matter: to send
it again is `Outbox.resend`.
"""

from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, Row, moment
from triage.store.moving import Change, move_letter
from triage.store.states import Act, HandedOverError, IllegalMoveError, State


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of wording by a person: when, by whom, and what it replaced."""

    at: datetime
    by: str
    former: bytes
    """The whole mail as it was."""


class Approvals:
    """What people decide about letters that wait."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def approve(self, letter: int, now: datetime, by: str) -> None:
        """Queue a letter that waits; raises IllegalMoveError with the facts."""
        with self._engine.writing():
            self._untouched(letter, Act.APPROVE)
            change = Change(now, f"approved by {by}", next_at=now)
            move_letter(self._engine, letter, Act.APPROVE, change)

    def reject(self, letter: int, now: datetime, by: str, why: str) -> None:
        """Never send a held letter; the duty to acknowledge stays open.

        Raises IllegalMoveError.
        """
        change = Change(now, f"rejected by {by}: {why}")
        move_letter(self._engine, letter, Act.REJECT, change)

    def edit(self, letter: int, data: bytes, edit: Edit) -> None:
        """Put other bytes in the place of the former ones; the letter goes on waiting.

        Raises IllegalMoveError, also where somebody else changed it meanwhile.
        """
        with self._engine.writing():
            row = self._untouched(letter, Act.EDIT)
            if row["data"] != edit.former:
                why = "somebody else changed it just now"
                raise IllegalMoveError(letter, Act.EDIT, State(row["state"]), why)
            change = Change(edit.at, f"edited by {edit.by}")
            move_letter(self._engine, letter, Act.EDIT, change)
            self._engine.run(
                "UPDATE outbox SET data = :data, reason = :reason WHERE id = :id",
                data=data,
                # Why it waits is not changed by what it says.
                reason=row["reason"],
                id=letter,
            )
            self._engine.run(
                "INSERT INTO edits (letter, at, made_by, former)"
                " VALUES (:letter, :at, :by, :former)",
                letter=letter,
                at=edit.at,
                by=edit.by,
                former=edit.former,
            )

    def edits(self, letter: int) -> list[Edit]:
        """Return what people changed in a letter, the first change first."""
        rows = self._engine.rows(
            "SELECT at, made_by, former FROM edits WHERE letter = :letter ORDER BY id",
            letter=letter,
        )
        return [Edit(moment(row["at"]), row["made_by"], row["former"]) for row in rows]

    def _untouched(self, letter: int, act: Act) -> Row:
        """Return the row of a letter, which no dispatcher may have had in hands."""
        row = self._engine.row("SELECT * FROM outbox WHERE id = :id", id=letter)
        if row is None:
            raise IllegalMoveError(letter, act, None)
        if row["state"] == State.HELD and row["attempt"]:
            raise HandedOverError(letter, act, State.HELD)
        return row
