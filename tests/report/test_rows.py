"""Figures for spreadsheets and scripts."""

import json

import pytest

from triage.report import Report, all_rows_of, as_objects, rows_of


def test_a_table_reads_back_as_it_was(report: Report) -> None:
    for table in report.tables():
        keys, *rows = rows_of(table)

        assert [column.key for column in table.columns] == list(keys)
        assert len(table.rows) == len(rows)
        for written, row in zip(rows, table.rows, strict=True):
            for text, cell in zip(written, row, strict=True):
                if isinstance(cell, int | float):
                    assert pytest.approx(cell, rel=1e-4) == float(text)
                else:
                    assert ("" if cell is None else str(cell)) == text


def test_the_long_table_has_every_figure(report: Report) -> None:
    _, *rows = all_rows_of(report)

    assert sum(len(t.rows) * len(t.columns) for t in report.tables()) == len(rows)
    received = [
        value
        for table, _, _, column, value in rows
        if (table, column) == ("highlights", "received")
    ]
    assert [str(report.highlights.column("received")[0])] == received


def test_json_has_the_same_figures(report: Report) -> None:
    objects = json.loads(json.dumps(list(as_objects(report))))

    assert [table.id for table in report.tables()] == [
        each["table"] for each in objects
    ]
    assert report.highlights.column("received")[0] == objects[0]["rows"][0]["received"]
