"""Letters of the outbox as people look at them."""

from collections.abc import Sequence

from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.model import Category, Move, OutboxItem, OutboxLine
from triage.store.states import State


def letter_lines(engine: Engine, states: Sequence[State]) -> list[OutboxLine]:
    """Return the letters in these states, or all; the eldest first."""
    names = {f"state{number}": state for number, state in enumerate(states)}
    wanted = ", ".join(f":{name}" for name in names)
    where = f"{_OURS} AND o.state IN ({wanted})" if names else _OURS
    rows = engine.rows(f"{_LETTERS} {where} ORDER BY o.created_at, o.id", **names)
    return [_line(row) for row in rows]


def letter_item(engine: Engine, letter: int) -> OutboxItem | None:
    """Return one letter with its bytes and moves."""
    with engine.reading():
        row = engine.row(f"{_LETTERS} WHERE o.id = :letter", letter=letter)
        return None if row is None else _item(engine, row)


def letters_of_case(engine: Engine, case_id: int) -> tuple[OutboxItem, ...]:
    """Return the letters of a case in the order of their making."""
    rows = engine.rows(
        f"{_LETTERS} WHERE o.case_id = :case_id ORDER BY o.id", case_id=case_id
    )
    return tuple(_item(engine, row) for row in rows)


def replies_of_person(engine: Engine, root: int) -> tuple[OutboxLine, ...]:
    """Return what we wrote to a person, in all of their cases; the eldest first."""
    rows = engine.rows(
        f"{_LETTERS} WHERE o.category = 'reply' AND o.case_id IN"  # noqa: S608 - our own words
        " (SELECT k.id FROM people p JOIN cases k ON k.person = p.id"
        " WHERE p.root = :root) ORDER BY o.created_at, o.id",
        root=root,
    )
    return tuple(_line(row) for row in rows)


_LETTERS = """
SELECT o.id, c.reference, o.kind, o.category, o.recipient, o.template, o.message_id,
    o.state, o.reason, o.created_at, o.changed_at, o.next_at, o.tries, c.route,
    o.state = 'held' AND o.attempt = 0 AS waits,
    CASE WHEN o.acknowledges AND c.acknowledged_at IS NULL THEN c.acknowledge_by END
        AS acknowledge_by
FROM outbox o LEFT JOIN cases c ON c.id = o.case_id
"""
_OURS = "WHERE o.mailbox = coalesce(:mailbox, o.mailbox)"


def _line(row: Row) -> OutboxLine:
    return OutboxLine(
        id=row["id"],
        reference=row["reference"],
        route=row["route"],
        kind=row["kind"],
        category=Category(row["category"]),
        to=row["recipient"],
        template=row["template"],
        message_id=row["message_id"],
        state=State(row["state"]),
        reason=row["reason"],
        created_at=moment(row["created_at"]),
        changed_at=moment(row["changed_at"]),
        next_at=moment_or_none(row["next_at"]),
        tries=row["tries"],
        waits=bool(row["waits"]),
        acknowledge_by=moment_or_none(row["acknowledge_by"]),
    )


def _item(engine: Engine, row: Row) -> OutboxItem:
    frozen = engine.one("SELECT data FROM outbox WHERE id = :id", id=row["id"])
    moves = engine.rows(
        "SELECT at, before, after, why FROM moves WHERE letter = :id ORDER BY id",
        id=row["id"],
    )
    return OutboxItem(
        line=_line(row),
        data=frozen["data"],
        moves=tuple(
            Move(
                at=moment(move["at"]),
                before=None if move["before"] is None else State(move["before"]),
                after=State(move["after"]),
                why=move["why"],
            )
            for move in moves
        ),
    )
