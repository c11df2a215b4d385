"""Learning the points of `likeness` from labelled mails.

Multinomial logistic regression by stochastic gradient descent with a step of its own
for every weight (AdaGrad; Duchi, Hazan and Singer, 2011). Rare routes weigh more.
Nothing is drawn by lot: the same mails give the same file.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from triage.ruleset.likeness import (
    ALWAYS,
    FLAG,
    POINTS_OF_ONE,
    ROLE,
    ROUTE,
    SERIES_RUNNING,
    Likeness,
    softmax,
)

MOST_ROWS = 5000
MOST_ROWS_OF_FLAG = 400
LEAST_OF_FLAG = 8
LEAST_WRITERS = 2
"""A word of fewer is one writer's own, or a name."""
ROUNDS = 12
STEP = 0.5
_GOLDEN = 0.618
_HEAVIEST = 3.0
_SMALL = 1e-6
_NO, _YES = "no", "yes"


@dataclass(frozen=True)
class Labelled:
    """A mail's rows, and where people say that it belongs."""

    features: frozenset[str]
    writer: str
    """Who wrote it: words are kept that several writers have."""
    route: str | None
    role: str | None = None
    flags: frozenset[str] | None = None
    """None: nobody looked for flags."""
    series_running: bool = False

    @property
    def rows(self) -> frozenset[str]:
        circumstances = {SERIES_RUNNING} if self.series_running else set()
        return self.features | circumstances


def learn_likeness(mails: Sequence[Labelled]) -> Likeness:
    """Learn the points of routes, roles and flags.

    Rows are kept that tell most about the route, and some about each flag.
    """
    flags = flags_to_learn(mails)
    rows = dict.fromkeys(telling_rows(mails, [each.route for each in mails], MOST_ROWS))
    for flag in flags:
        labels = [_flag(each, flag) for each in mails]
        rows |= dict.fromkeys(telling_rows(mails, labels, MOST_ROWS_OF_FLAG))
    kept = [each.rows & rows.keys() for each in mails]
    columns: list[str] = []
    points: dict[str, list[float]] = defaultdict(list)
    for kind in (ROUTE, ROLE):
        labels = [each.route if kind == ROUTE else each.role for each in mails]
        names = sorted({label for label in labels if label})
        weights = _regression(kept, labels, names)
        columns += [f"{kind}{name}" for name in names]
        for row in (*rows, ALWAYS):
            points[row] += weights[row]
    for flag in flags:
        labels = [_flag(each, flag) for each in mails]
        weights = _regression(kept, labels, (_NO, _YES))
        columns.append(f"{FLAG}{flag}")
        for row in (*rows, ALWAYS):
            no, yes = weights[row]
            points[row].append(yes - no)
    return Likeness(
        tuple(columns),
        {
            row: tuple(round(POINTS_OF_ONE * value) for value in values)
            for row, values in points.items()
        },
    )


def flags_to_learn(mails: Iterable[Labelled]) -> list[str]:
    """Return the flags that enough mails have."""
    count = Counter(flag for each in mails for flag in each.flags or ())
    return sorted(flag for flag, number in count.items() if number >= LEAST_OF_FLAG)


def _flag(mail: Labelled, flag: str) -> str | None:
    if mail.flags is None:
        return None
    return _YES if flag in mail.flags else _NO


def telling_rows(
    mails: Sequence[Labelled], labels: Sequence[str | None], most: int
) -> list[str]:
    """Return the rows that tell most about a label, by their chi squared."""
    of_label = Counter(label for label in labels if label)
    by_row: dict[str, Counter[str]] = defaultdict(Counter)
    writers: dict[str, set[str]] = defaultdict(set)
    for each, label in zip(mails, labels, strict=True):
        for row in each.rows if label else ():
            by_row[row][label or ""] += 1
            writers[row].add(each.writer)
    worth = {
        row: _chi_squared(counts, of_label)
        for row, counts in by_row.items()
        if len(writers[row]) >= LEAST_WRITERS
    }
    return sorted(worth, key=lambda row: (-worth[row], row))[:most]


def _chi_squared(counts: Mapping[str, int], of_label: Mapping[str, int]) -> float:
    share = sum(counts.values()) / sum(of_label.values())
    expected = {label: share * n for label, n in of_label.items()}
    return sum((counts.get(r, 0) - e) ** 2 / e for r, e in expected.items())


def _regression(
    kept: Sequence[Iterable[str]],
    labels: Sequence[str | None],
    names: Sequence[str],
) -> dict[str, list[float]]:
    weights: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(names))
    squares: dict[str, list[float]] = defaultdict(lambda: [_SMALL] * len(names))
    count = Counter(label for label in labels if label)
    usual = sum(count.values()) / max(1, len(names))
    heavy = {name: min(_HEAVIEST, math.sqrt(usual / count[name])) for name in names}
    mails = [
        ((*sorted(rows), ALWAYS), names.index(label), heavy[label])
        for rows, label in zip(kept, labels, strict=True)
        if label
    ]
    order = _order(len(mails))
    for _ in range(ROUNDS):
        for place in order:
            rows, wanted, weight = mails[place]
            softened = 1 / math.sqrt(len(rows))
            sums = map(sum, zip(*(weights[row] for row in rows), strict=True))
            scores = {i: total * softened for i, total in enumerate(sums)}
            shares = softmax(scores)
            error = [
                (shares[i] - (i == wanted)) * softened * weight
                for i in range(len(names))
            ]
            steps = [each * each for each in error]
            for row in rows:
                seen = squares[row] = list(map(add, squares[row], steps))
                weights[row] = [
                    weight_ - STEP * slope / math.sqrt(sum_)
                    for weight_, slope, sum_ in zip(
                        weights[row], error, seen, strict=True
                    )
                ]
    return weights


def _order(length: int) -> list[int]:
    """Go through mails in a fixed order that lets no two neighbours follow."""
    stride = max(1, round(length * _GOLDEN))
    while math.gcd(stride, length) != 1:
        stride += 1
    return [place * stride % length for place in range(length)]
