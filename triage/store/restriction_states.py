"""Where a restriction is, and what people may do to it then.

proposed  it waits for somebody else's approval; nothing is changed for the person
in force  automatic replies to the person wait, as its kind says
rejected  it was never in force
lapsed    its review date passed, approved or not, and nobody renewed it
lifted    a person ended it
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from triage.errors import TriageError
from triage.store.engine import moment


class RestrictionState(StrEnum):
    """Where a restriction is."""

    PROPOSED = "proposed"
    IN_FORCE = "in force"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    LIFTED = "lifted"


class RestrictionAct(StrEnum):
    """What moves a restriction; it lapses by itself, once its review date is over."""

    APPROVE = "approve"
    REJECT = "reject"
    RENEW = "renew"
    LIFT = "lift"


_S = RestrictionState

RESTRICTION_MOVES: Mapping[
    RestrictionAct, Mapping[RestrictionState, RestrictionState]
] = MappingProxyType(
    {
        RestrictionAct.APPROVE: {_S.PROPOSED: _S.IN_FORCE},
        RestrictionAct.REJECT: {_S.PROPOSED: _S.REJECTED},
        RestrictionAct.RENEW: {_S.IN_FORCE: _S.IN_FORCE},
        RestrictionAct.LIFT: {_S.IN_FORCE: _S.LIFTED},
    }
)


class RestrictionMoveError(TriageError):
    """A restriction cannot make this move; carries the facts in words for people."""

    def __init__(
        self, number: int, act: RestrictionAct, state: RestrictionState
    ) -> None:
        self.number = number
        self.act = act
        self.state = state
        legal = " or ".join(RESTRICTION_MOVES[act])
        super().__init__(
            f"restriction {number} is {state}; to {act} it, it must be {legal}"
        )


class SamePersonError(TriageError):
    """Whoever proposed a restriction can neither approve nor renew it."""

    def __init__(self, number: int, act: RestrictionAct, by: str) -> None:
        super().__init__(
            f"restriction {number} was proposed by {by}: somebody else must {act} it"
        )


class TwiceError(TriageError):
    """The same restriction is proposed or in force already."""

    def __init__(self, number: int, state: RestrictionState) -> None:
        super().__init__(f"it is {state} already: restriction {number}")


def restriction_state(row: Mapping[str, Any], now: datetime) -> RestrictionState:
    """Tell where a restriction is by its row."""
    if row["ended_how"] is not None:
        return RestrictionState(row["ended_how"])
    if moment(row["lapses_at"]) <= now:
        return RestrictionState.LAPSED
    if row["approved_at"] is None:
        return RestrictionState.PROPOSED
    return RestrictionState.IN_FORCE
