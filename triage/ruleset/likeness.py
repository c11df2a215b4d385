"""How much a mail is like kept mails of each route and role, by points of its words.

The points stand in a CSV file beside the rule files, which `triage rules learn` makes
from mails that people have labelled. A row is a word, two words that follow each other,
a signal or a circumstance; a column is a route, a role or a flag. A mail's points,
added up and softened by the number of its rows, become shares: those of routes and of
roles add up to one, a flag's is its own (multinomial and binary logistic models).
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import TypeVar

from triage.errors import ConfigError, Problem

ALWAYS = "(always)"
SERIES_RUNNING = "(series running)"
NUMBER = "#"
"""Stands for every number: which number it is says nothing."""
SIGNAL = "signal:"
ROUTE, ROLE, FLAG = "route:", "role:", "flag:"
POINTS_OF_ONE = 20
"""Points are whole numbers; so many make one natural unit of log-odds."""

Name = TypeVar("Name", str, int)

_READ_AS = frozenset({"subject", "text", "signature"})
_MOST_POINTS = 100_000
BEGINNING = "rows="
"""Begins the first line, and says how many follow: a file that was cut is seen."""


@dataclass(frozen=True)
class Tally:
    """The points of a mail's rows, added up by column, and how many rows they are."""

    points: tuple[int, ...] = ()
    rows: int = 0


NO_TALLY = Tally()


@dataclass(frozen=True)
class Likeness:
    """The points of every row; columns are named `route:ID`, `role:ID`, `flag:ID`."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[int, ...]]

    def tally(self, features: Iterable[str]) -> Tally:
        """Add up the points of a mail's rows, `(series running)` left out."""
        found = [self.rows[each] for each in features if each in self.rows]
        if ALWAYS in self.rows:
            found.append(self.rows[ALWAYS])
        return Tally(tuple(map(sum, zip(*found, strict=True))), len(found))

    def to_decide_by(self) -> "Likeness":
        """Return it without the rows that only add up a mail's points."""
        kept = {SERIES_RUNNING} & self.rows.keys()
        return Likeness(self.columns, {name: self.rows[name] for name in kept})

    def shares(
        self, tally: Tally, kind: str, *, series_running: bool
    ) -> dict[str, float]:
        """Return the share of every route, role or flag, the greatest first."""
        points, rows = tally.points, tally.rows
        if series_running and SERIES_RUNNING in self.rows:
            points = tuple(map(add, points, self.rows[SERIES_RUNNING]))
            rows += 1
        softened = POINTS_OF_ONE * math.sqrt(rows)
        scores = {
            column.removeprefix(kind): each / softened
            for column, each in zip(self.columns, points, strict=True)
            if column.startswith(kind)
        }
        if kind != FLAG:
            return softmax(scores)
        return {
            name: softmax({name: score, "": 0.0})[name]
            for name, score in scores.items()
        }

    def speaking_for(self, column: str, features: Iterable[str]) -> list[str]:
        """Return the rows of a mail that speak for a column, the strongest first."""
        kind = column[: column.index(":") + 1]
        rivals = [n for n, each in enumerate(self.columns) if each.startswith(kind)]
        number = self.columns.index(column)
        leads = {
            each: row[number] - sum(row[n] for n in rivals) / len(rivals)
            for each in features
            if (row := self.rows.get(each)) is not None
        }
        return sorted((e for e in leads if leads[e] > 0), key=lambda e: (-leads[e], e))


def softmax(scores: Mapping[Name, float]) -> dict[Name, float]:
    """Return shares that add up to one, the greatest first."""
    most = max(scores.values(), default=0.0)
    raised = {name: math.exp(score - most) for name, score in scores.items()}
    total = sum(raised.values())
    ordered = sorted(raised, key=lambda name: -raised[name])
    return {name: raised[name] / total for name in ordered}


def features_of(
    fields: Iterable[tuple[Set[str], bytes]], signals: Iterable[str]
) -> frozenset[str]:
    """Return the rows that a mail has: `fields` are (read as what, folded words).

    What is quoted or only forwarded is not the writer's.
    """
    found = {f"{SIGNAL}{signal}" for signal in signals}
    for read_as, line in fields:
        if not _READ_AS.isdisjoint(read_as):
            words = [
                NUMBER if word.isdigit() else word
                for word in line.decode(errors="replace").split()
            ]
            found.update(words)
            found.update(map(" ".join, pairwise(words)))
    return frozenset(found)


def read_likeness(text: str, file: str) -> Likeness:
    """Read the table; raises ConfigError with every row that is wrong."""
    rows = csv.reader(io.StringIO(text, newline=""))
    problems: list[Problem] = []
    points: dict[str, tuple[int, ...]] = {}
    columns: tuple[str, ...] = ()
    try:
        beginning, *names = next(rows, [""])
        columns = tuple(names)
        for row in rows:
            found = _points(row, len(columns))
            if found is None:
                problems.append(Problem(_A_ROW, file, rows.line_num))
            else:
                points[row[0]] = found
    except csv.Error:
        problems.append(Problem(_A_ROW, file, rows.line_num))
    else:
        problems += _wrong_beginning(beginning, columns, len(points), file)
    if problems:
        raise ConfigError(*problems)
    return Likeness(columns, points)


_A_ROW = "a word and one whole number for each column are needed"


def _points(row: Sequence[str], columns: int) -> tuple[int, ...] | None:
    if len(row) != columns + 1:
        return None
    try:
        points = tuple(map(int, row[1:]))
    except ValueError:
        return None
    return points if all(abs(each) <= _MOST_POINTS for each in points) else None


def _wrong_beginning(
    beginning: str, columns: Sequence[str], rows: int, file: str
) -> Iterator[Problem]:
    anew = "make the file anew: triage rules learn"
    if not all(each.startswith((ROUTE, ROLE, FLAG)) for each in columns):
        yield Problem("the first line names no routes and roles", file, 1, hint=anew)
    if beginning != f"{BEGINNING}{rows}":
        wrong = f"the file is not whole: it has {rows} rows, and begins {beginning!r}"
        yield Problem(wrong, file, 1, hint=anew)


def written(likeness: Likeness) -> str:
    """Return the table as the file has it."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow((f"{BEGINNING}{len(likeness.rows)}", *likeness.columns))
    for row in sorted(likeness.rows):
        table.writerow((row, *likeness.rows[row]))
    return out.getvalue()
