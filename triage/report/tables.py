"""A report as tables: page, charts, CSV and JSON are all made of them, and agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from triage.report.period import Period

Cell = str | int | float | date | None


class Unit(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    FIGURE = "figure"
    """A number that need not be whole."""
    SHARE = "share"
    CHANCE = "chance"
    DAYS = "days"
    """Working days."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its key, which scripts read, and its heading, which people read."""

    key: str
    heading: str
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings; the first column says what a row is about."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def column(self, key: str) -> list[Cell]:
        """Return the cells of one column."""
        place = [column.key for column in self.columns].index(key)
        return [row[place] for row in self.rows]

    def heading(self, key: str) -> str:
        """Return a column's heading."""
        return next(each.heading for each in self.columns if each.key == key)


class Form(StrEnum):
    """How a chart shows its table."""

    BARS = "bars"
    """A bar to the right for each row; several series stand below each other."""
    COLUMNS = "columns"
    """A bar upwards for each row, in an order that means something."""
    LINES = "lines"
    """A line for each series along the rows, which follow each other in time."""
    PARTS = "parts"
    """One bar for each row, divided into the parts of a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Which columns of a table a chart shows."""

    form: Form
    label: str
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table, and the chart that shows the same figures."""

    table: Table
    chart: Chart | None = None


def with_chart(table: Table, chart: Chart) -> Exhibit:
    """Show a table as a chart too, unless nothing is to be seen in it."""
    drawn = [cell for key in chart.series for cell in table.column(key)]
    return Exhibit(table, chart if any(drawn) else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report under one heading."""

    id: str
    title: str
    says: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()


def section_of(
    id_: str, title: str, exhibits: Iterable[Exhibit], *says: str
) -> Section:
    """Put exhibits under a heading."""
    return Section(id=id_, title=title, says=says, exhibits=tuple(exhibits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known of a period."""

    period: Period
    as_of: datetime
    """What was still open, was so then."""
    highlights: Table
    sections: tuple[Section, ...]

    def tables(self) -> Sequence[Table]:
        """Return every table, in the order of the page."""
        exhibits = (each for section in self.sections for each in section.exhibits)
        return [self.highlights, *(each.table for each in exhibits)]
