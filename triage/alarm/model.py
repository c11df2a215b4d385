"""What can be wrong, and how long it may be so before somebody hears of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What keeps mail from being answered."""

    MAILBOX = "mailbox"
    """No pass over the mailbox went through or got on."""
    OUTBOX = "outbox"
    """Letters are due, and none gets anywhere."""
    LEDGER = "ledger"
    """A mail without its fate, or sums of the store that do not come out."""
    STORE = "store"
    """It cannot be written, or soon will not be."""
    FAILING = "failing"
    """One other job fails again and again."""
    STUCK = "stuck"
    """One job neither ends nor gets on, or is never begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Seconds; what an installation allows."""

    mailbox: float = 600
    outbox: float = 600
    ledger: float = 600
    store: float = 600
    failing: float = 1800
    stuck: float = 1800
    calm: float = 300
    """So long must all be well before an alarm is over."""
    again: float = 3600
    """So long after its end an alarm that comes back is not told."""
    remind: float = 24 * 3600
    """An alarm that stands is told again so often."""

    def allowed(self, kind: Kind) -> float:
        """Return how long something may be wrong."""
        match kind:
            case Kind.MAILBOX:
                return self.mailbox
            case Kind.OUTBOX:
                return self.outbox
            case Kind.LEDGER:
                return self.ledger
            case Kind.STORE:
                return self.store
            case Kind.FAILING:
                return self.failing
            case Kind.STUCK:
                return self.stuck
