"""What was promised by a date, and kept or not."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from triage.store import StageClocks


class Promise(StrEnum):
    """What is promised by a date."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    DIRECTORS_ANSWER = "directors-answer"


class Kept(StrEnum):
    """What became of a promise by now."""

    ON_TIME = "on-time"
    BY_LATER_DATE = "by-later-date"
    """By a date that was set later, and told to the person."""
    LATE = "late"
    OVERDUE = "overdue"
    """Still owed after its date; or the stage was over after it, with nothing done."""
    RUNNING = "running"
    """Still owed, before its date."""
    ENDED = "ended"
    """The stage was over before the date, with nothing done: nothing is owed now."""


KEPT_WORDS: Mapping[Kept, str] = {
    Kept.ON_TIME: "On time",
    Kept.BY_LATER_DATE: "By a later date",
    Kept.LATE: "Late",
    Kept.OVERDUE: "Not done, overdue",
    Kept.RUNNING: "Still running",
    Kept.ENDED: "No longer owed",
}

DECIDED = (Kept.ON_TIME, Kept.BY_LATER_DATE, Kept.LATE, Kept.OVERDUE)
"""What shares are taken of: a promise that still runs is neither kept nor broken."""


@dataclass(frozen=True, slots=True)
class Record:
    """How one promise was kept over many stages."""

    counts: Mapping[Kept, int]

    def __getitem__(self, kept: Kept) -> int:
        return self.counts.get(kept, 0)

    @property
    def decided(self) -> int:
        return sum(self[kept] for kept in DECIDED)

    def share(self, *wanted: Kept) -> float | None:
        """Return the part of the decided ones; None: nothing is decided."""
        return (
            sum(map(self.__getitem__, wanted)) / self.decided if self.decided else None
        )


def became(
    due: datetime,
    done_at: datetime | None,
    ended_at: datetime | None,
    now: datetime,
    *,
    is_extended: bool = False,
) -> Kept:
    """Tell what became of a promise; done at the very instant is on time."""
    if done_at is not None:
        if done_at > due:
            return Kept.LATE
        return Kept.BY_LATER_DATE if is_extended else Kept.ON_TIME
    if due < (ended_at or now):
        return Kept.OVERDUE
    return Kept.RUNNING if ended_at is None else Kept.ENDED


def promises_of(stage: StageClocks, now: datetime) -> Iterator[tuple[Promise, Kept]]:
    """Yield every promise that a stage held."""
    if stage.acknowledge_by is not None:
        yield (
            Promise.ACKNOWLEDGE,
            became(stage.acknowledge_by, stage.acknowledged_at, stage.ended_at, now),
        )
    if stage.respond_by is not None:
        kept = became(
            stage.respond_by,
            stage.answered_at,
            stage.ended_at,
            now,
            is_extended=stage.is_extended,
        )
        yield answer_at(stage), kept


def answer_at(stage: StageClocks) -> Promise:
    """Tell whose answer a stage asks for."""
    return Promise.DIRECTORS_ANSWER if stage.is_directors else Promise.ANSWER


def records_of(counted: Counter[tuple[Promise, Kept]]) -> Mapping[Promise, Record]:
    """Gather what became of all promises, each promise's own."""
    return {
        promise: Record({kept: counted[promise, kept] for kept in Kept})
        for promise in Promise
    }
