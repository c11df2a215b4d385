"""The alarm job on clocks that a test turns, over jobs that go as a test says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

from triage.alarm import (
    AlarmJob,
    Book,
    Channel,
    Glimpse,
    Kind,
    Notice,
    NotToldError,
    Policy,
    Pulse,
    Tellers,
    read_book,
)
from triage.oauth.expiry import Expiry
from triage.store import Vigil

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LOOK = 15.0
JOBS = {
    "intake": 60,
    "dispatch": 5,
    "answers": 60,
    "approvals": 60,
    "canary": 60,
    "digest": 60,
}
EVEN = Glimpse(due=0, on_their_way=0, uneven=None)


@dataclass
class Ear:
    """A channel that remembers what it heard, or fails while it is told to."""

    name: str = "ear"
    fails_with: frozenset[Kind] = frozenset()
    is_deaf: bool = False
    heard: list[Notice] = field(default_factory=list)
    attempts: int = 0

    def tell(self, notice: Notice) -> None:
        self.attempts += 1
        if self.is_deaf:
            raise NotToldError("nobody listens")
        self.heard.append(notice)

    @property
    def occasions(self) -> list[str]:
        return [str(notice.occasion) for notice in self.heard]


@dataclass
class Hands:
    """What dispatch says of its letters."""

    settled: int = 0
    hindrance: str | None = None
    refuses: bool = False


@dataclass
class Drawer:
    """A store that shows what a test puts in and keeps the last vigil."""

    shows: Glimpse = EVEN
    kept: Vigil | None = None

    def look(self, vigil: Vigil) -> Glimpse:
        if self.shows.unwritable is None:
            self.kept = vigil
        return self.shows


class Watching:
    """Time goes by in looks; jobs run when they are due unless they are stopped."""

    ends: dict[str, Expiry | None]
    """What comes to its end."""

    def __init__(
        self,
        *channels: Channel,
        last_resort: Channel | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.now = NOON
        self.at = 1000.0
        self.letters = Hands()
        self.drawer = Drawer()
        self.failing: dict[str, str] = {}
        self.hanging: set[str] = set()
        self.channels = channels
        self.last_resort = last_resort
        self.policy = policy or Policy()
        self.ends = {}
        self.start()

    def start(self, without: str = "") -> None:
        """Begin anew, as after a restart, with what was kept; perhaps a job less."""
        kept = self.drawer.kept
        self.pulse = Pulse(lambda: self.at)
        self.jobs = {name: every for name, every in JOBS.items() if name != without}
        for name, every in self.jobs.items():
            self.pulse.expect(name, every)
        self.due = dict.fromkeys(self.jobs, self.at)
        self.job = AlarmJob(
            pulse=self.pulse,
            letters={"": self.letters},
            keeper=self.drawer,
            tellers=Tellers(self.channels, self.last_resort),
            policy=self.policy,
            every=LOOK,
            clock=lambda: self.now,
            steady=lambda: self.at,
            ends=lambda: self.ends,
            book=Book() if kept is None else read_book(kept.book),
        )

    def wait(self, seconds: float) -> None:
        """Let time go by; each message that goes out is on its way for no time."""
        until = self.at + seconds
        while self.at < until:
            self._run_jobs()
            self.job.look()
            self._deliver()
            self.at += LOOK
            self.now += timedelta(seconds=LOOK)

    def _run_jobs(self) -> None:
        for name, every in self.jobs.items():
            if self.at < self.due[name] or name in self.hanging:
                if name not in self.hanging:
                    self.pulse.see(name)
                continue
            self.due[name] = self.at + every
            self.pulse.see(name)
            self.pulse.begin(name)
            if name in self.failing:
                self.pulse.fail(name, self.failing[name])
            else:
                self.pulse.succeed(name)

    def hang(self, name: str) -> None:
        """Have a job begin and not end."""
        self.pulse.begin(name)
        self.hanging.add(name)

    def _deliver(self) -> None:
        """Let messages arrive, whose threads are real, before time goes on."""
        until = monotonic() + 5.0
        ways = self.job.tellers._ways.values()
        while any(way.errand.is_under_way for way in ways):
            assert monotonic() < until
            sleep(0.001)
