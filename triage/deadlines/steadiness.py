"""Whether the program was there all the time, and its clock went steadily.

A clock that jumps makes many things seem long overdue, and a week without the daemon
many at once. What cannot be taken back (letters to people, closing cases) waits for a
day then, or for a person.
"""

from datetime import datetime, timedelta

from triage.store import Store
from triage.store.watches import LOOKED

SWEPT = "deadlines"
"""When a sweep was last made."""
STEADY = "deadlines steady"
"""Since when one followed the other."""
HOUR = timedelta(hours=1)
"""A clock that is set by so much was only put right."""
LONGEST_GAP = timedelta(days=3)
REST = timedelta(days=1)
LONGEST_UNSEEN = timedelta(hours=2)
"""A mailbox is read at least each hour."""


def is_steady(store: Store, now: datetime) -> bool:
    """Note a sweep, and tell whether sweeps have been regular for a day."""
    last, since = store.heartbeat.last(SWEPT), store.heartbeat.last(STEADY)
    is_regular = last is not None and -HOUR <= now - last <= LONGEST_GAP
    with store.batch():
        if since is None or not is_regular:
            since = now
            store.heartbeat.note(STEADY, now)
        store.heartbeat.note(SWEPT, now)
    return now - since >= REST


def is_answer_looked_for(store: Store, now: datetime) -> bool:
    """Tell whether what people sent was looked through just now."""
    last = store.heartbeat.last(LOOKED)
    return last is not None and -HOUR <= now - last <= LONGEST_UNSEEN
