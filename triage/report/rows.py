"""A report for spreadsheets and scripts: figures as they are."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from triage.report.tables import Cell, Report, Table


def rows_of(table: Table) -> Iterator[tuple[str, ...]]:
    """Yield the keys of a table's columns, then its rows."""
    yield tuple(column.key for column in table.columns)
    for row in table.rows:
        yield tuple(map(_text, row))


def all_rows_of(report: Report) -> Iterator[tuple[str, ...]]:
    """Yield every figure of a report as a row of its own, below their headings."""
    yield "table", "row", "name", "column", "value"
    for table in report.tables():
        for number, row in enumerate(table.rows, 1):
            for column, cell in zip(table.columns, row, strict=True):
                yield table.id, str(number), _text(row[0]), column.key, _text(cell)


def as_objects(report: Report) -> Iterator[Mapping[str, Any]]:
    """Yield each table as an object that JSON can hold."""
    for table in report.tables():
        keys = [column.key for column in table.columns]
        yield {
            "table": table.id,
            "caption": table.caption,
            "from": report.period.first.isoformat(),
            "to": report.period.last.isoformat(),
            "as_of": report.as_of.isoformat(),
            "rows": [
                dict(zip(keys, map(_plain, row), strict=True)) for row in table.rows
            ],
        }


def _plain(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, date) else cell


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.6g}"
    return "" if cell is None else str(cell)
