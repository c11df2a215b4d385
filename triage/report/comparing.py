"""What comes more often than is usual for it.

Each name's count among all of a period is compared with its count among all of the time
before (Fisher's exact test, one-sided): where more complaints come in all, as when
results are published, nothing stands out by that alone. With many names some differ by
accident, so the level is corrected for their number (Holm): the chance that even one of
a list is there by accident is below the level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma

FLOOR = 5
"""Fewer than so many are never called more than usual."""
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """One name's count, and what would have been usual."""

    name: str
    now: int
    before: int
    """Its count in the time before, as it was."""
    usual: float
    """What its share of the time before makes of the total of now."""
    chance: float | None
    """Of so many or more by accident, corrected; None: too few to be compared."""

    @property
    def stands_out(self) -> bool:
        return (
            self.now >= FLOOR
            and self.now > self.usual
            and self.chance is not None
            and self.chance < LEVEL
        )


def compare(now: Mapping[str, int], before: Mapping[str, int]) -> list[Compared]:
    """Compare every name of now, the most frequent first.

    Which names are tested depends on both counts together, never on how they are
    divided: choosing them by what is looked for would make the level untrue. Without
    anything before, nothing can be told.
    """
    total_now, total_before = sum(now.values()), sum(before.values())
    sums = {name: now.get(name, 0) + before.get(name, 0) for name in {*now, *before}}
    tested = sorted(name for name, both in sums.items() if both >= FLOOR)
    if not total_before or not total_now:
        tested = []
    raw = [
        chance_of_more(now.get(name, 0), total_now, sums[name], total_before)
        for name in tested
    ]
    chances = dict(zip(tested, holm(raw), strict=True))
    factor = total_now / total_before if total_before else 0
    compared = [
        Compared(
            name,
            count,
            before.get(name, 0),
            before.get(name, 0) * factor,
            chances.get(name),
        )
        for name, count in now.items()
    ]
    return sorted(compared, key=lambda each: (-each.now, each.name))


def chance_of_more(now: int, total_now: int, both: int, total_before: int) -> float:
    """Return the chance that `now` or more of `both` fall into the present by accident.

    All complaints are as balls in an urn; the present draws `total_now` of them.
    """
    everything = total_now + total_before
    most = min(both, total_now)
    chances = (
        exp(
            _choices(both, drawn)
            + _choices(everything - both, total_now - drawn)
            - _choices(everything, total_now)
        )
        for drawn in range(max(now, both - total_before, 0), most + 1)
    )
    return min(sum(chances), 1.0)


def holm(chances: Sequence[float]) -> list[float]:
    """Correct chances for their number; the order stays."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    corrected = [0.0] * len(chances)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(chances[place] * (len(chances) - rank), 1.0))
        corrected[place] = highest
    return corrected


def _choices(among: int, number: int) -> float:
    """The logarithm of the number of ways to choose `number` among so many."""
    return lgamma(among + 1) - lgamma(number + 1) - lgamma(among - number + 1)
