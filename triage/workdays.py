"""When an answer is due: working days, closing time, holidays and closing days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Calendar:
    """The board's working days.

    `closing_days` are days that the team entered, each with its name; public holidays
    come from the `holidays` package for `country` and `subdivision`.
    """

    timezone: ZoneInfo
    closing_time: time
    country: str
    subdivision: str | None = None
    closing_days: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """A due date with its arithmetic.

    `at` is closing time on the last day, aware; `counted_from` is day nought.
    """

    at: datetime
    days: int
    counted_from: date
    left_out: tuple[tuple[date, str], ...]
    words: str
