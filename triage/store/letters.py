"""Letters entering the outbox, and what they spend."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.errors import ConfigError, Problem
from triage.store.engine import Engine
from triage.store.model import Category, Letter, Move
from triage.store.states import State

BEYOND = timedelta(days=3)
"""What is charged so long after a window began was written under a wrong clock."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What gave rise to a letter: rows of the store, and the budget's domain."""

    case_id: int | None = None
    message: int | None = None
    person: int | None = None
    domain: str | None = None


def queue(engine: Engine, letter: Letter, now: datetime, origin: Origin) -> bool:
    """Put a letter into the outbox with its frozen bytes, or hold it for a person.

    Returns False, and changes nothing, where the case has a letter of that kind
    already: UNIQUE (case, kind) is what makes a second acknowledgement impossible.

    What answers no mail goes out by the mailbox of its case, and by no other one; of
    several, one must be in view. Raises ConfigError.
    """
    if engine.mailbox is None:
        _require_only_one(engine)
    if origin.message is None and letter.category is Category.REPLY:
        _require_own_mailbox(engine, origin)
    is_held = bool(letter.held)
    is_charged = letter.category is Category.REPLY and not is_held
    reason = "; ".join(why.words for why in letter.held) or None
    state = State.HELD if is_held else State.QUEUED
    row = engine.row(
        _QUEUE,
        case_id=origin.case_id,
        message=origin.message,
        person=origin.person,
        domain=origin.domain,
        kind=letter.kind,
        category=letter.category,
        recipient=letter.to,
        template=letter.template,
        message_id=letter.message_id,
        data=letter.data,
        acknowledges=letter.acknowledges and letter.category is Category.REPLY,
        state=state,
        reason=reason,
        next_at=None if is_held else now,
        charged_at=now if is_charged else None,
        now=now,
    )
    if row is None:
        return False
    note_move(engine, row["id"], Move(now, None, state, reason or "composed"))
    return True


def _require_only_one(engine: Engine) -> None:
    names = [row["name"] for row in engine.rows("SELECT name FROM mailboxes")]
    if len(names) > 1:
        raise ConfigError(
            Problem(
                "a letter goes out by one of several mailboxes, and none is meant",
                hint=f"name one of {', '.join(filter(None, names))}: --mailbox NAME",
            )
        )


def _require_own_mailbox(engine: Engine, origin: Origin) -> None:
    case = engine.row(
        "SELECT c.reference, b.name FROM cases c JOIN mailboxes b ON b.id = c.mailbox"
        " WHERE c.id = :case_id AND c.mailbox <> :mailbox",
        case_id=origin.case_id,
    )
    if case is not None:
        raise ConfigError(
            Problem(
                f"{case['reference']} belongs to the mailbox `{case['name']}`,"
                " and another one would write",
                hint=f"name it: --mailbox {case['name']}",
            )
        )


_QUEUE = """
INSERT INTO outbox (case_id, message, person, kind, category, recipient, domain,
    template, message_id, data, acknowledges, state, reason, next_at, charged_at,
    created_at, changed_at, mailbox)
VALUES (:case_id, :message, :person, :kind, :category, :recipient, :domain,
    :template, :message_id, :data, :acknowledges, :state, :reason, :next_at,
    :charged_at, :now, :now, :own)
ON CONFLICT (case_id, kind) DO NOTHING
RETURNING id
"""


def note_move(engine: Engine, letter: int, move: Move) -> None:
    """Write down a change of state, for people who ask later."""
    if engine.is_scratch:
        return
    engine.run(
        "INSERT INTO moves (letter, at, before, after, why)"
        " VALUES (:letter, :at, :before, :after, :why)",
        letter=letter,
        at=move.at,
        before=move.before,
        after=move.after,
        why=move.why,
    )


def charged_since(engine: Engine, since: datetime) -> int:
    """Count the replies that went out or were queued after `since`."""
    row = engine.row(
        "SELECT count(*) AS letters FROM outbox"
        " WHERE charged_at > :since AND charged_at < :beyond"
        " AND mailbox = coalesce(:mailbox, mailbox)",
        since=since,
        beyond=since + BEYOND,
    )
    return 0 if row is None else int(row["letters"])
