"""Where a case is, and what people and the program may do to it then.

open      an answer is owed, or it is not decided yet what is
answered  a person answered; it is quiet, or the writer went on
closed    nothing is to be done
merged    another case goes on instead
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from triage.errors import TriageError


class CaseState(StrEnum):
    """Where a case is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    MERGED = "merged"


class CaseAct(StrEnum):
    """What moves a case."""

    ANSWER = "answer"
    EXTEND = "extend"
    CLOSE = "close"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    MERGE = "merge"


_S = CaseState

CASE_MOVES: Mapping[CaseAct, Mapping[CaseState, CaseState]] = MappingProxyType(
    {
        CaseAct.ANSWER: {_S.OPEN: _S.ANSWERED},
        CaseAct.EXTEND: {_S.OPEN: _S.OPEN},
        CaseAct.CLOSE: {_S.OPEN: _S.CLOSED, _S.ANSWERED: _S.CLOSED},
        # A merged one comes out of the other again: people err.
        CaseAct.REOPEN: {
            _S.ANSWERED: _S.OPEN,
            _S.CLOSED: _S.OPEN,
            _S.MERGED: _S.OPEN,
        },
        # Once: its answer is final.
        CaseAct.ESCALATE: {
            _S.OPEN: _S.OPEN,
            _S.ANSWERED: _S.OPEN,
            _S.CLOSED: _S.OPEN,
        },
        CaseAct.MERGE: {
            _S.OPEN: _S.MERGED,
            _S.ANSWERED: _S.MERGED,
            _S.CLOSED: _S.MERGED,
        },
    }
)


class CaseMoveError(TriageError):
    """A case cannot make this move; carries the facts in words for people."""

    def __init__(self, reference: str, act: CaseAct, state: CaseState) -> None:
        self.reference = reference
        self.act = act
        self.state = state
        legal = " or ".join(CASE_MOVES[act])
        super().__init__(f"{reference} is {state}; to {act} it, it must be {legal}")


class FinalStepError(TriageError):
    """A case was escalated before; the answer to an escalation is final."""

    def __init__(self, reference: str, escalated_at: datetime) -> None:
        self.reference = reference
        self.escalated_at = escalated_at
        super().__init__(f"{reference} was escalated before; its answer is final")


class MergeError(TriageError):
    """One case cannot go on as another; the words say what to do first."""


def state_of(row: Mapping[str, Any]) -> CaseState:
    """Tell where a case is by its row."""
    if row["merged_into"] is not None:
        return CaseState.MERGED
    if row["closed_at"] is not None:
        return CaseState.CLOSED
    return CaseState.OPEN if row["answered_at"] is None else CaseState.ANSWERED


def refuse_illegal(row: Mapping[str, Any], act: CaseAct) -> None:
    """Raise CaseMoveError where a case is in no state for an act."""
    state = state_of(row)
    if state not in CASE_MOVES[act]:
        raise CaseMoveError(row["reference"], act, state)
