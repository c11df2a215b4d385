"""Puts figures into docs/reliability.md, row by row, between an area's two marks."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.torture.row import Outcome, Row

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HEAD = (
    "| row | what goes wrong | cases | violations | worst to settle | more |",
    "|---|---|--:|--:|--:|---|",
)


def line_of(row: Row, outcome: Outcome) -> str:
    """Return the row of the table."""
    settled = "-" if outcome.settled is None else f"{outcome.settled:.1f} s"
    cells = (
        f"`{row.name}`",
        row.fault,
        f"{outcome.cases:,}",
        f"{len(outcome.findings):,}",
        settled,
        outcome.note,
    )
    return f"| {' | '.join(cells)} |"


def with_figures(
    page: str, area: str, rows: tuple[Row, ...], outcomes: Mapping[str, Outcome]
) -> str:
    """Return the page with new lines for what was run; other rows keep theirs.

    Raises ValueError where the page has no marks for the area.
    """
    begin, end = f"<!-- figures: {area} -->", f"<!-- end: {area} -->"
    found = re.search(f"{re.escape(begin)}\n(.*?){re.escape(end)}", page, re.DOTALL)
    if found is None:
        raise ValueError(f"docs/reliability.md has no {begin} … {end}")
    before = {line.split("`")[1]: line for line in found[1].splitlines() if "`" in line}
    lines = [
        line_of(row, outcomes[row.name]) if row.name in outcomes else before[row.name]
        for row in rows
        if row.name in outcomes or row.name in before
    ]
    block = "\n".join((begin, "", *HEAD, *lines, "", end))
    return page[: found.start()] + block + page[found.end() :]


def write_figures(
    areas: Mapping[str, tuple[Row, ...]], outcomes: Mapping[str, Outcome]
) -> None:
    """Write the figures of what was run."""
    page = PAGE.read_text("utf-8")
    for area, rows in areas.items():
        if any(row.name in outcomes for row in rows):
            page = with_figures(page, area, rows, outcomes)
    PAGE.write_text(page, "utf-8")
    sys.stdout.write(f"Written: {PAGE}\n")
