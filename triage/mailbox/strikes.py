"""Which messages made commands fail, so that one of them cannot stop all others.

A command that fails does not say which of its messages was at fault. All of them get
a strike, and from then on each is asked for alone; at the third strike it is given up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TypeVar

from triage.errors import TransientError

GIVEN_UP_AT = 3

_T = TypeVar("_T")


class Strikes:
    """Counts by UID, kept across connections."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._given_up: dict[int, str] = {}

    @property
    def given_up(self) -> Mapping[int, str]:
        """UIDs that are no longer asked for, each with what went wrong last."""
        return MappingProxyType(self._given_up)

    def against(self, uid: int) -> int:
        return self._counts.get(uid, 0)

    def is_last_try(self, uid: int) -> bool:
        """True when the next strike gives a message up."""
        return self.against(uid) == GIVEN_UP_AT - 1

    def add(self, uid: int, why: str) -> None:
        self._counts[uid] = self.against(uid) + 1
        if self._counts[uid] >= GIVEN_UP_AT:
            self._given_up[uid] = why

    def clear(self, uid: int) -> None:
        self._counts.pop(uid, None)

    def forget_all_but(self, uids: Iterable[int]) -> None:
        """Forget those that are gone; with no UIDs, after a renumbering, all."""
        kept = set(uids)
        self._counts = {
            uid: count for uid, count in self._counts.items() if uid in kept
        }
        self._given_up = {
            uid: why for uid, why in self._given_up.items() if uid in kept
        }

    def grouped(
        self,
        items: Iterable[_T],
        uid_of: Callable[[_T], int],
        cost: Callable[[_T], int],
        most: int,
    ) -> Iterator[list[_T]]:
        """Yield batches of so much cost; suspects alone, lost causes not at all."""
        batch: list[_T] = []
        spent = 0
        for item in items:
            uid = uid_of(item)
            if uid in self._given_up:
                continue
            share = most if self.against(uid) else cost(item)
            if batch and spent + share > most:
                yield batch
                batch, spent = [], 0
            batch.append(item)
            spent += share
        if batch:
            yield batch

    @contextmanager
    def counted(self, uids: Iterable[int]) -> Iterator[None]:
        """Give each UID a strike when what is done within fails."""
        try:
            yield
        except TransientError as error:
            for uid in uids:
                self.add(uid, str(error))
            raise
