"""Figures for spreadsheets and scripts."""

import csv
import json
from io import StringIO

import pytest

from triage.report import Report, as_objects, csv_of, long_csv_of
from triage.report.tables import Column, Table, Unit


def test_a_table_reads_back_as_it_was(report: Report) -> None:
    for table in report.tables():
        keys, *rows = csv.reader(StringIO(csv_of(table)))

        assert [column.key for column in table.columns] == keys
        assert len(table.rows) == len(rows)
        for written, row in zip(rows, table.rows, strict=True):
            for text, cell in zip(written, row, strict=True):
                if isinstance(cell, int | float):
                    assert pytest.approx(cell, rel=1e-4) == float(text)
                else:
                    assert ("" if cell is None else str(cell)) == text


def test_the_long_table_has_every_figure(report: Report) -> None:
    lines = list(csv.DictReader(StringIO(long_csv_of(report))))

    assert sum(len(t.rows) * len(t.columns) for t in report.tables()) == len(lines)
    received = [
        line["value"]
        for line in lines
        if (line["table"], line["column"]) == ("highlights", "received")
    ]
    assert [str(report.highlights.column("received")[0])] == received


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", " ="])
def test_no_name_becomes_a_formula(begin: str) -> None:
    table = Table(
        id="t",
        caption="",
        columns=(Column("name", "Name", Unit.TEXT), Column("n", "N")),
        rows=((f"{begin}1+1", -3),),
    )

    _, (name, number) = csv.reader(StringIO(csv_of(table), newline=""))

    assert f"'{begin}1+1" == name
    assert number == "-3"


def test_json_has_the_same_figures(report: Report) -> None:
    objects = json.loads(json.dumps(as_objects(report)))

    assert [table.id for table in report.tables()] == [
        each["table"] for each in objects
    ]
    assert report.highlights.column("received")[0] == objects[0]["rows"][0]["received"]
