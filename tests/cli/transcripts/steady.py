"""What differs from run to run, made the same: on the page it is always one day."""

import re
import textwrap
from collections.abc import Mapping
from datetime import date, timedelta
from time import sleep

from triage.wiring import now

DAY = date(2026, 3, 2)
WIDTH = 88
A_TRANSCRIPT = timedelta(seconds=60)
_SPOKEN_DAY = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2} \d{4}"
_PATTERNS = (
    (rf"{_SPOKEN_DAY} \d\d:\d\d", "Mon 2 Mar 2026 09:31"),
    (r"\bedition [0-9a-f]{12}\b", "edition 5f2c9d0e71ab"),
    (r"(latest hash is) [0-9a-f]{16}", r"\1 3be0c1a97d2f4456"),
    (r"\(process \d+\)", "(process 1187)"),
    (r"last sign of life \d+ seconds? ago", "last sign of life 4 seconds ago"),
    (r"(the first due) 20\d\d-\d\d-\d\d", r"\1 2026-03-16"),
    (r"(clock, which says 20\d\d-\d\d-\d\d) \d\d:\d\d", r"\1 08:31"),
    (r"[\d,]+ MB free", "48,210 MB free"),
    (r"until 20\d\d-\d\d-\d\d, 5\d days left", "until 2026-05-01, 59 days left"),
    (r"(token of [^,\n]+), [\w ]+ left", r"\1, 59 min left"),
)


def steady(text: str, names: Mapping[str, str]) -> str:
    """Return a text with other words for those that `names` has, and for moments."""
    for found in sorted(names, key=len, reverse=True):
        text = text.replace(found, names[found])
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", _moved, text)
    for pattern, instead in _PATTERNS:
        text = re.sub(pattern, instead, text)
    return text


def _moved(found: re.Match[str]) -> str:
    """Keep how far a date is away."""
    return str(DAY + (date.fromisoformat(found[0]) - in_days(0)))


def folded(text: str, indent: str) -> str:
    """Return the text with lines as wide as in a terminal."""
    text = re.sub(rf"\n{indent}(?!to do:)", " ", text)
    lines = (
        textwrap.wrap(
            line,
            WIDTH,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )
    return "".join(f"{each}\n" for line in lines for each in (line or [""]))


def in_days(days: int) -> date:
    """Return the day that is so far away."""
    return (now() + timedelta(days=days)).date()


def wait_past_midnight() -> None:
    """Let no transcript begin on one day and end on another."""
    while (now() + A_TRANSCRIPT).date() != now().date():
        sleep(1)
