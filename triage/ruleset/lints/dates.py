"""Dates that have passed."""

from collections.abc import Iterator

from triage.errors import Problem
from triage.ruleset.lints.written import Written
from triage.ruleset.schema import CalendarTable, Series


def series_over(written: Written) -> Iterator[Problem]:
    """Every series has ended: a new one was forgotten."""
    series = list(written.of(Series))
    if series and all(each.last < written.today for _, each in series):
        path, last = max(series, key=lambda entry: entry[1].last)
        yield written.at(
            (*path, "last"),
            f"every series is over; the last, {last.title}, ended on {last.last}",
            "enter the coming ones as [[series]]",
        )


def closing_days_over(written: Written) -> Iterator[Problem]:
    """Every closing day has passed: those of the coming year were forgotten."""
    for path, calendar in written.of(CalendarTable):
        days = [closing.day for closing in calendar.closing_days]
        if days and max(days) < written.today:
            yield written.at(
                (*path, "closing_days", days.index(max(days)), "day"),
                f"every closing day has passed; the last was {max(days)}",
                "enter the coming ones as [[calendar.closing_days]], or take the old"
                " ones away",
            )
