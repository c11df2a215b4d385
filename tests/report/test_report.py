"""A whole report: its figures fit each other and the store."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.report.year import RISING
from triage.report import Period, Question, Report, report_of
from triage.report.counts import requests_exhibit
from triage.report.tables import Table
from triage.report.unusual import unusual_section
from triage.store import RequestClock, Store


def table(report: Report, id_: str) -> Table:
    return next(each for each in report.tables() if each.id == id_)


def total(table_: Table, key: str) -> int:
    return sum(cell for cell in table_.column(key) if isinstance(cell, int))


def glance(report: Report, key: str) -> object:
    return report.highlights.column(key)[0]


def test_every_table_has_a_name_of_its_own(report: Report) -> None:
    names = [each.id for each in report.tables()]

    assert sorted(set(names)) == sorted(names)


def test_every_row_has_a_cell_for_each_column(report: Report) -> None:
    for each in report.tables():
        assert {len(each.columns)} >= {len(row) for row in each.rows}, each.id


@pytest.mark.parametrize("id_", ["routes", "topics", "roles", "channels", "people"])
def test_every_case_that_came_is_counted_once(report: Report, id_: str) -> None:
    assert glance(report, "received") == total(table(report, id_), "cases")


@pytest.mark.parametrize("id_", ["outcomes", "causes"])
def test_every_case_that_was_closed_is_counted_once(report: Report, id_: str) -> None:
    assert glance(report, "closed") == total(table(report, id_), "cases")


@pytest.mark.parametrize("key", ["received", "closed"])
def test_the_weeks_add_up_to_the_period(report: Report, key: str) -> None:
    assert glance(report, key) == total(table(report, "weeks"), key)


def test_what_came_is_what_the_store_says(
    report: Report, filled: Store, question: Question
) -> None:
    assert glance(report, "received") == filled.figures.came(question.span).cases


def test_each_time_is_in_one_bar(report: Report) -> None:
    done = table(report, "percentiles").column("done")

    bars = [
        total(table(report, f"time-to-{promise}"), "cases")
        for promise in ("acknowledge", "answer", "directors-answer")
    ]

    assert done == bars


def test_half_is_within_the_median(report: Report) -> None:
    for row in table(report, "percentiles").rows:
        _, _, median, ninetieth, longest = row
        assert isinstance(median, float)
        assert isinstance(ninetieth, float)
        assert isinstance(longest, float)
        assert 0 <= median <= ninetieth <= longest


def test_a_centre_with_three_times_its_share_is_more_than_usual(
    report: Report,
) -> None:
    centres = table(report, "centres")

    verdicts = dict(zip(centres.column("name"), centres.column("verdict"), strict=True))

    assert [name for name, words in verdicts.items() if words == "more than usual"] == [
        RISING
    ]


def test_a_period_without_cases_has_a_report(filled: Store, question: Question) -> None:
    day = date(2020, 2, 3)
    empty = replace(question, period=Period(day, day, question.period.timezone))

    report = report_of(filled, empty)

    assert glance(report, "received") == 0
    assert not table(report, "weeks").rows
    assert not table(report, "routes").rows


def test_days_to_come_are_not_waited_for(filled: Store, question: Question) -> None:
    longer = Period(
        question.period.first,
        question.period.last.replace(year=2027),
        question.period.timezone,
    )

    report = report_of(filled, replace(question, period=longer))

    weeks = table(report, "weeks").column("week")
    assert all(isinstance(day, date) and day <= question.now.date() for day in weeks)


def test_two_spellings_that_differ_in_spaces_and_capitals_are_one() -> None:
    section = unusual_section(
        ({"XY 123": 4, "xy  123": 3}, {"Xy 123": 5, "other": 5}), ({}, {})
    )

    rows = section.exhibits[0].table.rows
    assert [row[1] for row in rows] == [7]
    assert [row[3] for row in rows] == [5]


def test_requests_are_kept_by_the_clock_of_their_own() -> None:
    due = datetime(2026, 3, 4, 17, tzinfo=UTC)
    day = timedelta(days=1)

    exhibit = requests_exhibit(
        [
            RequestClock("erasure", due, due + day),
            RequestClock("access", due, due),
            RequestClock("access", due, None),
            RequestClock("access", due + 2 * day, None),
        ],
        due + day,
    )

    assert exhibit.table.rows == (
        ("access", 3, 1, 0, 1, 1),
        ("erasure", 1, 0, 1, 0, 0),
    )
