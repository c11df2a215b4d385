"""CSV that a spreadsheet opens as text, whatever a sender wrote."""

import csv
import io
from collections.abc import Iterable

from triage.cli.terminal import printable

# What makes a spreadsheet compute a cell, in East Asian width too.
_FORMULA = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20")


def csv_line(cells: Iterable[object]) -> str:
    """Return one line without its end; None is an empty cell."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([_cell(each) for each in cells])
    return line.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else printable(str(value))
    return f"'{text}" if text.lstrip()[:1] in _FORMULA and text.strip() else text
