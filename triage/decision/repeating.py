"""How often one person wrote, and what made them a repeat sender: for people to see."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.ruleset.schema import Window


@dataclass(frozen=True, slots=True)
class Excess:
    """A time in which a person wrote more than a window of the rules allows."""

    window: Window
    first_at: datetime
    """The first of the messages that were too many together."""
    over_at: datetime
    """The message that was one too many."""
    last_at: datetime
    """The last one that still was."""
    most: int
    """The most messages within the window."""


def written_within(times: Sequence[datetime], window: Window, now: datetime) -> int:
    """Count the messages of a window that ends now."""
    since = now - timedelta(hours=window.hours)
    return sum(since <= at <= now for at in times)


def excesses(times: Sequence[datetime], window: Window) -> Iterator[Excess]:
    """Yield when a person wrote too much; message after message over it is one time."""
    ordered = sorted(times)
    span = timedelta(hours=window.hours)
    found: Excess | None = None
    for number, at in enumerate(ordered):
        earliest = bisect_left(ordered, at - span)
        count = number - earliest + 1
        if count <= window.messages:
            if found is not None:
                yield found
            found = None
        elif found is None:
            found = Excess(window, ordered[earliest], at, at, count)
        else:
            most = max(found.most, count)
            found = Excess(window, found.first_at, found.over_at, at, most)
    if found is not None:
        yield found
