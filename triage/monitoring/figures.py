"""The same for Prometheus: no label comes from a mail, and none grows without end.

Counters count since the start, gauges are as of now. Names and units are those of
https://prometheus.io/docs/practices/naming/; seconds, octets, moments as Unix time.
What belongs to one of several mailboxes has its name as the label `mailbox`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from triage.alarm import Kind, Outlook
from triage.monitoring.mailbox_figures import about_mailboxes, what_passed
from triage.monitoring.samples import add, gauge
from triage.monitoring.seeing import Seen
from triage.monitoring.standing import Standing

OF_A_MAILBOX = (Kind.MAILBOX, Kind.OUTBOX)
OF_ALL = (Kind.LEDGER, Kind.STORE)
"""What can be wrong with the whole; the rest is about one job."""


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
        yield from what_passed(seen)
        if seen.standing is not None:
            yield from about_mailboxes(seen.standing, seen.now)
            yield from _about_store(seen.standing)


def _about_itself(seen: Seen) -> Iterator[Metric]:
    build = InfoMetricFamily("triage_build", "Which version runs.")
    build.add_metric((), {"version": seen.version})
    yield build
    yield gauge("triage_ready", "1: mail is taken up and answered.", not seen.reasons)
    has_failed = seen.failure is not None
    yield gauge(
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
    )
    if outlook is None:
        return family
    lasts = {(kind, "", ""): 0.0 for kind in OF_ALL}
    for job in outlook.jobs:
        task, mailbox = _of(job.name)
        lasts |= {(kind, "", mailbox): 0.0 for kind in OF_A_MAILBOX}
        lasts |= {(kind, task, mailbox): 0.0 for kind in (Kind.FAILING, Kind.STUCK)}
    for each in outlook.unwell:
        task, mailbox = _of(each.job)
        if each.kind in OF_A_MAILBOX:
            task, mailbox = "", each.job
        seconds = (now - each.since).total_seconds()
        lasts[each.kind, task, mailbox] = max(seconds, 0.0)
    for (kind, task, mailbox), value in lasts.items():
        add(family, value, kind=str(kind), mailbox=mailbox, task=task)
    return family


def _of(job: str) -> tuple[str, str]:
    """Return what a job does, and the mailbox that its name ends with."""
    task, _, mailbox = job.partition(" ")
    return task, mailbox


def _about_jobs(seen: Seen) -> Iterator[Metric]:
    ended = CounterMetricFamily("triage_job_runs", "Runs of jobs by how they ended.")
    row = GaugeMetricFamily(
        "triage_job_failures_in_a_row", "Failures since it last went well."
    )
    every = GaugeMetricFamily(
        "triage_job_interval_seconds", "Seconds between two runs."
    )
    well = GaugeMetricFamily(
        "triage_job_last_progress_timestamp_seconds",
        "When a job last ended well or got on.",
    )
    # Not `job`: Prometheus calls by that what it scrapes.
    for name, job in seen.jobs.items():
        task, mailbox = _of(name)
        whose = {"mailbox": mailbox, "task": task}
        add(ended, job.ended_well, "_total", outcome="success", **whose)
        add(ended, job.ended_badly, "_total", outcome="failure", **whose)
        add(row, job.failures, **whose)
        add(every, job.every, **whose)
    for fact in () if seen.outlook is None else seen.outlook.jobs:
        if fact.got_on_at is not None:
            task, mailbox = _of(fact.name)
            add(well, fact.got_on_at.timestamp(), mailbox=mailbox, task=task)
    yield from (ended, row, every, well)


def _about_store(standing: Standing) -> Iterator[Metric]:
    yield gauge(
        "triage_store_size_bytes",
        "Octets of the store with its log.",
        standing.store_bytes,
    )
    yield gauge(
        "triage_store_free_bytes",
        "Octets that are free on the store's disk.",
        standing.free_bytes,
    )
    yield gauge(
        "triage_store_look_timestamp_seconds",
        "When the store was looked at for these figures.",
        standing.at.timestamp(),
    )
