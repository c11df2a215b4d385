"""Dates and stretches of time in words, and plain text filled to lines."""

import re
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from functools import lru_cache

LINE_WIDTH = 72

_WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
_BULLET = re.compile(r"-|\d{1,2}\.")
_UNDERLINE = re.compile(r"-{3,}")


def date_in_words(moment: datetime, timezone: tzinfo) -> str:
    """Write the calendar day of an aware `moment`, such as 'Wednesday 8 April 2026'."""
    if moment.tzinfo is None:
        raise ValueError("a date in a letter needs its time zone")
    return day_in_words(moment.astimezone(timezone))


def day_in_words(day: date) -> str:
    """Write a calendar day, such as 'Wednesday 8 April 2026'."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def how_long(seconds: float) -> str:
    """Say a stretch of time in seconds, minutes, hours or days."""
    if seconds < 2 * 60:
        return f"{int(seconds)} second{'' if int(seconds) == 1 else 's'}"
    minutes = int(seconds // 60)
    if minutes < 2 * 60:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 2 * 24 else f"{hours // 24} days"


def fill(text: str, width: int = LINE_WIDTH) -> str:
    """Lay out plain text: paragraphs filled, one blank line between them.

    A line that begins with `- ` or a number starts a list item, one that begins with
    `| ` stands alone, and so does a line that the next one underlines with hyphens.
    """
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(_filled_paragraph(each, width) for each in paragraphs) + "\n"


@lru_cache(maxsize=512)  # most paragraphs stand in every letter
def _filled_paragraph(paragraph: str, width: int) -> str:
    return "\n".join(_lines(paragraph, width))


def _lines(paragraph: str, width: int) -> Iterator[str]:
    words: list[str] = []
    written = [line.split() for line in paragraph.split("\n")]
    for line, following in zip(written, [*written[1:], []], strict=True):
        stands_alone = (
            line[:1] == ["|"] or _is_underline(line) or _is_underline(following)
        )
        if stands_alone or _has_bullet(line):
            yield from _filled(words, width)
            words = []
        if stands_alone:
            yield " ".join(line[1:] if line[:1] == ["|"] else line)
        else:
            words += line
    yield from _filled(words, width)


def _is_underline(line: list[str]) -> bool:
    return len(line) == 1 and _UNDERLINE.fullmatch(line[0]) is not None


def _has_bullet(line: list[str]) -> bool:
    return len(line) > 1 and _BULLET.fullmatch(line[0]) is not None


def _filled(words: list[str], width: int) -> Iterator[str]:
    if not words:
        return
    bullet = words[0] if _has_bullet(words) else ""
    indent = " " * (len(bullet) + 1) if bullet else ""
    line = words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > width and line != bullet:
            yield line
            line = indent + word
        else:
            line += " " + word
    yield line
