"""Complaints that a person must acknowledge, because no letter is on its way."""

from collections import defaultdict
from collections.abc import Sequence

from triage.store.columns import list_of
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.model import Debt
from triage.store.states import State


def debts(engine: Engine) -> list[Debt]:
    """Return the complaints that are not acknowledged, the most urgent first.

    A letter that is on its way is no debt; one that is held, refused, uncertain,
    dropped or came back is.
    """
    with engine.reading():
        rows = engine.rows(
            f"SELECT c.* FROM cases c WHERE c.id IN ({_UNACKNOWLEDGED})"  # noqa: S608 - our own words
            " ORDER BY coalesce(c.acknowledge_by, '9999'), c.id"
        )
        letters = defaultdict[int, list[Row]](list)
        owed = f"o.case_id IN ({_UNACKNOWLEDGED})"
        for letter in engine.rows(f"{_LETTERS} AND {owed} {_IN_ORDER}"):
            letters[letter["case_id"]].append(letter)
    return [
        _debt(row, letters[row["id"]], why)
        for row in rows
        if (why := _why_owed(row, letters[row["id"]]))
    ]


def why_unacknowledged(engine: Engine, case: Row) -> tuple[str, ...]:
    """Return why a case is unacknowledged; empty when it is not, or a letter is out."""
    letters = engine.rows(f"{_LETTERS} AND o.case_id = :id {_IN_ORDER}", id=case["id"])
    return _why_owed(case, letters)


def _why_owed(case: Row, letters: Sequence[Row]) -> tuple[str, ...]:
    if case["acknowledged_at"] is not None or case["closed_at"] is not None:
        return ()
    if any(letter["state"] in _ON_ITS_WAY for letter in letters):
        return ()
    why = tuple(
        "it came back"
        if letter["bounced_at"]
        else f"{letter['state']}: {letter['reason']}"
        for letter in letters
    )
    return why + list_of(case["withheld"]) or ("no reply was composed",)


def _debt(row: Row, letters: Sequence[Row], why: tuple[str, ...]) -> Debt:
    can_go = next((one for one in letters if one["state"] in _CAN_GO), None)
    return Debt(
        in_short=_in_short(row, letters),
        owner=row["owner"],
        reference=row["reference"],
        route=row["route"],
        priority=row["priority"],
        opened_at=moment(row["opened_at"]),
        acknowledge_by=moment_or_none(row["acknowledge_by"]),
        why=why,
        letter=None if can_go is None else can_go["id"],
        is_for_approval=can_go is not None
        and can_go["state"] == State.HELD
        and not can_go["attempt"],
    )


def _in_short(case: Row, letters: Sequence[Row]) -> tuple[str, ...]:
    """Return the reasons of a debt in our own words; a letter that went out is none."""
    why = tuple(
        "its letter came back"
        if letter["bounced_at"]
        else _IN_SHORT[State(letter["state"])]
        for letter in letters
        if letter["bounced_at"] or letter["state"] != State.SENT
    )
    return why + list_of(case["withheld"]) or ("no reply was composed",)


# In two halves, so that an index answers each.
_UNACKNOWLEDGED = """
SELECT id FROM cases
WHERE acknowledged_at IS NULL AND closed_at IS NULL AND acknowledge_by > ''
    AND mailbox = coalesce(:mailbox, mailbox)
UNION ALL
SELECT id FROM cases
WHERE acknowledged_at IS NULL AND closed_at IS NULL AND acknowledge_by IS NULL
    AND mailbox = coalesce(:mailbox, mailbox)
"""

# No dot is written for what is unwanted, whenever its dispatcher comes back.
_LETTERS = """
SELECT o.id, o.case_id, o.attempt, o.bounced_at,
    CASE WHEN o.state = 'sending' AND o.unwanted IS NOT NULL
        THEN 'dropped' ELSE o.state END AS state,
    CASE WHEN o.state = 'sending' AND o.unwanted IS NOT NULL
        THEN o.unwanted ELSE o.reason END AS reason
FROM outbox o WHERE o.acknowledges
"""
_IN_ORDER = "ORDER BY o.id"

_ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING, State.FINISHING})
_IN_SHORT = {
    State.HELD: "its letter is held",
    State.REFUSED: "its letter was refused",
    State.UNCERTAIN: "its letter may not have arrived",
    State.DROPPED: "a person decided against its letter",
}
_CAN_GO = frozenset({State.HELD, State.REFUSED})
