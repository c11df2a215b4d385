"""The clocks of many stages, gone through once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triage.report.durations import OfficeHours
from triage.report.promises import (
    Kept,
    Promise,
    Record,
    answer_at,
    promises_of,
    records_of,
)
from triage.store import StageClocks


@dataclass(frozen=True, slots=True)
class Clocks:
    """How promises were kept, and how long it took."""

    records: Mapping[Promise, Record]
    times: Mapping[Promise, list[timedelta]] = field(repr=False)
    """Office hours from the clock's start; only of what was done."""


def read_clocks(
    stages: Iterable[StageClocks], hours: OfficeHours, now: datetime
) -> Clocks:
    """Go through stages; `hours` must reach from the first of them to now."""
    counted: Counter[tuple[Promise, Kept]] = Counter()
    times: dict[Promise, list[timedelta]] = {promise: [] for promise in Promise}
    for stage in stages:
        for promise, kept in promises_of(stage, now):
            counted[promise, kept] += 1
        for promise, done_at in (
            (Promise.ACKNOWLEDGE, stage.acknowledged_at),
            (answer_at(stage), stage.answered_at),
        ):
            if done_at is not None:
                times[promise].append(hours.between(stage.clock_from, done_at))
    return Clocks(records_of(counted), times)
