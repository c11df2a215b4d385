"""One flow, killed at each of its calls, started again and judged."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from typing_extensions import override

from tests.journeys.installing import USUAL, Settings
from tests.servers.dovecot import Dovecot
from tests.smtp.scripted import Received, ScriptedServer, Step
from tests.torture.finding import Finding
from tests.torture.kills.checks import (
    Picture,
    letters,
    no_false_alarm,
    no_more_acknowledgements,
    soundness,
    states_of,
)
from tests.torture.kills.injecting import CALLS, STEP, Point
from tests.torture.kills.mails import NOW
from tests.torture.kills.mortal import Ended, Mortal
from tests.torture.kills.power import Cut, cut_power
from tests.torture.kills.site import Site
from tests.torture.oracle import judge
from tests.torture.row import Outcome

MINUTE = timedelta(minutes=1)
Script = Mapping[str, Step | Sequence[Step]]


@dataclass(frozen=True)
class Desk:
    """What a flow is prepared with."""

    mortal: Mortal
    dovecot: Dovecot
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Something that triage does, and what must be true once it was killed there."""

    deed: str
    prepare: Callable[[Desk, Settings], Site]
    """Brings an installation to the moment before the deed."""
    at: datetime = NOW
    settings: Settings = USUAL
    script: Callable[[Site], Script] = field(default=lambda _: {})
    """What the SMTP server does."""
    is_late: bool = False
    """The server takes letters after we are gone."""
    again: str = ""
    """A person's command is given again when it was killed: this deed."""
    may_not_happen: bool = False
    """Killed, it may as well not have been begun."""
    promises: tuple[str, ...] = ()
    """What the oracle is asked about; nothing: all."""
    brings_back: bool = False
    """The store may be an older one afterwards."""
    further: Callable[[Site, str], Iterable[Finding]] = field(default=lambda _, __: ())
    """Looked at in the end, beside what is always looked at."""


@dataclass
class Found:
    """What a sweep found so far; threads add to it."""

    kills: Counter[str] = field(default_factory=Counter)
    again: int = 0
    letters: Counter[str] = field(default_factory=Counter)
    """In the end, by their state."""
    broken: Counter[str] = field(default_factory=Counter)
    """In how many tries a promise was broken."""
    findings: list[Finding] = field(default_factory=list)
    settled: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, tried: "Tried") -> None:
        with self._lock:
            self.kills[tried.call] += 1
            self.again += tried.again
            self.letters.update(tried.letters)
            self.broken.update({finding.promise for finding in tried.findings})
            self.findings += tried.findings
            self.settled = max(self.settled, tried.settled)

    def add_unkilled(self, findings: Iterable[Finding]) -> None:
        """Add what went wrong where nothing was killed."""
        with self._lock:
            self.findings += findings

    @classmethod
    def of(cls, parts: Iterable["Found"]) -> "Found":
        """Add up several sweeps."""
        whole = cls()
        for part in parts:
            whole.kills += part.kills
            whole.again += part.again
            whole.letters += part.letters
            whole.broken += part.broken
            whole.findings += part.findings
            whole.settled = max(whole.settled, part.settled)
        return whole

    @property
    def tries(self) -> int:
        """How often the deed itself was killed."""
        return self.kills.total()

    @property
    def number(self) -> int:
        """How often a process was killed."""
        return self.tries + self.again

    def outcome(self) -> Outcome:
        """Return it for the table."""
        calls = ", ".join(f"{call} {n}" for call, n in sorted(self.kills.items()))
        again = f"; {self.again} while they recovered" if self.again else ""
        ends = ", ".join(f"{state} {n}" for state, n in sorted(self.letters.items()))
        letters = f"; letters in the end: {ends}" if ends else ""
        return Outcome(
            cases=self.number,
            findings=tuple(self.findings),
            settled=self.settled,
            note=f"killed at {calls}{again}{letters}",
        )


def points_of(counts: Mapping[str, int], extent: "Extent") -> list[Point]:
    """Return a point before and after each call; of many calls, some, evenly spread."""
    found: list[Point] = []
    for call, number in counts.items():
        if call not in extent.calls:
            continue
        # A step is counted before a call and once more after it.
        sides = (False,) if call == STEP else (False, True)
        for n in spread(number, extent.most):
            found += (Point(call, n, is_after) for is_after in sides)
    return found


