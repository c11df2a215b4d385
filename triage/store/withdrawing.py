"""Letters that nobody needs any more are not sent."""

from datetime import datetime

from triage.store.engine import Engine
from triage.store.moving import Change, move_letter
from triage.store.states import Act, State


def withdraw_holding(engine: Engine, case_id: int, why: str, now: datetime) -> None:
    """Drop the holding letters of a case that nobody can have got.

    One that a dispatcher has is dropped by whoever comes back with it; one that may
    have arrived stays as it is.
    """
    for row in engine.rows(_UNSENT, case_id=case_id):
        if row["state"] in {State.QUEUED, State.HELD}:
            move_letter(engine, row["id"], Act.DROP, Change(now, why))
        else:
            engine.run(
                "UPDATE outbox SET unwanted = :why WHERE id = :id",
                id=row["id"],
                why=why,
            )


_UNSENT = """
SELECT o.id, o.state FROM holdings h JOIN outbox o ON o.id = h.letter
WHERE h.case_id = :case_id AND (o.state IN ('queued', 'sending', 'finishing')
    OR o.state = 'held' AND o.attempt = 0)
"""


def withdraw_acknowledgement(
    engine: Engine, case_id: int, why: str, now: datetime
) -> None:
    """Drop what waits and would acknowledge what is past that.

    Approved with others, it would promise an answer to somebody who has it. What is on
    its way stays so.
    """
    for row in engine.rows(_WAITING, case_id=case_id):
        move_letter(engine, row["id"], Act.DROP, Change(now, why))


_WAITING = """
SELECT id FROM outbox
WHERE case_id = :case_id AND acknowledges AND state = 'held' AND attempt = 0
"""
