"""Tables and times for a terminal."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay rows out under headings, each column as wide as it must be."""
    table = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(headings))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    )


def counted(number: int, what: str) -> str:
    """How many of something, in the plural where it is not one."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def day(at: datetime | None) -> str:
    """A date as people write it, in this machine's time zone; '-' for none."""
    if at is None:
        return "-"
    return date_in_words(at.astimezone())


def date_in_words(on: date) -> str:
    """A date as people write it."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def until(at: datetime | None, now: datetime) -> str:
    """A date by which something is due, or since when it is overdue."""
    if at is None:
        return "-"
    return f"OVERDUE since {day(at)}" if at < now else f"by {day(at)}"


def moment(at: datetime | None) -> str | None:
    """A date with its time, in this machine's time zone."""
    return None if at is None else when(at)


def when(at: datetime) -> str:
    """The same of a moment that there is."""
    return f"{day(at)} {at.astimezone():%H:%M}"
