"""A real Dovecot behind a bad way: slow, chopped, cut after any octet, silent."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from time import monotonic

from tests.journeys.installing import Settings
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.imap.life import HASTY, overheard
from tests.torture.mails import automatic, complaint, ordinary
from tests.torture.oracle import judge
from tests.torture.row import Outcome
from tests.torture.site import Site
from tests.torture.toxics import (
    CLEAN,
    BadWay,
    Cut,
    Ending,
    Latency,
    Slices,
    SlowClose,
    Toxic,
    Trickle,
)
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.errors import TriageError
from triage.wiring import Installation, now

SLOW: dict[str, tuple[Toxic, Toxic]] = {
    "latency and jitter": (Latency(0.05), Latency(0.1, 0.08)),
    "20 kB in a second": (Trickle(20_000), Trickle(20_000)),
    "pieces of 1 to 7 octets": (Slices(), Slices()),
    "pieces of 1 to 7 octets, each late": (Slices(), Slices(pause=0.002)),
    "ends that are told late": (SlowClose(0.5), SlowClose(0.5)),
}
SILENT = (Ending.SILENT, Ending.HALF_OPEN)
SETTINGS = Settings(mailbox={"poll_seconds": 1})
LONGEST_PASS = 9_000
"""Octets that the server says on the longest connection of a pass, roughly."""
MOST_PASSES = 6
COMPLETE_SECONDS = 120.0


def slow(ground: Ground) -> Outcome:
    """Run the daemon over ways that are slow from the beginning."""
    total = Outcome(cases=0, settled=0.0)
    for number, (name, (there, back)) in enumerate(SLOW.items()):
        with (
            _site(ground, number, there=there, back=back) as (site, way),
            site.daemon() as daemon,
        ):
            daemon.wait_for("running")
            _deliver(site)
            outcome = _settled(site, way, name)
        total = _added(total, outcome, site.judge())
    return total


def silent(ground: Ground) -> Outcome:
    """Let connections that the daemon has fall silent, all at the same time."""
    total = Outcome(cases=0, settled=0.0)
    with ExitStack() as opened:
        sites = [
            opened.enter_context(_site(ground, number)) for number in range(len(SILENT))
        ]
        for (site, way), ending in zip(sites, SILENT, strict=True):
            opened.enter_context(site.daemon()).wait_for("running")
            _deliver(site)
            site.settle(COMPLETE_SECONDS)
            way.back = Cut(0, ending)
        for site, way in sites:
            _deliver(site)
            way.struck.wait(COMPLETE_SECONDS)
            way.heal()
        outcomes = [
            _settled(site, way, ending)
            for (site, way), ending in zip(sites, SILENT, strict=True)
        ]
    for (site, _), outcome in zip(sites, outcomes, strict=True):
        total = _added(total, outcome, site.judge())
    return total


def cut(ground: Ground) -> Outcome:
    """Cut every connection after so many octets, for each of many numbers."""
    found: list[Finding] = []
    cases, slowest = 0, 0.0
    with ExitStack() as opened:
        log = opened.enter_context(overheard())
        site, way = opened.enter_context(_site(ground, 0))
        config = load_config(site.journey.config)
        parts = opened.enter_context(Installation(config, now, HASTY))
        parts.run_once()
        for after, ending in _cuts(is_full=ground.is_full):
            way.back = Cut(after, ending)
            way.struck.clear()
            way.hang_up()
            site.deliver(complaint(), ordinary())
            _pass(parts)
            way.heal()
            began = monotonic()
            if not _is_settled(parts):
                name = f"cut after {after} octets, {ending}"
                found.append(
                    Finding("settled", name, f"not after {MOST_PASSES} passes")
                )
            cases += way.struck.is_set()
            slowest = max(slowest, monotonic() - began)
    evidence = replace(site.evidence(), logs=log())
    return Outcome(
        cases=cases,
        findings=(*found, *judge(evidence)),
        settled=slowest,
    )


def _cuts(*, is_full: bool) -> Iterator[tuple[int, Ending]]:
    """Every few octets where the server says little at a time, wider apart later."""
    step = 1 if is_full else 40
    numbers = [*range(0, 1_200, 17), *range(1_200, LONGEST_PASS, 230)][::step]
    endings = (Ending.CLOSED, Ending.RESET, Ending.SILENT)
    for place, after in enumerate(numbers):
        yield after, endings[place % len(endings)]


def _pass(parts: Installation) -> bool:
    """Make a pass; True when there was nothing to do."""
    try:
        taken, sent = parts.run_once()
    except TriageError:
        return False
    return not taken and not sent


def _is_settled(parts: Installation) -> bool:
    return any(_pass(parts) for _ in range(MOST_PASSES))


def _deliver(site: Site) -> None:
    site.deliver(complaint(), complaint(), ordinary(), automatic())


@contextmanager
def _site(
    ground: Ground, number: int, *, there: Toxic = CLEAN, back: Toxic = CLEAN
) -> Iterator[tuple[Site, BadWay]]:
    """Lend an installation that reaches Dovecot by a bad way."""
    dovecot = ground.dovecot()
    with (
        SmtpSink() as smtp,
        BadWay(dovecot.imap, there=there, back=back) as way,
    ):
        site = Site(dovecot, smtp, ground.folder / str(number))
        site.install(SETTINGS, imap_port=way.port)
        yield site, way


def _settled(site: Site, way: BadWay, name: str) -> Outcome:
    took, left = site.settle(COMPLETE_SECONDS)
    findings = tuple(replace(each, about=f"{name}: {each.about}") for each in left)
    return Outcome(cases=int(way.struck.is_set()), findings=findings, settled=took)


def _added(total: Outcome, one: Outcome, judged: Sequence[Finding]) -> Outcome:
    return Outcome(
        cases=total.cases + one.cases,
        findings=(*total.findings, *one.findings, *judged),
        settled=max(total.settled or 0.0, one.settled or 0.0),
    )
