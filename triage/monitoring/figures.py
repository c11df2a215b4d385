"""The same for Prometheus: no label comes from a mail, and none grows without end.

Counters count since the start, gauges are as of now. Names and units are those of
https://prometheus.io/docs/practices/naming/; seconds, octets, moments as Unix time.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from triage.alarm import Kind, Outlook
from triage.monitoring.seeing import BUCKETS, Seen, Waits
from triage.monitoring.standing import Ledger, Standing
from triage.store import State

JOBLESS = (Kind.MAILBOX, Kind.OUTBOX, Kind.LEDGER, Kind.STORE)
"""What can be wrong with the whole; the rest is about one job."""
WAITING = (
    State.QUEUED,
    State.SENDING,
    State.FINISHING,
    State.REFUSED,
    State.UNCERTAIN,
    State.HELD,
)
FATES = ("recorded", "duplicate", "aside", "left")


class Figures(Collector):
    """Tells what is seen whenever somebody asks for it."""

    def __init__(self, seen: Callable[[], Seen]) -> None:
        self._seen = seen
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(self)

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield everything that is known by now."""
        seen = self._seen()
        yield from _about_itself(seen)
        yield from _about_jobs(seen)
        yield from _what_passed(seen)
        if seen.standing is not None:
            yield from _about_store(seen.standing, seen.now)


def _about_itself(seen: Seen) -> Iterator[Metric]:
    build = InfoMetricFamily("triage_build", "Which version runs.")
    build.add_metric((), {"version": seen.version})
    yield build
    yield _gauge("triage_ready", "1: mail is taken up and answered.", not seen.reasons)
    has_failed = seen.failure is not None
    yield _gauge(
        "triage_store_look_failed",
        "1: the figures of the store are old or missing.",
        has_failed,
    )
    yield _unwell(seen.outlook, seen.now)


def _unwell(outlook: Outlook | None, now: datetime) -> Metric:
    """For how long something is wrong; 0 where nothing is, so that it can be told."""
    family = GaugeMetricFamily(
        "triage_unwell_seconds",
        "For how long something keeps mail from being answered; 0: nothing does.",
        labels=("kind", "task"),
    )
    if outlook is None:
        return family
    lasts = {(str(kind), ""): 0.0 for kind in JOBLESS}
    for job in outlook.jobs:
        lasts |= {(str(Kind.FAILING), job.name): 0.0, (str(Kind.STUCK), job.name): 0.0}
    for each in outlook.unwell:
        seconds = (now - each.since).total_seconds()
        lasts[str(each.kind), each.job] = max(seconds, 0.0)
    for labels, value in lasts.items():
        family.add_metric(labels, value)
    return family


def _about_jobs(seen: Seen) -> Iterator[Metric]:
    ended = CounterMetricFamily(
        "triage_job_runs", "Runs of jobs by how they ended.", labels=("task", "outcome")
    )
    row = GaugeMetricFamily(
        "triage_job_failures_in_a_row",
        "Failures since it last went well.",
        labels=_TASK,
    )
    every = GaugeMetricFamily(
        "triage_job_interval_seconds", "Seconds between two runs.", labels=_TASK
    )
    well = GaugeMetricFamily(
        "triage_job_last_progress_timestamp_seconds",
        "When a job last ended well or got on.",
        labels=_TASK,
    )
    for name, job in seen.jobs.items():
        ended.add_metric((name, "success"), job.ended_well)
        ended.add_metric((name, "failure"), job.ended_badly)
        row.add_metric((name,), job.failures)
        every.add_metric((name,), job.every)
    for fact in () if seen.outlook is None else seen.outlook.jobs:
        if fact.got_on_at is not None:
            well.add_metric((fact.name,), fact.got_on_at.timestamp())
    yield from (ended, row, every, well)


_TASK = ("task",)
"""Not `job`: Prometheus calls by that what it scrapes."""


def _what_passed(seen: Seen) -> Iterator[Metric]:
    messages = CounterMetricFamily(
        "triage_messages",
        "Mails by what became of them and the route that the rules took.",
        labels=("fate", "route"),
    )
    # Whatever can be counted begins at 0, or its first one would be no increase.
    routes = () if seen.standing is None else seen.standing.routes
    usual = [*((fate, "") for fate in FATES), *(("recorded", each) for each in routes)]
    for fate, route in dict.fromkeys([*usual, *seen.messages]):
        number = seen.messages.get((fate, route), 0)
        messages.add_metric((fate, route), number)
    letters = CounterMetricFamily(
        "triage_letters", "Letters that came into a state.", labels=("state",)
    )
    for state in State:
        letters.add_metric((state,), seen.letters.get(state, 0))
    yield from (messages, letters, _waits(seen.waits))


def _waits(waits: Waits) -> Metric:
    family = HistogramMetricFamily(
        "triage_reply_duration_seconds",
        "From the arrival of a mail until its reply was accepted, where nobody had to"
        " decide.",
    )
    names = (*(str(bound) for bound in BUCKETS), "+Inf")
    below, buckets = 0, list[tuple[str, float]]()
    for name, number in zip(names, waits.counts, strict=True):
        below += number
        buckets.append((name, float(below)))
    family.add_metric((), buckets, sum_value=waits.sum)
    return family


