"""What comes to its end, and how soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(days=30)
VERY_SOON = timedelta(days=7)
UNUSED_LIFE = timedelta(days=90)
"""Of Microsoft's refresh tokens, from their last use on."""
SHARE = 5
"""What lives for a shorter time is told of when a fifth of it is left: it is renewed by
itself before, as a rule when a third of its time is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """Something without which nobody logs in."""

    name: str
    """For figures, and the same for ever: `mailbox.client_secret`."""
    what: str
    """With the words for whom it belongs to: `the client secret of [mailbox]`."""
    at: datetime
    """From then on it is good for nothing."""
    remedy: str
    life: timedelta | None = None
    """For how long it was good when it was new; None: nobody knows."""


def is_soon(expiry: Expiry, now: datetime, within: timedelta = SOON) -> bool:
    """True when somebody should be told."""
    life = expiry.life
    return expiry.at - now <= (within if life is None else min(within, life / SHARE))


def countdown(at: datetime, now: datetime) -> str:
    """Say how long it lasts: days while there are some, else hours and minutes."""
    left = at - now
    if left <= timedelta():
        return "over"
    if left.days:
        return f"{left.days} day{'s' if left.days > 1 else ''} left"
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min left" if hours else f"{minutes} min left"


def ending(expiry: Expiry, now: datetime) -> str:
    """Say what will happen, or did."""
    day = f"{expiry.at - timedelta(microseconds=1):%Y-%m-%d}"
    if expiry.at <= now:
        return f"{expiry.what} is over since the end of {day}"
    urgency = "; then no login works" if expiry.at - now <= VERY_SOON else ""
    return f"{expiry.what} ends on {day} ({countdown(expiry.at, now)}{urgency})"


def warning(expiry: Expiry, now: datetime) -> str:
    """Say in a sentence what will happen, or did, and what to do."""
    return f"{ending(expiry, now)}: {expiry.remedy}"


def foretold(expiry: Expiry) -> str:
    """Say the same without a countdown, for what is read on any day."""
    return f"{expiry.what} ends on {expiry.at:%Y-%m-%d %H:%M} UTC: {expiry.remedy}"
