"""What the rules saw in a message, apart from any judgement about it."""

from dataclasses import dataclass
from functools import cached_property

from triage.ruleset.likeness import NO_TALLY, Tally


# Without slots: hits cross to another process, and slots are pickled slowly.
@dataclass(frozen=True)
class Hit:
    """A signal and the writer's words that gave it, as they were written."""

    signal: str
    where: str
    text: str
    sentence: str = ""


@dataclass(frozen=True)
class Evidence:
    """Every signal that was found, in the order of the text.

    `cancelled` are hits that an `unless` phrase took back, `hints` are weak ones that
    stand alone; both are shown, not counted.
    """

    hits: tuple[Hit, ...] = ()
    cancelled: tuple[Hit, ...] = ()
    hints: tuple[Hit, ...] = ()
    tally: Tally = NO_TALLY
    """For the second opinion."""

    @cached_property
    def signals(self) -> frozenset[str]:
        return frozenset(hit.signal for hit in self.hits)
