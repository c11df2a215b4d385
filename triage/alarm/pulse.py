"""How each job goes: written by whoever runs jobs, read by whoever watches them.

Moments are seconds of a steady clock, which no step of the calendar's clock moves and
which stands still while the machine sleeps.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

MOST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """One job; every moment of it lies in this process."""

    name: str
    every: float
    """Seconds between two runs."""
    seen_at: float
    """When it was last looked whether it should run."""
    got_on_at: float
    """When it last went well or got on; at first, when it was first known."""
    has_gone_well: bool = False
    running_since: float | None = None
    failing_since: float | None = None
    """When the first of its failures in a row began."""
    failures: int = 0
    why: str = ""
    """Of the last failure; nothing of a sender's."""
    ended_well: int = 0
    """How often since the start."""
    ended_badly: int = 0

    @property
    def gets_on(self) -> bool:
        """Whether a run is under way that came some way, as a long first one."""
        return self.running_since is not None and self.got_on_at > self.running_since


class Pulse:
    """The state of every job; for many threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._jobs: dict[str, JobState] = {}
        self._writing = threading.Lock()

    def jobs(self) -> Mapping[str, JobState]:
        """Return how each job is now."""
        with self._writing:
            return dict(self._jobs)

    def expect(self, name: str, every: float) -> None:
        """Know of a job from now on."""
        now = self._clock()
        state = JobState(name=name, every=every, seen_at=now, got_on_at=now)
        with self._writing:
            self._jobs[name] = state

    def see(self, name: str) -> None:
        """Note that the schedule came round to it."""
        self._change(name, seen_at=self._clock())

    def begin(self, name: str) -> None:
        """Note that it runs."""
        self._change(name, running_since=self._clock())

    def get_on(self, name: str) -> None:
        """Note that a part of its work is done."""
        self._change(name, got_on_at=self._clock())

    def succeed(self, name: str) -> None:
        """Note that it ended well."""
        now, before = self._clock(), self._jobs[name]
        self._change(
            name,
            running_since=None,
            failing_since=None,
            failures=0,
            why="",
            got_on_at=now,
            has_gone_well=True,
            ended_well=before.ended_well + 1,
        )

    def fail(self, name: str, why: str) -> None:
        """Note that it failed, and why."""
        now, before = self._clock(), self._jobs[name]
        began = now if before.running_since is None else before.running_since
        failing = before.failing_since
        self._change(
            name,
            running_since=None,
            failing_since=began if failing is None else failing,
            failures=before.failures + 1,
            why=why.partition("\n")[0][:MOST_WORDS],
            ended_badly=before.ended_badly + 1,
        )

    def _change(self, name: str, **changes: object) -> None:
        with self._writing:
            self._jobs[name] = replace(self._jobs[name], **changes)  # type: ignore[arg-type]  # by name
