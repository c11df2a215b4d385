"""Puts figures into docs/reliability.md, row by row, between an area's two marks."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.torture.row import Outcome, Row

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
AREA_ROW = "| `{name}` | {rows} | {cases:,} | {violations:,} | {settled} | {command} |"
OVERVIEW_HEAD = (
    "| area | rows | cases | violations | worst to settle | command |",
    "|---|--:|--:|--:|--:|---|",
)
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
    before = _lines(page, area)
    lines = [
        line_of(row, outcomes[row.name]) if row.name in outcomes else before[row.name]
        for row in rows
        if row.name in outcomes or row.name in before
    ]
    return _with_block(page, area, (*HEAD, *lines))


def with_overview(page: str, areas: Iterable[str]) -> str:
    """Return the page with one line an area: the sum of what stands in its table."""
    return _with_block(
        page, "all", (*OVERVIEW_HEAD, *(_sum_of(area, page) for area in areas))
    )


def _sum_of(area: str, page: str) -> str:
    rows = [line.strip("|").split("|")[2:5] for line in _lines(page, area).values()]
    times = [float(time.removesuffix(" s ")) for _, _, time in rows if "s" in time]
    return AREA_ROW.format(
        name=area,
        rows=len(rows),
        cases=sum(_number(cases) for cases, _, _ in rows),
        violations=sum(_number(violations) for _, violations, _ in rows),
        settled=f"{max(times):.1f} s" if times else "-",
        command=f"`python -m tests.torture {area}`",
    )


def _number(cell: str) -> int:
    return int(cell.replace(",", ""))


def _lines(page: str, area: str) -> dict[str, str]:
    lines = _block(page, area)[1].splitlines()
    return {line.split("`")[1]: line for line in lines if "`" in line}


def _with_block(page: str, area: str, lines: Iterable[str]) -> str:
    found = _block(page, area)
    inner = "\n".join(("", *lines, "", ""))
    return page[: found.start(1)] + inner + page[found.end(1) :]


def _block(page: str, area: str) -> re.Match[str]:
    begin, end = f"<!-- figures: {area} -->", f"<!-- end: {area} -->"
    found = re.search(f"{re.escape(begin)}\n(.*?){re.escape(end)}", page, re.DOTALL)
    if found is None:
        raise ValueError(f"docs/reliability.md has no {begin} … {end}")
    return found


def write_figures(
    areas: Mapping[str, tuple[Row, ...]], outcomes: Mapping[str, Outcome]
) -> None:
    """Write the figures of what was run."""
    page = PAGE.read_text("utf-8")
    for area, rows in areas.items():
        if any(row.name in outcomes for row in rows):
            page = with_figures(page, area, rows, outcomes)
    PAGE.write_text(with_overview(page, areas), "utf-8")
    sys.stdout.write(f"Written: {PAGE}\n")
