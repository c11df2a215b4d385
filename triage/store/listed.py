"""The first rows of a list, with their whole number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

ALL = -1
"""A list with every row."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first rows of a list, and how many it has."""

    count: int = 0
    rows: tuple[T, ...] = ()
    by: Mapping[str, int] = field(default_factory=dict)
    """The count, by what the function says."""

    @property
    def more(self) -> int:
        """How many rows are not listed."""
        return self.count - len(self.rows)


def listed(found: Sequence[T], most: int, by: Mapping[str, int]) -> Listed[T]:
    """Cut what was found to its first rows."""
    return Listed(len(found), tuple(found if most == ALL else found[:most]), by)
