"""A report for spreadsheets and scripts: CSV and JSON, figures as they are."""

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Any

from triage.report.tables import Cell, Report, Table

# What a spreadsheet takes for a formula; a name that a sender wrote may begin so.
_FORMULA = ("=", "+", "-", "@")
_SPACE = ("\t", "\r", "\n")


def csv_of(table: Table) -> str:
    """Return a table, its columns named by their keys."""
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow([column.key for column in table.columns])
    rows.writerows([_cell(cell) for cell in row] for row in table.rows)
    return written.getvalue()


def long_csv_of(report: Report) -> str:
    """Return every figure of a report in one table: a line for each."""
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow(("table", "row", "name", "column", "value"))
    for table in report.tables():
        for number, row in enumerate(table.rows, 1):
            for column, cell in zip(table.columns, row, strict=True):
                lines.writerow(
                    (table.id, number, _cell(row[0]), column.key, _cell(cell))
                )
    return written.getvalue()


def as_objects(report: Report) -> list[Mapping[str, Any]]:
    """Return each table as an object that JSON can hold."""
    return [
        {
            "table": table.id,
            "caption": table.caption,
            "from": report.period.first.isoformat(),
            "to": report.period.last.isoformat(),
            "as_of": report.as_of.isoformat(),
            "rows": [
                {
                    column.key: cell.isoformat() if isinstance(cell, date) else cell
                    for column, cell in zip(table.columns, row, strict=True)
                }
                for row in table.rows
            ],
        }
        for table in report.tables()
    ]


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.6g}"
    text = str(cell)
    if isinstance(cell, str) and (
        text.startswith(_SPACE) or text.lstrip().startswith(_FORMULA)
    ):
        return f"'{text}"
    return text