def spread(number: int, most: int) -> list[int]:
    """Return 1 to `number`, or `most` of them, each from the middle of its share."""
    if number <= most:
        return list(range(1, number + 1))
    return [1 + (2 * i + 1) * number // (2 * most) for i in range(most)]


@dataclass(frozen=True, slots=True)
class Trial:
    """One kill, and what follows."""

    point: Point
    again: Point | None = None
    """Where the recovery is killed."""
    cut: Cut | None = None
    """The power goes off, not the process alone."""

    @override
    def __str__(self) -> str:
        further = f", then {self.again}" if self.again else ""
        return f"{self.point}{further}{f', {self.cut}' if self.cut else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one kill."""

    call: str
    again: bool
    letters: tuple[str, ...]
    """Their states in the end."""
    findings: Sequence[Finding]
    settled: float


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of a flow is tried."""

    most: int
    """Of each kind of call."""
    again_every: int = 3
    """So many points apart, the recovery is killed too; 0: never."""
    cuts: tuple[Cut, ...] = ()
    """The power cuts that each point is tried with, in place of a kill alone."""
    calls: frozenset[str] = frozenset((*CALLS, STEP))
    sabotages: tuple[str, ...] = ()


class Sweep:
    """Kills one flow at many points, on two copies of the program at once."""

    def __init__(
        self,
        flow: Flow,
        folder: Path,
        dovecot: Dovecot,
        mortals: Sequence[Mortal],
        extent: Extent,
    ) -> None:
        folder.mkdir()
        self.flow, self.folder, self.extent = flow, folder, extent
        self.found = Found()
        self._dovecot, self._mortals = dovecot, mortals
        self._numbers = count(1)
        self._stage = flow.prepare(Desk(mortals[0], dovecot, folder), flow.settings)
        self._aims: list[Picture] = []

    def run(self) -> Found:
        """Kill, start again and judge, at every point."""
        first = self._mortals[0]
        dry = self._dry_run(first, self.flow.deed)
        if self.extent.sabotages:
            dry |= self._dry_counts(first, self.flow.deed)
        if self.flow.may_not_happen:
            self._dry_run(first, "start")
        recovery = self._dry_counts(first, "once") if self.extent.again_every else {}
        trials = Todo(self._trials(dry, recovery))
        with ThreadPoolExecutor(len(self._mortals)) as pool:
            for work in [
                pool.submit(self._work, mortal, trials) for mortal in self._mortals
            ]:
                work.result()
        return self.found

    def _trials(
        self, dry: Mapping[str, int], recovery: Mapping[str, int]
    ) -> Iterator[Trial]:
        extent = self.extent
        points, again = points_of(dry, extent), points_of(recovery, extent)
        for number, point in enumerate(points):
            if extent.cuts:
                yield from (Trial(point, cut=cut) for cut in extent.cuts)
                continue
            is_double = bool(again) and number % extent.again_every == 0
            # Another one each time, in no step with the points themselves.
            second = again[number * 7919 % len(again)] if is_double else None
            yield Trial(point, second)

    def _dry_run(self, mortal: Mortal, deed: str) -> dict[str, int]:
        """Look at how it ends without a kill; return how many calls that took."""
        with self._server() as server:
            site = self._copy(server)
            done = self._do(mortal, site, deed, sabotages=())
            ends = self._start_again(mortal, site, server, sabotages=())
            if wrong := [each for each in (done, *ends) if not each.is_well]:
                raise RuntimeError(f"it fails without a kill: {wrong}")
            self.found.findings += self._judged(site, server, "unkilled")
        self._aims.append(Picture.of(site))
        site.forget()
        return done.counts

    def _dry_counts(self, mortal: Mortal, deed: str) -> dict[str, int]:
        with self._server() as server:
            site = self._copy(server)
            counts = self._do(mortal, site, deed).counts
        site.forget()
        return counts

    def _server(self) -> ScriptedServer:
        return ScriptedServer(self.flow.script(self._stage))

    def _copy(self, server: ScriptedServer) -> Site:
        folder = self.folder / f"at-{next(self._numbers)}"
        return self._stage.copy_to(folder, server.port)

    def _do(
        self,
        mortal: Mortal,
        site: Site,
        deed: str,
        later: timedelta = timedelta(),
        **changes: Any,
    ) -> Ended:
        given: dict[str, Any] = {"sabotages": self.extent.sabotages} | changes
        return mortal.do(site.config, deed, self.flow.at + later, **given)

    def _work(self, mortal: Mortal, trials: "Todo") -> None:
        while (trial := trials.next()) is not None:
            self._try(mortal, trial)

    def _try(self, mortal: Mortal, trial: Trial) -> None:
        about = f"{self.flow.deed} {trial}"
        with self._server() as server:
            site = self._copy(server)
            first = self._ended(mortal, site, trial)
            if not first.is_killed:
                # Well: it has fewer calls this time, and did not come there.
                self.found.add_unkilled(_unwell([first], about))
                site.forget()
                return
            second = self._ended_again(mortal, site, trial)
            started = monotonic()
            ends = self._start_again(mortal, site, server)
            settled = monotonic() - started
            findings = [
                *_unwell([*second, *ends], about),
                *self._seen_in_the_end(site, server, about),
            ]
        tried = Tried(
            call=trial.point.call,
            again=any(each.is_killed for each in second),
            letters=tuple(states_of(site).values()) if site.store.is_file() else (),
            findings=findings,
            settled=settled,
        )
        self.found.add(tried)
        if not findings:
            site.forget()

    def _ended_again(self, mortal: Mortal, site: Site, trial: Trial) -> list[Ended]:
        """Begin to recover, and be killed there too, if that is what is tried."""
        if trial.again is None:
            return []
        return [self._do(mortal, site, "once", MINUTE, point=trial.again)]

    def _ended(self, mortal: Mortal, site: Site, trial: Trial) -> Ended:
        journal = site.folder / "journal" if trial.cut else None
        if trial.cut:
            site.keep_aside()
        deed, point = self.flow.deed, trial.point
        killed = self._do(mortal, site, deed, point=point, journal=journal)
        if killed.is_killed and trial.cut and journal:
            cut_power(site.store, site.aside, journal, trial.cut)
        return killed

    def _start_again(
        self, mortal: Mortal, site: Site, server: ScriptedServer, **changes: Any
    ) -> list[Ended]:
        ends: list[Ended] = []
        if self.flow.again:
            ends.append(self._do(mortal, site, self.flow.again, MINUTE, sabotages=()))
        if self.flow.is_late:
            ends.append(self._do(mortal, site, "once", MINUTE, **changes))
        server.settle()
        site.take_copies(server.accepted)
        ends.append(self._do(mortal, site, "settle", MINUTE, **changes))
        return ends

    def _seen_in_the_end(
        self, site: Site, server: ScriptedServer, about: str
    ) -> Iterator[Finding]:
        if not site.store.is_file():
            yield Finding("fate", about, "there is no store any more")
            return
        yield from self._judged(site, server, about)
        yield from self._elsewhere(site, about)

    def _judged(
        self, site: Site, server: ScriptedServer, about: str
    ) -> Iterator[Finding]:
        taken: tuple[Received, ...] = (*site.accepted, *server.accepted)
        has_witness = self.flow.settings.submission.get("witness", "none") != "none"
        yield from letters(
            site,
            taken,
            has_witness=has_witness,
            is_older=self.flow.brings_back,
            about=about,
        )
        for found in judge(site.evidence(tuple(server.accepted)), *self.flow.promises):
            yield replace(found, about=f"{about}: {found.about}")
        yield from no_more_acknowledgements(site, about)
        if not self.flow.brings_back:
            yield from no_false_alarm(site, about)
        yield from soundness(site, about)
        yield from self.flow.further(site, about)

    def _elsewhere(self, site: Site, about: str) -> Iterator[Finding]:
        """Say where the end is another than any that it could have without a kill."""
        picture = Picture.of(site)
        ends = [[*aim.differences(picture)] for aim in self._aims]
        for difference in min(ends, key=len):
            yield Finding("fate", about, difference)


def _unwell(ends: Sequence[Ended], about: str) -> Iterator[Finding]:
    for each in ends:
        if not (each.is_well or each.is_killed):
            words = f"it ends with {each.status}: {each.error}"
            yield Finding("settled", about, words)


class Todo:
    """Trials that are left, for several threads."""

    def __init__(self, trials: Iterator[Trial]) -> None:
        self._trials = trials
        self._lock = threading.Lock()

    def next(self) -> Trial | None:
        with self._lock:
            return next(self._trials, None)
