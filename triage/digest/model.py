"""The digest of one moment: what must be done, what happened, how the program is.

Nothing of a sender's is in it: references, routes, dates, owners and counts.
"""

from dataclasses import dataclass
from datetime import date, datetime

from triage.digest.health import Health
from triage.digest.period import Period
from triage.store import (
    CameIn,
    Debt,
    Duty,
    Finished,
    Flagged,
    Listed,
    Pending,
    Request,
    Unread,
    Unsettled,
    Waiting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All that the team has to know on a day; each figure is a count of the store's."""

    at: datetime
    """What is due, waits or is open is told as it is at this moment."""
    today: date
    """The board's date then."""
    next_until: date
    """The last of the working days that `due_next` looks at."""
    period: Period
    """What came in, was answered or was closed is told of this time."""
    overdue: Listed[Duty]
    """Acknowledgements and answers that were due before `at`; each is one duty.

    Duties are those of store.duties without the letters that wait. By kind.
    """
    due_today: Listed[Duty]
    """Due from `at` on, before the board's day ends."""
    due_next: Listed[Duty]
    """Due after today, before the day `next_until` ends."""
    unacknowledged: Listed[Debt]
    to_approve: Listed[Waiting]
    doubtful: Listed[Waiting]
    set_aside: Listed[Unread]
    flagged: Listed[Flagged]
    unsettled: Listed[Unsettled]
    requests: Listed[Request]
    restrictions: Listed[Pending]
    """Proposed, or to be reviewed within the days that the rules say; by state."""
    to_erase: Listed[str]
    """Closed cases whose time to be kept is over, on the latest list to approve."""
    came_in: CameIn
    answered: Listed[Finished]
    closed: Listed[Finished]
    open_cases: int
    health: Health
