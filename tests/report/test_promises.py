"""What became of promises."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from triage.report.clocks import read_clocks
from triage.report.durations import OfficeHours
from triage.report.promises import Kept, Promise, Record, became, promises_of
from triage.store import StageClocks
from triage.wiring import rulebook_to_look_at

DUE = datetime(2026, 3, 4, 17, tzinfo=UTC)
TICK = timedelta(microseconds=1)
BEFORE, AFTER = DUE - TICK, DUE + TICK


@pytest.mark.parametrize(
    ("done_at", "ended_at", "now", "kept"),
    [
        (BEFORE, None, AFTER, Kept.ON_TIME),
        (DUE, None, AFTER, Kept.ON_TIME),
        (AFTER, None, AFTER, Kept.LATE),
        (None, None, BEFORE, Kept.RUNNING),
        (None, None, DUE, Kept.RUNNING),
        (None, None, AFTER, Kept.OVERDUE),
        (None, BEFORE, AFTER, Kept.ENDED),
        (None, DUE, AFTER, Kept.ENDED),
        (None, AFTER, AFTER, Kept.OVERDUE),
        (DUE, AFTER, AFTER, Kept.ON_TIME),
        (AFTER, AFTER + TICK, AFTER + TICK, Kept.LATE),
    ],
    ids=[
        "before",
        "at the very instant",
        "after",
        "not yet due",
        "due this instant",
        "overdue",
        "closed before the date",
        "closed at the date",
        "closed after the date without it",
        "done, then closed",
        "done late, then closed",
    ],
)
def test_what_became_of_a_promise(
    done_at: datetime | None, ended_at: datetime | None, now: datetime, kept: Kept
) -> None:
    assert kept == became(DUE, done_at, ended_at, now)


def test_what_is_done_by_a_later_date_is_told_apart() -> None:
    assert became(DUE, DUE, None, AFTER, is_extended=True) == Kept.BY_LATER_DATE


def test_a_later_date_that_was_missed_too_is_late() -> None:
    assert became(DUE, AFTER, None, AFTER, is_extended=True) == Kept.LATE


def test_what_owes_no_answer_promises_none() -> None:
    stage = StageClocks(clock_from=BEFORE, acknowledge_by=DUE, acknowledged_at=BEFORE)

    assert list(promises_of(stage, AFTER)) == [(Promise.ACKNOWLEDGE, Kept.ON_TIME)]


def test_a_director_s_answer_is_a_promise_of_its_own() -> None:
    stage = StageClocks(
        clock_from=BEFORE, respond_by=DUE, answered_at=AFTER, is_directors=True
    )

    assert list(promises_of(stage, AFTER)) == [(Promise.DIRECTORS_ANSWER, Kept.LATE)]


def test_what_still_runs_is_in_no_share() -> None:
    record = Record({Kept.ON_TIME: 3, Kept.OVERDUE: 1, Kept.RUNNING: 6, Kept.ENDED: 2})

    assert record.share(Kept.ON_TIME) == 0.75


def test_without_anything_decided_there_is_no_share() -> None:
    assert Record({Kept.RUNNING: 6}).share(Kept.ON_TIME) is None


def test_the_times_of_a_stage_count_from_its_own_clock() -> None:
    calendar = rulebook_to_look_at(None, None).ruleset.calendar
    monday = datetime(2026, 3, 2, 10, tzinfo=UTC)
    stages = (
        StageClocks(
            clock_from=monday,
            acknowledge_by=monday + timedelta(days=2),
            respond_by=monday + timedelta(days=9),
            acknowledged_at=monday + timedelta(hours=2),
            answered_at=monday + timedelta(days=1),
        ),
        StageClocks(clock_from=monday, is_directors=True, answered_at=monday),
    )

    clocks = read_clocks(
        stages,
        OfficeHours(calendar, monday.date(), monday.date() + timedelta(30)),
        monday,
    )

    assert {
        Promise.ACKNOWLEDGE: [timedelta(hours=2)],
        Promise.ANSWER: [timedelta(hours=8)],
        Promise.DIRECTORS_ANSWER: [timedelta()],
    } == clocks.times
    assert Counter({Kept.ON_TIME: 1}) == +Counter(clocks.records[Promise.ANSWER].counts)
