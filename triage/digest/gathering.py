"""The store, looked at, to a digest."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from triage.digest.health import Surroundings, health_of
from triage.digest.model import Digest
from triage.digest.period import Mornings
from triage.ruleset import Policy
from triage.store import Duty, DutyKind, Listed, Store, listed

MOST_ROWS = 20
"""Of each list; a mail of ours may not be long."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a digest looks at the store."""

    now: datetime
    days: int | None = None
    """Working days after today that are looked ahead; None: as the rules say."""
    most: int = MOST_ROWS


def digest_of(store: Store, policy: Policy, around: Surroundings, look: Look) -> Digest:
    """Look at everything that the team has to know; writes nothing.

    `policy` is what is in force: its calendar says which day is next. The caller
    reads one state of the store throughout (`store.looking`, or a batch).
    """
    table, calendar = policy.tables.digest, policy.calendar
    mornings = Mornings(table, calendar)
    now, most, view = look.now, look.most, store.overview
    today = calendar.date_of(now)
    last_day = today
    for _ in range(table.ahead_days if look.days is None else look.days):
        last_day = calendar.next_working_day(last_day)
    tomorrow = _begins(today + timedelta(days=1), mornings)
    day = mornings.latest(now)
    period = mornings.period_of(day, store.digests.last_before(day))
    between = (period.since, period.until)
    review = timedelta(days=policy.tables.restrictions.review_days)
    duties = _duties(store, now, _begins(last_day + timedelta(days=1), mornings))
    return Digest(
        at=now,
        today=today,
        next_until=last_day,
        period=period,
        overdue=_listed((duty for duty in duties if duty.is_late), most),
        due_today=_listed(
            (duty for duty in duties if now <= duty.due < tomorrow), most
        ),
        due_next=_listed((duty for duty in duties if tomorrow <= duty.due), most),
        unacknowledged=view.unacknowledged(most),
        to_approve=view.to_approve(most),
        doubtful=view.doubtful(most),
        set_aside=view.set_aside(most),
        flagged=view.flagged(first_flags(policy), most),
        unsettled=view.unsettled(most),
        requests=view.requests(most),
        restrictions=store.restrictions.pending(now, now + review, most),
        to_erase=store.retention.to_approve(most),
        came_in=store.happened.came_in(*between),
        answered=store.happened.answered(*between, most),
        closed=store.happened.closed(*between, most),
        open_cases=view.open_cases(),
        health=health_of(store, around, now),
    )


def first_flags(policy: Policy) -> tuple[str, ...]:
    """Return the flags that come first; by their priority, where nothing is said."""
    tables = policy.tables
    return tables.digest.first_flags or tuple(
        flag.id
        for priority in ("urgent", "high")
        for flag in tables.flag
        if flag.priority == priority
    )


def overdue_now(store: Store, now: datetime) -> Listed[Duty]:
    """Return what a digest of this moment counts as overdue, without its rows."""
    return _listed(_duties(store, now, now), 0)


def _duties(store: Store, now: datetime, until: datetime) -> list[Duty]:
    """Return what is owed before `until`; letters that wait are told apart."""
    found = store.duties.due(now, until)
    return [d for d in found if d.kind is not DutyKind.HOLD and d.due < until]


def _listed(duties: Iterable[Duty], most: int) -> Listed[Duty]:
    """Cut a list of duties, counted by kind."""
    rows = tuple(duties)
    return listed(rows, most, Counter(str(duty.kind) for duty in rows))


def _begins(day: date, mornings: Mornings) -> datetime:
    """Return the moment at which a day begins in the board's zone."""
    return datetime.combine(day, datetime.min.time(), mornings.calendar.timezone)
