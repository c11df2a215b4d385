"""An access token and for how long it is good."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EARLIER = timedelta(minutes=5)
"""A token is renewed so long before its end, so that an issuer may be away for it."""
SHORT_LIVES = 10
"""But not before nine tenths of its life are over."""
LONGEST = timedelta(days=3650)
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def is_token(text: str) -> bool:
    """True for what may stand in a login (RFC 6750 §2.1): no controls, no spaces."""
    return _BEARER.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Granted:
    """What an issuer gave."""

    access_token: str = field(repr=False)
    lasts: timedelta | None = None
    """None: it does not say."""
    refresh_token: str | None = field(default=None, repr=False)
    """A new one, in place of that which was used."""
    refresh_lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was given at some moment."""

    value: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime | None
    """None: nobody knows; it is good for one login."""

    def is_fresh(self, now: datetime) -> bool:
        """True while it is not time to renew it."""
        if self.expires_at is None or now < self.issued_at:
            return False
        life = self.expires_at - self.issued_at
        return now < self.expires_at - min(EARLIER, life / SHORT_LIVES)

    def is_good(self, now: datetime) -> bool:
        """True while a server may still take it."""
        return self.expires_at is not None and self.issued_at <= now < self.expires_at


def token_of(granted: Granted, now: datetime) -> Token:
    """Return the token that was given now."""
    expires_at = None if granted.lasts is None else now + granted.lasts
    return Token(granted.access_token, now, expires_at)


def lasting(seconds: object) -> timedelta | None:
    """Read an `expires_in`; None for what makes no sense."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return None
    try:
        lasts = timedelta(seconds=float(seconds))
    except (ValueError, OverflowError):
        return None
    return lasts if timedelta() < lasts <= LONGEST else None
