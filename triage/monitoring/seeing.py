"""All that is known at one moment: jobs as of now, the store as of seconds ago."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from triage.alarm import JobState, Outlook, Pulse
from triage.alarm.errand import Errand
from triage.monitoring.progress import reasons, standstills
from triage.monitoring.standing import Look, Standing
from triage.store import Passed

FRESH_SECONDS = 10.0
"""What was found of the store is told again for so long: asking costs little."""
WAIT_SECONDS = 3.0
"""A store that does not answer by then is told about as it was."""
BUCKETS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0)
"""Seconds from arrival to acceptance; a mailbox dates mails to the second."""
SLOW = "the store does not answer"


class Watching(Protocol):
    """The alarm job, asked from another thread."""

    def outlook_now(self) -> Outlook | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long replies took, summed up since the start."""

    counts: tuple[int, ...] = (0,) * (len(BUCKETS) + 1)
    """By the first bucket that they fit in; the last one has no bound."""
    sum: float = 0.0

    def and_also(self, waits: Iterable[float]) -> "Waits":
        """Return the sum with some more, none of them shorter than none."""
        counts, total = [*self.counts], self.sum
        for wait in waits:
            seconds = max(wait, 0.0)
            counts[sum(seconds > bound for bound in BUCKETS)] += 1
            total += seconds
        return Waits(counts=tuple(counts), sum=total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What came and went in a mailbox since the start."""

    messages: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Taken up, by fate and route."""
    letters: Mapping[str, int] = field(default_factory=dict)
    """That came into a state."""
    waits: Waits = Waits()

    def and_also(self, passed: Passed) -> "Sums":
        """Return the sums with what passed since."""
        return Sums(
            messages=Counter(self.messages) + Counter(passed.messages),
            letters=Counter(self.letters) + Counter(passed.letters),
            waits=self.waits.and_also(passed.waits),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known at one moment."""

    now: datetime
    version: str
    outlook: Outlook | None
    jobs: Mapping[str, JobState]
    reasons: tuple[str, ...]
    """Why it is not well; empty: it is."""
    standing: Standing | None
    """None: the store could not be looked at."""
    failure: str | None
    """Why the store could not be looked at at last."""
    passed: Mapping[str, "Sums"]
    """By mailbox."""


@dataclass(kw_only=True)
class Lookout:
    """Keeps what was found of the store for a while; for one thread."""

    look: Callable[[], Look]
    """Looks into the store; raises nothing."""
    pulse: Pulse
    watching: Watching
    patience: float
    """A job that neither ends nor gets on for so long needs a restart."""
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    version: str
    _errand: Errand[Look] = field(
        default_factory=lambda: Errand("monitoring-store"), init=False
    )
    _looked_at: float | None = field(default=None, init=False)
    _found: Look = field(default_factory=lambda: Look(failure=SLOW), init=False)
    _sums: dict[str, Sums] = field(default_factory=dict, init=False)

    def standstills(self) -> tuple[str, ...]:
        """Say what only a restart gets on."""
        jobs = self.pulse.jobs().values()
        return standstills(jobs, self.steady(), self.patience)

    def reasons(self) -> tuple[str, ...]:
        """Say why it is not well; the store is not asked."""
        return reasons(self.watching.outlook_now(), self.clock())

    def is_looking(self) -> bool:
        """Look into the store where that is due; tell whether it still goes on."""
        if self._errand.is_under_way:
            return True
        self._take(self._errand.result())
        if not self._is_due():
            return False
        self._looked_at = self.steady()
        self._errand.begin(self.look)
        return True

    def seen(self) -> Seen:
        """Return all that is known by now."""
        outlook, now = self.watching.outlook_now(), self.clock()
        is_late = self._errand.is_under_way
        return Seen(
            now=now,
            version=self.version,
            outlook=outlook,
            jobs=self.pulse.jobs(),
            reasons=reasons(outlook, now),
            standing=self._found.standing,
            failure=SLOW if is_late else self._found.failure,
            passed=dict(self._sums),
        )

    def _is_due(self) -> bool:
        since = self._looked_at
        return since is None or self.steady() - since >= FRESH_SECONDS

    def _take(self, found: Look | None) -> None:
        if found is None:
            return
        self._found = found
        for mailbox, passed in found.passed.items():
            sums = self._sums.get(mailbox, Sums())
            self._sums[mailbox] = sums.and_also(passed)
