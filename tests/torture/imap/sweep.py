"""Every fault at every step, in lives of some dozens of cases each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tests.servers.conversing import ALL_CAPABILITIES
from tests.servers.hostile import Step, Trap
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.imap.faults import Fault
from tests.torture.imap.life import HASTY, PATIENT, begun, installation, overheard
from tests.torture.imap.memory import Memory
from tests.torture.imap.record import findings_in
from tests.torture.imap.steps import DECISIVE, OTHERS, TWICE
from tests.torture.oracle import judge
from tests.torture.row import Outcome
from triage.digest import number_of

A_LIFE = 40
A_SHORT_LIFE = 6
EVERY_OTHER = 4
"""Of steps where nothing can be lost, every fourth fault, not the same for each."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault at one occurrence of one step."""

    step: Step
    fault: Fault
    occurrence: int = 1

    @property
    def name(self) -> str:
        step = " ".join(self.step).strip()
        return f"{step} #{self.occurrence}: {self.fault.name}"

    @property
    def may_wait(self) -> bool:
        return self.fault.renumbers and self.step.folder in ("", "INBOX")

    def trap(self) -> Trap:
        return Trap(
            self.step,
            self.fault.spring,
            self.occurrence,
            self.fault.times,
            self.fault.undo,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What kind of server it is."""

    capabilities: str = ALL_CAPABILITIES
    move_answer: bytes | None = None


FULL_SERVER = Server()


def everywhere(faults: Sequence[Fault]) -> Iterator[Case]:
    """Yield cases: where something can be lost all of them, elsewhere some of them."""
    for step in DECISIVE:
        for occurrence in (1, 2) if step in TWICE else (1,):
            yield from (Case(step, fault, occurrence) for fault in faults)
    for number, step in enumerate(OTHERS):
        for place, fault in enumerate(faults):
            if (number + place) % EVERY_OTHER == 0:
                yield Case(step, fault)


def once_each(faults: Sequence[Fault], steps: Sequence[Step]) -> Iterator[Case]:
    """Yield every fault at the first occurrence of every step."""
    for step in steps:
        yield from (Case(step, fault) for fault in faults)


def swept(
    ground: Ground, cases: Iterator[Case], server: Server = FULL_SERVER
) -> Outcome:
    """Live through cases; in the short form through a few, far from each other."""
    wanted = [case for case in cases if case.fault.can_strike(case.step)]
    if not ground.is_full:
        wanted = wanted[:: max(1, len(wanted) // A_SHORT_LIFE)][:A_SHORT_LIFE]
    total = Outcome(cases=0)
    passes = 0
    for some in _lots(list(enumerate(wanted))):
        outcome, most = _lived(ground.folder / f"life{some[0][0]}", some, server)
        total = added(total, outcome)
        passes = max(passes, most)
        ground.say(f"  {some[-1][0] + 1} of {len(wanted)}")
    return replace(total, note=f"at most {number_of(passes, 'pass', 'passes')}")


def _lots(
    numbered: Sequence[tuple[int, Case]],
) -> Iterator[Sequence[tuple[int, Case]]]:
    """Yield the cases of one life each; those that only a clock ends are apart."""
    for is_silent in (False, True):
        some = [each for each in numbered if each[1].fault.is_silent is is_silent]
        for start in range(0, len(some), A_LIFE):
            yield some[start : start + A_LIFE]


def _lived(
    folder: Path, some: Sequence[tuple[int, Case]], server: Server
) -> tuple[Outcome, int]:
    struck = 0
    with ExitStack() as opened:
        log = opened.enter_context(overheard())
        life = opened.enter_context(
            begun(
                folder,
                capabilities=server.capabilities,
                move_answer=server.move_answer,
            )
        )
        memory = Memory()
        is_silent = some[0][1].fault.is_silent
        with installation(life, HASTY if is_silent else PATIENT) as parts:
            for number, case in some:
                struck += life.live_through(
                    parts, number, case.name, case.trap(), may_wait=case.may_wait
                )
        findings = (
            *life.findings,
            *memory.findings(some[0][1].name),
            *findings_in(life.server, life.delivered),
            *_named(judge(life.evidence(log())), dict(some)),
        )
        outcome = Outcome(cases=struck, findings=findings, settled=life.slowest)
        return outcome, life.most_passes


def _named(found: Sequence[Finding], cases: dict[int, Case]) -> Iterator[Finding]:
    """Say of which case a mail is, by its mark."""
    for each in found:
        numbers = [n for n in cases if f"Kwdc{n}" in each.about.partition("x")[0]]
        names = [cases[number].name for number in numbers[-1:]]
        yield replace(each, words=" in ".join((each.words, *names)))


def added(one: Outcome, other: Outcome) -> Outcome:
    """Return two outcomes as one."""
    return Outcome(
        cases=one.cases + other.cases,
        findings=one.findings + other.findings,
        settled=max(one.settled or 0.0, other.settled or 0.0),
    )


Run = Callable[[Ground], Outcome]


def sweep(faults: Sequence[Fault]) -> Run:
    """Return the run of a row that tries faults everywhere."""
    return lambda ground: swept(ground, everywhere(faults))


def sweep_once(faults: Sequence[Fault], steps: Sequence[Step]) -> Run:
    """Return the run of a row that tries faults once at some steps."""
    return lambda ground: swept(ground, once_each(faults, steps))
