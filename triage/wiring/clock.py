"""The clocks."""

from datetime import UTC, datetime
from time import monotonic


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def steady() -> float:
    """Return seconds that no step of the clock moves and no sleep of the machine."""
    return monotonic()
