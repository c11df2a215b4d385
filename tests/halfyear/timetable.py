"""What happens when: a clock that jumps from one event to the next."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

TICK = timedelta(milliseconds=5)


@dataclass
class Timetable:
    """Events in their order; whoever reads the clock moves it a little."""

    now: datetime
    _events: list[tuple[datetime, int, Callable[[], None]]] = field(
        default_factory=list
    )
    _numbers: "count[int]" = field(default_factory=count)

    def clock(self) -> datetime:
        self.now += TICK
        return self.now

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when.astimezone(UTC), next(self._numbers), act))

    def run(self, until: datetime) -> None:
        """Let everything happen up to a moment."""
        while self._events and self._events[0][0] <= until:
            when, _, act = heapq.heappop(self._events)
            self.now = max(self.now, when)
            act()
        self.now = max(self.now, until)
