"""The daemon while it waits for mail, and what can befall it then.

It looks by itself only once an hour here, so that mail is taken up because the
connection that waits has told of it, or was made anew.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from time import monotonic, sleep

from tests.servers.conversing import ALL_CAPABILITIES
from tests.servers.hostile import Step, Trap
from tests.servers.scripted import HangUp, Say
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.imap.faults import DROPS, GARBAGE, REFUSALS, STALLS, Fault
from tests.torture.imap.life import Life, begun, overheard
from tests.torture.imap.mails import as_kept, batch
from tests.torture.imap.record import findings_in
from tests.torture.oracle import judge
from tests.torture.row import Outcome
from triage.config import load_config
from triage.daemon import Daemon
from triage.errors import TriageError
from triage.mailbox import Limits
from triage.wiring import Installation, daemon_parts

LIMITS = Limits(connect=20, command=4, farewell=0.2, idle_renewal=0.5, poll=0.5)
AN_HOUR = 3_600
STRIKES_WITHIN = 60.0
SETTLES_WITHIN = 60.0
EVERY_OTHER = 3
MOST_SHORT = 2
WAITING = (Step("IDLE", ""), Step("DONE", ""))
POLLING = (Step("UID SEARCH", "INBOX"), Step("NOOP", ""))
IN_THE_MIDDLE = (
    Fault("closed while it waits", lambda _: [Say(b"+ idling\r\n"), HangUp()]),
    Fault(
        "BYE while it waits",
        lambda _: [Say(b"+ idling\r\n* BYE autologout\r\n"), HangUp()],
    ),
    Fault("an empty line while it waits", lambda _: [Say(b"+ idling\r\n\r\n")]),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One fault at one step."""

    step: Step
    fault: Fault

    @property
    def name(self) -> str:
        return f"{self.step.command}: {self.fault.name}"


def run(ground: Ground) -> Outcome:
    """Let every fault strike a daemon that waits, and mail come just then."""
    at_once = (Case(WAITING[0], fault) for fault in IN_THE_MIDDLE)
    outcome = _waited(ground, [*at_once, *_cases(WAITING)], ALL_CAPABILITIES)
    farewells = list(_farewells(ground))
    return replace(
        outcome,
        cases=outcome.cases + len(farewells),
        findings=(*outcome.findings, *chain.from_iterable(farewells)),
    )


def run_polling(ground: Ground) -> Outcome:
    """Do the same at a server that cannot tell of news."""
    capabilities = ALL_CAPABILITIES.replace("IDLE ", "")
    return _waited(ground, list(_cases(POLLING)), capabilities)


def _waited(ground: Ground, cases: Sequence[Case], capabilities: str) -> Outcome:
    if not ground.is_full:
        cases = cases[:: len(cases) // MOST_SHORT][:MOST_SHORT]
    struck, slowest = 0, 0.0
    findings: list[Finding] = []
    folder = ground.folder / "life"
    with overheard() as log, begun(folder, capabilities=capabilities) as life:
        with _daemon(life):
            for number, case in enumerate(cases):
                found, took = _met(life, number, case)
                findings += found
                struck += took is not None
                slowest = max(slowest, took or 0.0)
        findings += (
            *life.findings,
            *findings_in(life.server, life.delivered),
            *judge(life.evidence(log())),
        )
    return Outcome(cases=struck, findings=tuple(findings), settled=slowest)


def _cases(steps: Sequence[Step]) -> Iterator[Case]:
    faults = (*STALLS, *DROPS, *GARBAGE, *REFUSALS)
    for number, step in enumerate(steps):
        for place, fault in enumerate(faults):
            if (number + place) % EVERY_OTHER == 0 and fault.can_strike(step):
                yield Case(step, fault)


@contextmanager
def _daemon(life: Life) -> Iterator[None]:
    """Run the daemon's jobs in a thread of their own; signals are for the main one."""
    text = life.config.read_text("utf-8")
    hourly = text.replace("poll_seconds = 1\n", f"poll_seconds = {AN_HOUR}\n", 1)
    assert hourly != text
    life.config.write_text(hourly, "utf-8")
    with Installation(load_config(life.config), life.clock, LIMITS) as parts:
        daemon = Daemon(daemon_parts(parts))
        running = threading.Thread(target=daemon._run)
        running.start()
        try:
            yield
        finally:
            daemon.stop()
            running.join()


def _met(life: Life, number: int, case: Case) -> tuple[list[Finding], float | None]:
    """Let a fault strike, and mail come while nobody waits for it.

    Then mail comes to a daemon that waits again: after faults in a row it would wait
    longer and longer before it tries. None where nothing could go wrong: an answer of
    one line has no middle.
    """
    server = life.server
    trap = Trap(case.step, case.fault.spring)
    server.trap = trap
    if not _until(lambda: trap.was_reached, STRIKES_WITHIN):
        return [Finding("settled", case.name, "the daemon never waited")], None
    if not trap.sprung:
        return [], None
    began = monotonic()
    found = list(_taken_up(life, 2 * number, case))
    took = monotonic() - began
    return [*found, *_taken_up(life, 2 * number + 1, case)], took


def _taken_up(life: Life, number: int, case: Case) -> Iterator[Finding]:
    mails = batch(number)
    life.delivered += mails.all
    for each in mails.all:
        life.account.deliver(as_kept(each, life.clock()))
    if not _until(lambda: not life.unsettled(), SETTLES_WITHIN):
        words = "; ".join(str(each) for each in life.unsettled()[:2])
        yield Finding("settled", case.name, f"not in time: {words}")


def _farewells(ground: Ground) -> Iterator[list[Finding]]:
    """Go through what a server can do at LOGOUT, which nothing may depend on.

    Faults within a literal cannot happen there.
    """
    faults = (*STALLS, *DROPS, *GARBAGE, *REFUSALS)
    with begun(ground.folder / "farewells") as life:
        for fault in faults[::EVERY_OTHER] if ground.is_full else faults[:2]:
            trap = Trap(Step("LOGOUT", ""), fault.spring, times=10)
            life.server.trap = trap
            found = list(_parted(life, f"LOGOUT: {fault.name}"))
            if not trap.was_reached:
                found.append(Finding("settled", fault.name, "nobody logged out"))
            if found or trap.sprung:
                yield found


def _parted(life: Life, name: str) -> Iterator[Finding]:
    began = monotonic()
    try:
        with Installation(load_config(life.config), life.clock, LIMITS) as parts:
            parts.run_once()
    except TriageError as error:
        yield Finding("settled", name, str(error))
    if (took := monotonic() - began) > STRIKES_WITHIN:
        yield Finding("hang", name, f"it took {took:.0f} s")


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    until = monotonic() + seconds
    while not holds():
        if monotonic() > until:
            return False
        sleep(0.05)
    return True
