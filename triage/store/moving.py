"""One letter makes one move of the table in `states`, or none."""

from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, Row
from triage.store.letters import note_move
from triage.store.model import Move
from triage.store.states import MOVES, YIELDING, Act, IllegalMoveError, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who has a letter, and until when; a claim that ran out may be taken from it."""

    owner: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a move brings with it."""

    now: datetime
    why: str
    next_at: datetime | None = None
    claim: Claim | None = None
    counts_try: bool = False
    """The server said no to this letter; after too long a person decides."""


def move_letter(
    engine: Engine, letter: int, act: Act, change: Change, attempt: int | None = None
) -> Row:
    """Move a letter and return its row as it was before.

    `attempt` is the number that the caller's claim got: whoever holds an older one has
    lost the letter. A letter that has become unwanted is withdrawn where it could be
    tried again. Raises IllegalMoveError with the facts.
    """
    with engine.writing():
        row = engine.row("SELECT * FROM outbox WHERE id = :id", id=letter)
        if row is None:
            raise IllegalMoveError(letter, act, None)
        before = State(row["state"])
        after = MOVES[act].get(before)
        if after is None:
            raise IllegalMoveError(letter, act, before)
        if attempt is not None and attempt != row["attempt"]:
            raise IllegalMoveError(letter, act, before, "another dispatcher has it")
        if is_withdrawn(row, act):
            act, change = Act.WITHDRAW, Change(change.now, row["unwanted"])
            after = MOVES[act][before]
        changed = engine.run(
            _MOVE,
            id=letter,
            before=before,
            seen_attempt=row["attempt"],
            after=after,
            reason=change.why,
            now=change.now,
            next_at=change.next_at,
            owner=None if change.claim is None else change.claim.owner,
            deadline=None if change.claim is None else change.claim.deadline,
            **_counts(row, act, change),
        )
        if changed != 1:
            raise IllegalMoveError(
                letter, act, before, "somebody else moved it just now"
            )
        note_move(engine, letter, Move(change.now, before, after, change.why))
    return row


def is_withdrawn(row: Row, act: Act) -> bool:
    """Tell whether a letter is dropped instead of the move that is asked for."""
    is_in_hands = row["state"] in MOVES[Act.WITHDRAW]
    return row["unwanted"] is not None and is_in_hands and act in YIELDING


_MOVE = """
UPDATE outbox SET state = :after, reason = :reason, changed_at = :now,
    next_at = :next_at, owner = :owner, deadline = :deadline, attempt = :attempt,
    tries = :tries, trying_since = :trying_since, charged_at = :charged_at,
    unwanted = :unwanted
WHERE id = :id AND state = :before AND attempt = :seen_attempt
"""


def _counts(row: Row, act: Act, change: Change) -> Row:
    """Count claims for ever, tries and budget since a person's act.

    A letter that is doubted counts as claimed: it is not simply approved afterwards.
    Who sends a letter nevertheless wants it.
    """
    kept = {name: row[name] for name in _KEPT}
    match act:
        case Act.CLAIM | Act.DOUBT:
            return kept | {"attempt": row["attempt"] + 1}
        case Act.RESEND | Act.APPROVE:
            charged_at = change.now if row["category"] == "reply" else None
            afresh = {"tries": 0, "trying_since": None, "unwanted": None}
            return kept | afresh | {"charged_at": charged_at}
        case Act.PUT_BACK if change.counts_try:
            since = row["trying_since"] or change.now
            return kept | {"tries": row["tries"] + 1, "trying_since": since}
        case _:
            return kept


_KEPT = ("attempt", "tries", "trying_since", "charged_at", "unwanted")
