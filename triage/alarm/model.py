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
    ENDING = "ending"
    """A certificate, a secret or a token comes to its end."""
    ENDED = "ended"
    """It came to its end."""


ENDS = (Kind.ENDING, Kind.ENDED)
SURE_SECONDS = 600.0
"""So long it must be near by a clock that may be set wrong for a while."""
WEEK_SECONDS = 7 * 24 * 3600.0


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
    """An alarm that stands is told again so often; of an end that is near, weekly."""
    ending_days: float = 14
    """So long before its end somebody hears of it."""

    def reminds(self, kind: Kind) -> float:
        """Return how often an alarm that stands is told again."""
        if kind is Kind.ENDING:
            return max(self.remind, WEEK_SECONDS)
        return self.remind

    def allowed(self, kind: Kind) -> float:
        """Return how long something may be wrong."""
        return {
            Kind.MAILBOX: self.mailbox,
            Kind.OUTBOX: self.outbox,
            Kind.LEDGER: self.ledger,
            Kind.STORE: self.store,
            Kind.FAILING: self.failing,
            Kind.STUCK: self.stuck,
            Kind.ENDING: SURE_SECONDS,
            Kind.ENDED: SURE_SECONDS,
        }[kind]
