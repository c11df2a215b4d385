"""One flow, killed at each of its calls, started again and judged."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic

from tests.journeys.installing import USUAL, Settings
from tests.servers.dovecot import Dovecot
from tests.smtp.scripted import Received, ScriptedServer, Step
from tests.torture.finding import Finding
from tests.torture.kills.checks import (
    Picture,
    letters,
    no_more_acknowledgements,
    soundness,
)
from tests.torture.kills.injecting import CALLS, STEP, Point
from tests.torture.kills.mails import NOW
from tests.torture.kills.mortal import Ended, Mortal
from tests.torture.kills.site import Site
from tests.torture.row import Outcome

WORKERS = 2
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
    brings_back: bool = False
    """The store may be an older one afterwards."""
    further: Callable[[Site, str], Iterator[Finding]] = field(
        default=lambda _, __: iter(())
    )
    """Looked at in the end, beside what is always looked at."""


@dataclass
class Found:
    """What a sweep found so far; threads add to it."""

    kills: Counter[str] = field(default_factory=Counter)
    again: int = 0
    findings: list[Finding] = field(default_factory=list)
    settled: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, point: Point, findings: Sequence[Finding], *, again: bool, settled: float
    ) -> None:
        with self._lock:
            self.kills[point.call] += 1
            self.again += again
            self.findings += findings
            self.settled = max(self.settled, settled)

    def outcome(self) -> Outcome:
        calls = ", ".join(f"{call} {n}" for call, n in sorted(self.kills.items()))
        return Outcome(
            cases=sum(self.kills.values()) + self.again,
            findings=tuple(self.findings),
            settled=self.settled,
            note=f"{calls}; {self.again} killed again while they recovered",
        )


def points_of(counts: Mapping[str, int], most: int) -> list[Point]:
    """Return a point before and after each call; of many calls, some, evenly spread."""
    found: list[Point] = []
    for call, number in counts.items():
        if call == STEP:
            found += (Point(STEP, n, False) for n in spread(number, most))
            continue
        for n in spread(number, most):
            found += (Point(call, n, is_after) for is_after in (False, True))
    return found


def spread(number: int, most: int) -> list[int]:
    """Return 1 to `number`, or `most` of them, the first and the last included."""
    if number <= most:
        return list(range(1, number + 1))
    if most == 1:
        return [number // 2]
    return sorted({1 + round(i * (number - 1) / (most - 1)) for i in range(most)})


class Sweep:
    """Kills one flow at many points, on two copies of the program at once."""

    def __init__(
        self, flow: Flow, folder: Path, dovecot: Dovecot, shim: Path | None
    ) -> None:
        self.flow, self.folder, self.shim = flow, folder, shim
        self._dovecot = dovecot
        self._numbers = count(1)
        self.found = Found()

    def run(
        self, *, most: int, sabotages: tuple[str, ...] = (), again_every: int = 2
    ) -> Found:
        """Kill at up to `most` calls of each kind; every so many also in recovery."""
        with ExitStack() as opened:
            mortals = [
                opened.enter_context(Mortal(self.shim))
                for _ in range(WORKERS if self.shim else 1)
            ]
            desk = Desk(mortals[0], self._dovecot, self.folder)
            stage = self.flow.prepare(desk, self.flow.settings)
            dry, *aims = self._dry_run(mortals[0], stage, self.flow.deed)
            if self.flow.may_not_happen:
                aims += self._dry_run(mortals[0], stage, "start")[1:]
            again = self._dry_counts(mortals[0], stage)
            todo = self._todo(points_of(dry, most), points_of(again, most), again_every)
            with ThreadPoolExecutor(len(mortals)) as pool:
                for work in [
                    pool.submit(self._work, mortal, stage, aims, todo, sabotages)
                    for mortal in mortals
                ]:
                    work.result()
        return self.found

    def _todo(
        self, points: Sequence[Point], again: Sequence[Point], every: int
    ) -> "Todo":
        pairs: list[tuple[Point, Point | None]] = []
        for number, point in enumerate(points):
            is_double = bool(again) and number % every == 0
            # Another one each time, in no step with the points themselves.
            second = again[number * 7919 % len(again)] if is_double else None
            pairs.append((point, second))
        return Todo(pairs)

    def _dry_run(
        self, mortal: Mortal, stage: Site, deed: str
    ) -> tuple[dict[str, int], Picture]:
        """Return how many calls the deed makes, and what all looks like in the end."""
        with _server(self.flow, stage) as server:
            site = self._copy(stage, server)
            done = mortal.do(site.config, deed, self.flow.at)
            settled = mortal.do(site.config, "settle", self.flow.at + MINUTE)
            if not (done.is_well and settled.is_well):
                raise RuntimeError(f"it fails without a kill: {done} {settled}")
        picture = Picture.of(site)
        found = [*self._judged(site, server, "unkilled")]
        self.found.findings += found
        site.forget()
        return done.counts, picture

    def _dry_counts(self, mortal: Mortal, stage: Site) -> dict[str, int]:
        with _server(self.flow, stage) as server:
            site = self._copy(stage, server)
            counts = mortal.do(site.config, "once", self.flow.at + MINUTE).counts
        site.forget()
        return counts

    def _copy(self, stage: Site, server: ScriptedServer) -> Site:
        return stage.copy_to(self.folder / f"at-{next(self._numbers)}", server.port)

    def _work(
        self,
        mortal: Mortal,
        stage: Site,
        aims: Sequence[Picture],
        todo: "Todo",
        sabotages: tuple[str, ...],
    ) -> None:
        while (pair := todo.next()) is not None:
            self._try(mortal, stage, aims, pair, sabotages)

    def _try(
        self,
        mortal: Mortal,
        stage: Site,
        aims: Sequence[Picture],
        pair: tuple[Point, Point | None],
        sabotages: tuple[str, ...],
    ) -> None:
        point, second = pair
        flow, at = self.flow, self.flow.at
        with _server(flow, stage) as server:
            site = self._copy(stage, server)
            killed = mortal.do(
                site.config, flow.deed, at, point=point, sabotages=sabotages
            )
            if not killed.is_killed:
                site.forget()
                return
            is_again = second is not None and self._kill_again(
                mortal, site, second, sabotages
            )
            about = f"{flow.deed} {point}{f', then {second}' if is_again else ''}"
            started = monotonic()
            ends = self._start_again(mortal, site, server, sabotages)
            settled = monotonic() - started
            findings = [
                *self._unwell(ends, about),
                *self._judged(site, server, about),
                *_elsewhere(site, aims, about),
            ]
        self.found.add(point, findings, again=is_again, settled=settled)
        if not findings:
            site.forget()

    def _kill_again(
        self, mortal: Mortal, site: Site, second: Point, sabotages: tuple[str, ...]
    ) -> bool:
        at = self.flow.at + MINUTE
        ended = mortal.do(site.config, "once", at, point=second, sabotages=sabotages)
        return ended.is_killed

    def _start_again(
        self,
        mortal: Mortal,
        site: Site,
        server: ScriptedServer,
        sabotages: tuple[str, ...],
    ) -> list[Ended]:
        at, ends = self.flow.at + MINUTE, list[Ended]()
        if self.flow.again:
            ends.append(mortal.do(site.config, self.flow.again, at))
        if self.flow.is_late:
            ends.append(mortal.do(site.config, "once", at, sabotages=sabotages))
        server.settle()
        ends.append(mortal.do(site.config, "settle", at, sabotages=sabotages))
        return ends

    def _unwell(self, ends: Sequence[Ended], about: str) -> Iterator[Finding]:
        for each in ends:
            if not each.is_well:
                yield Finding("settled", about, f"it does not start again: {each.error}")

    def _judged(
        self, site: Site, server: ScriptedServer, about: str
    ) -> Iterator[Finding]:
        taken: tuple[Received, ...] = (*site.accepted, *server.accepted)
        has_witness = self.flow.settings.submission.get("witness") == "copy"
        yield from letters(
            site,
            taken,
            has_witness=has_witness,
            is_older=self.flow.brings_back,
            about=about,
        )
        yield from no_more_acknowledgements(site, about)
        yield from soundness(site, about)
        yield from self.flow.further(site, about)


def _elsewhere(site: Site, aims: Sequence[Picture], about: str) -> Iterator[Finding]:
    """Say where the end is another than any that it could have without a kill."""
    picture = Picture.of(site)
    ends = [[*aim.differences(picture)] for aim in aims]
    for difference in min(ends, key=len):
        yield Finding("fate", about, difference)


class Todo:
    """Points that are left, for several threads."""

    def __init__(self, pairs: Sequence[tuple[Point, Point | None]]) -> None:
        self._pairs = iter(pairs)
        self._lock = threading.Lock()

    def next(self) -> tuple[Point, Point | None] | None:
        with self._lock:
            return next(self._pairs, None)


def _server(flow: Flow, stage: Site) -> ScriptedServer:
    return ScriptedServer(flow.script(stage))
