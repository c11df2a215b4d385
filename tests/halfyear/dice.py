"""Chance with a seed: the same half year each time."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random  # noqa: TID251 - seeded: a world, not an identifier
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws what happens next."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - no secret

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def one_of(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def number(self, lowest: int, highest: int) -> int:
        return self._random.randint(lowest, highest)

    def wait(self, shortest: timedelta, longest: timedelta) -> timedelta:
        seconds = self._random.uniform(
            shortest.total_seconds(), longest.total_seconds()
        )
        return timedelta(seconds=round(seconds))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self._random.sample(items, len(items))
