"""How the daemon was at its last look, for whoever asks from outside.

One value for `triage status`, for pages and for figures: no reference, no address and
no subject is in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from triage.alarm.book import Moment
from triage.alarm.model import Kind, Policy
from triage.alarm.pulse import JobState
from triage.alarm.signs import Facts, Signs
from triage.oauth.source import Standing

ALIVE_FOR = timedelta(seconds=45)
"""A daemon that gave no sign for so long is not running, or cannot write its store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFact:
    """How one job goes."""

    name: str
    every: float
    got_on_at: datetime | None
    """When it last went well or got on; None: never since the start."""
    running_since: datetime | None
    failing_since: datetime | None
    failures: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwell:
    """Something that is wrong, for however short a time."""

    kind: Kind
    job: str
    since: datetime
    why: str
    is_alarm: bool
    """For longer than is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How the daemon is."""

    at: datetime
    every: float
    """Seconds until the next look."""
    jobs: tuple[JobFact, ...]
    unwell: tuple[Unwell, ...]
    settled: int
    """Letters whose fate was settled since the start."""
    ping_failed: str | None = None
    """Why the last ping did not get through."""
    logins: Mapping[str, Standing] = field(default_factory=dict)
    """How it stands with the tokens of each login, by its table."""

    @property
    def alarms(self) -> tuple[Unwell, ...]:
        """What is wrong for longer than is allowed."""
        return tuple(each for each in self.unwell if each.is_alarm)


def is_alive(at: datetime | None, now: datetime) -> bool:
    """Tell whether the last sign of life is fresh, whichever way the clock was set."""
    return at is not None and abs(now - at) <= ALIVE_FOR


_OUTLOOK = TypeAdapter(Outlook)


def written_outlook(outlook: Outlook) -> str:
    """Return an outlook as JSON."""
    return _OUTLOOK.dump_json(outlook).decode()


def read_outlook(text: str) -> Outlook | None:
    """Return an outlook that was written; None where another version wrote it."""
    try:
        return _OUTLOOK.validate_json(text)
    except ValidationError:
        return None


def outlook_of(
    facts: Facts, signs: Signs, moment: Moment, policy: Policy
) -> tuple[tuple[JobFact, ...], tuple[Unwell, ...]]:
    """Return how each job goes and what is wrong, by the calendar's clock."""
    return (
        tuple(_job(job, moment) for job in facts.jobs.values()),
        tuple(_unwell(signs, moment, policy)),
    )


def _job(job: JobState, moment: Moment) -> JobFact:
    has_got_on = job.has_gone_well or job.gets_on
    return JobFact(
        name=job.name,
        every=job.every,
        got_on_at=_at(job.got_on_at, moment) if has_got_on else None,
        running_since=_at(job.running_since, moment),
        failing_since=_at(job.failing_since, moment),
        failures=job.failures,
        why=job.why,
    )


def _unwell(signs: Signs, moment: Moment, policy: Policy) -> Iterator[Unwell]:
    for sign in signs.values():
        if not sign.is_well:
            yield Unwell(
                kind=sign.kind,
                job=sign.job,
                since=moment.now - timedelta(seconds=moment.steady - sign.since),
                why=sign.why,
                is_alarm=moment.steady - sign.since >= policy.allowed(sign.kind),
            )


def _at(steady: float | None, moment: Moment) -> datetime | None:
    if steady is None:
        return None
    return moment.now - timedelta(seconds=moment.steady - steady)
