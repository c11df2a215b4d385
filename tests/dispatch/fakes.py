"""A submission without a network, and a witness that says what it is told.

tests/dispatch/test_contract.py examines the submission beside the real one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from triage.errors import TriageError
from triage.smtp import Accepted, Concern, Envelope, Outcome, Refused, TryLater, Unknown

QUEUED = Accepted(250, "2.0.0", "2.0.0 queued")
NOT_NOW = TryLater(451, "4.3.0", "4.3.0 not now")
NEVER = Refused(550, "5.7.1", "5.7.1 never")
LOST = Unknown(None, None, "the connection was lost after the final dot")


@dataclass(frozen=True, slots=True)
class AtTheDot:
    """The outcome comes as the answer to the dot, not before."""

    outcome: Outcome


@dataclass
class FakeSubmission:
    """Gives the outcomes of its list in turn, the last one for ever.

    Accepted and Unknown come after the dot, TryLater and Refused before it unless they
    are wrapped in AtTheDot.
    """

    outcomes: list[Outcome | AtTheDot] = field(default_factory=lambda: [QUEUED])
    submitted: list[tuple[Envelope, bytes]] = field(default_factory=list)
    dots: list[bytes] = field(default_factory=list)
    closed: int = 0
    on_dot: Callable[[], None] = lambda: None
    checks: list[TryLater | None] = field(default_factory=list)
    """What is in the way when it is asked, in turn; then what the next letter meets."""
    checked: int = 0

    def check(self) -> TryLater | Refused | None:
        self.checked += 1
        if self.checks:
            return self.checks.pop(0)
        step = self.outcomes[0]
        if isinstance(step, TryLater) and step.concern is not Concern.LETTER:
            return step
        return None

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        self.submitted.append((envelope, data))
        step = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(step, TryLater | Refused):
            return step
        if isinstance(step, AtTheDot):
            step = step.outcome
        before_final_dot()
        self.dots.append(data)
        self.on_dot()
        return step

    def close(self) -> None:
        self.closed += 1


@dataclass
class FakeWitness:
    """Says the same of every letter; None: it cannot be told now."""

    says: bool | None
    fails: TriageError | None = None
    asked: list[str] = field(default_factory=list)

    def has(self, message_id: str) -> bool | None:
        self.asked.append(message_id)
        if self.fails is not None:
            raise self.fails
        return self.says