def _about_store(standing: Standing, now: datetime) -> Iterator[Metric]:
    yield from (_gauge(name, what, of(standing)) for name, what, of in _NUMBERS)
    yield from _moments(standing)
    waiting = GaugeMetricFamily(
        "triage_outbox_letters", "Letters not at their end.", labels=("state",)
    )
    for state in WAITING:
        waiting.add_metric((state,), standing.letters.get(state, 0))
    yield waiting
    oldest = standing.oldest_due_at
    age = 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
    yield _gauge(
        "triage_oldest_due_letter_age_seconds",
        "How long the letter waits that may be sent and waits longest; 0: none does.",
        age,
    )
    if standing.ledger is not None:
        yield from _about_ledger(standing.ledger)
    modes = GaugeMetricFamily(
        "triage_routes", "Routes by how far their replies go.", labels=("mode",)
    )
    for mode, number in standing.modes.items():
        modes.add_metric((mode,), number)
    yield modes
    if standing.edition is not None:
        edition = InfoMetricFamily("triage_edition", "The rules and letters in force.")
        edition.add_metric((), {"hash": standing.edition})
        yield edition


def _about_ledger(ledger: Ledger) -> Iterator[Metric]:
    difference = GaugeMetricFamily(
        "triage_ledger_difference",
        "What did not come out at the last balance: mails without a fate, mails that"
        " were filed and are back, sums of the store.",
        labels=("kind",),
    )
    difference.add_metric(("unaccounted",), ledger.unaccounted)
    difference.add_metric(("lingering",), ledger.lingering)
    difference.add_metric(("sums",), ledger.amiss)
    there = GaugeMetricFamily(
        "triage_mailbox_messages",
        "Mails in the mailbox at the last balance, by fate.",
        labels=("fate",),
    )
    for fate, number in ledger.there.items():
        there.add_metric((fate,), number)
    yield from (difference, there)


def _moments(standing: Standing) -> Iterator[Metric]:
    ledger = standing.ledger
    for name, what, at in (
        (
            "triage_mailbox_last_pass_timestamp_seconds",
            "When the mailbox was last read to its end.",
            standing.mailbox_read_at,
        ),
        (
            "triage_ledger_last_balance_timestamp_seconds",
            "When the ledger was last balanced.",
            None if ledger is None else ledger.at,
        ),
        (
            "triage_edition_in_force_since_timestamp_seconds",
            "Since when the rules and letters are in force.",
            standing.in_force_since,
        ),
        (
            "triage_store_look_timestamp_seconds",
            "When the store was looked at for these figures.",
            standing.at,
        ),
    ):
        if at is not None:
            yield _gauge(name, what, at.timestamp())
    expires = GaugeMetricFamily(
        "triage_expiry_timestamp_seconds",
        "When a certificate or a token ends, where that is known.",
        labels=("of",),
    )
    for of, at in standing.expires.items():
        expires.add_metric((of,), at.timestamp())
    yield expires


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=float(value))


_NUMBERS: tuple[tuple[str, str, Callable[[Standing], float]], ...] = (
    (
        "triage_cases_open",
        "Cases that are neither answered nor closed.",
        lambda s: s.open_cases,
    ),
    (
        "triage_duties_overdue",
        "Acknowledgements and answers that are late.",
        lambda s: s.overdue,
    ),
    (
        "triage_acknowledgement_debt",
        "Cases that a person must acknowledge.",
        lambda s: s.unacknowledged,
    ),
    (
        "triage_letters_to_approve",
        "Replies that wait for a person's approval.",
        lambda s: s.to_approve,
    ),
    (
        "triage_letters_doubtful",
        "Letters that may not have arrived.",
        lambda s: s.doubtful,
    ),
    (
        "triage_approvals_in_vain",
        "Mails in the folders for approval that decide nothing.",
        lambda s: s.in_vain,
    ),
    (
        "triage_mails_set_aside",
        "Mails that could not be taken up and lie in the mailbox.",
        lambda s: s.set_aside,
    ),
    (
        "triage_matters_unsettled",
        "Matters in cases that a person must look at.",
        lambda s: s.unsettled,
    ),
    (
        "triage_urgent_cases_unassigned",
        "Open cases with an urgent flag that nobody has.",
        lambda s: s.unassigned,
    ),
    (
        "triage_needs",
        "What a person must do now, as `triage status` lists it.",
        lambda s: len(s.needs),
    ),
    (
        "triage_breaker_open",
        "1: replies are held because too many went out.",
        lambda s: s.breaker_is_open,
    ),
    (
        "triage_changes_refused",
        "1: rules or letters in the folders did not pass.",
        lambda s: s.changes_are_refused,
    ),
    (
        "triage_store_size_bytes",
        "Octets of the store with its log.",
        lambda s: s.store_bytes,
    ),
    (
        "triage_store_free_bytes",
        "Octets that are free on the store's disk.",
        lambda s: s.free_bytes,
    ),
)
