"""The states of a letter in the outbox, and every move between them.

queued     it may be sent from `next_at` on
sending    claimed by a dispatcher; nothing final was said, so it may be tried again
finishing  committed before the final dot was written: from here on, never again without
           proof that the server did not accept it (RFC 1047, RFC 5321 §4.5.3.2.6)
sent       a 2xx was read after the dot, or the witness was found
refused    a 5xx was read
uncertain  the dot may have been written and no answer was read: wait for the witness
held       waits for a person
dropped    a person decided against it
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from typing_extensions import override

from triage.errors import TriageError


class State(StrEnum):
    """Where a letter is."""

    QUEUED = "queued"
    SENDING = "sending"
    FINISHING = "finishing"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    HELD = "held"
    DROPPED = "dropped"


class Act(StrEnum):
    """What moves a letter."""

    CLAIM = "claim"
    FINISH = "finish"
    ACCEPT = "accept"
    PUT_BACK = "put back"
    REFUSE = "refuse"
    LOSE = "lose"
    WITNESS = "witness"
    HOLD = "hold"
    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    RESEND = "resend"
    DROP = "drop"
    WITHDRAW = "withdraw"
    DOUBT = "doubt"


_S = State

MOVES: Mapping[Act, Mapping[State, State]] = MappingProxyType(
    {
        # A dispatcher takes it.
        Act.CLAIM: {_S.QUEUED: _S.SENDING},
        # Committed before the dot.
        Act.FINISH: {_S.SENDING: _S.FINISHING},
        # A 2xx was read; late news is still proof, if nothing was tried since.
        Act.ACCEPT: {
            _S.FINISHING: _S.SENT,
            _S.UNCERTAIN: _S.SENT,
            _S.HELD: _S.SENT,
        },
        # No dot was written, or a 4xx was read; or the claim ran out before the dot.
        Act.PUT_BACK: {_S.SENDING: _S.QUEUED, _S.FINISHING: _S.QUEUED},
        # A 5xx was read, or the letter cannot be put on the wire at all.
        Act.REFUSE: {_S.SENDING: _S.REFUSED, _S.FINISHING: _S.REFUSED},
        # No answer to the dot, or a claim that ran out after the commit before it.
        Act.LOSE: {_S.FINISHING: _S.UNCERTAIN},
        # Our own Message-ID was found, or a report on the letter came back.
        Act.WITNESS: {_S.UNCERTAIN: _S.SENT, _S.HELD: _S.SENT},
        # A person must decide: no witness, or tried for too long.
        Act.HOLD: {
            _S.SENDING: _S.HELD,
            _S.FINISHING: _S.HELD,
            _S.UNCERTAIN: _S.HELD,
        },
        # A person's acts, on what was held before it was ever handed over …
        Act.APPROVE: {_S.HELD: _S.QUEUED},
        Act.EDIT: {_S.HELD: _S.HELD},
        # … and on any letter.
        Act.REJECT: {_S.HELD: _S.DROPPED},
        Act.RESEND: {_S.HELD: _S.QUEUED, _S.REFUSED: _S.QUEUED},
        Act.DROP: {
            _S.QUEUED: _S.DROPPED,
            _S.REFUSED: _S.DROPPED,
            _S.UNCERTAIN: _S.DROPPED,
            _S.HELD: _S.DROPPED,
        },
        # A person decided against it while a dispatcher had it (see YIELDING).
        Act.WITHDRAW: {_S.SENDING: _S.DROPPED, _S.FINISHING: _S.DROPPED},
        # The store is a backup's: it may have gone out since that was made.
        Act.DOUBT: {
            _S.QUEUED: _S.UNCERTAIN,
            _S.SENDING: _S.UNCERTAIN,
            _S.FINISHING: _S.UNCERTAIN,
            _S.HELD: _S.UNCERTAIN,
        },
    }
)

YIELDING = frozenset({Act.FINISH, Act.PUT_BACK, Act.REFUSE, Act.HOLD})
"""Acts at which nobody has got a letter in hands: an unwanted one is withdrawn."""


class IllegalMoveError(TriageError):
    """A letter cannot make this move; carries the facts."""

    def __init__(
        self, letter: int, act: Act, state: State | None, why: str = ""
    ) -> None:
        self.letter = letter
        self.act = act
        self.state = state
        super().__init__(self._in_words(why))

    def _in_words(self, why: str) -> str:
        legal = ", ".join(sorted(MOVES[self.act]))
        now = f"is {self.state}" if self.state is not None else "does not exist"
        text = f"letter {self.letter} {now}; {self.act} is possible from {legal}"
        return f"{text} ({why})" if why else text


class HandedOverError(IllegalMoveError):
    """A held letter was claimed before, so it is not simply approved."""

    @override
    def _in_words(self, why: str) -> str:
        return (
            f"letter {self.letter} was tried before and is held for what happened then:"
            " make sure that it did not arrive, then:"
            f" triage outbox resend {self.letter}"
        )
