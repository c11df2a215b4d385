"""One fault at one stage: what is done, and what must come of it."""

import json
import ssl
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic, sleep

from tests.smtp.scripted import ScriptedServer, Step
from tests.torture.finding import Finding
from tests.torture.row import Outcome
from tests.torture.smtp.desk import (
    MOVING,
    PATIENT,
    PEOPLE,
    Case,
    Desk,
    Sending,
    Way,
    ask_witness,
    copies_of,
    heard,
    settle,
    states_of,
)
from tests.torture.smtp.expected import Course, ends, states
from triage.smtp import Limits

PROMPT = 120.0
"""Seconds on the clock in which all must be settled, a refused login apart."""
ALLOWED_IN_CLEAR = frozenset({"ehlo", "starttls"})
AT_ONCE = 3
LATE = 5.0

Script = Mapping[str, Step | Sequence[Step]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried."""

    name: str
    course: Course
    script: Script
    lasts: bool = True
    """For the whole of a pass; otherwise the first letter alone meets it."""
    way: Way = field(default_factory=Way)
    extensions: Sequence[str] = ("SIZE 1000000", "DSN")
    context: ssl.SSLContext | None = None
    good_context: ssl.SSLContext | None = None
    """What the server shows once it is well."""
    is_implicit: bool = False
    is_away: bool = False
    limits: Limits = PATIENT
    takes_late: bool = False
    """The server takes the first letter, when we have given up."""
    waits_at_the_dot: bool = False
    """Between body and dot the server gets the time to do what it does."""
    is_whole: bool = True
    """On every part of an installation, not only on what sends."""
    must_not_say: tuple[str, ...] = ()
    """Commands that the server must not be given before it is well."""

    @property
    def restarts(self) -> bool:
        """Whether the program is started anew before the server is well."""
        return not self.lasts or self.limits is not PATIENT


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it."""

    findings: tuple[Finding, ...]
    settled: float | None
    is_met: bool
    """Whether the fault came about at all."""


def run_all(desk: Desk, trials: Sequence[Trial], secrets: Sequence[str]) -> Outcome:
    """Try all, some at a time; nobody may be named in what is logged meanwhile."""
    names = Counter(trial.name for trial in trials)
    assert not [name for name, number in names.items() if number > 1]
    with heard() as log, ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(pool.map(lambda trial: run_one(desk, trial), trials))
    findings = [finding for each in tried for finding in each.findings]
    findings += named(log, (*PEOPLE, *secrets))
    prompt = [
        each.settled
        for each, trial in zip(tried, trials, strict=True)
        if each.settled is not None and trial.course is not Course.LOGIN_WAITS
    ]
    unmet = [
        trial.name for each, trial in zip(tried, trials, strict=True) if not each.is_met
    ]
    return Outcome(
        cases=len(trials) - len(unmet),
        findings=tuple(findings),
        settled=max(prompt, default=None),
        note=f"not met: {', '.join(unmet)}" if unmet else "",
    )


def named(log: Sequence[str], words: Sequence[str]) -> list[Finding]:
    """Return a finding for each word of a person's, or secret, that is in the log."""
    text = "\n".join(log)
    return [
        Finding("private", word, "it stands in the log")
        for word in words
        if word in text
    ]


def run_one(desk: Desk, trial: Trial) -> Tried:
    """Try one fault on an installation of its own."""
    server = ScriptedServer(
        trial.script,
        extensions=trial.extensions,
        context=trial.context,
        is_implicit=trial.is_implicit,
        is_away=trial.is_away,
    )
    with (
        server,
        desk.case(trial.name.replace("/", "-"), server.port, trial.way) as case,
    ):
        return _Course(case, trial, server).run()


class _Course:
    """One trial while it goes on."""

    def __init__(self, case: Case, trial: Trial, server: ScriptedServer) -> None:
        self._case, self._trial, self._server = case, trial, server
        self._findings: list[Finding] = []
        self._settled: float | None = None
        self._connections = 0
        """Before the server was well."""

    def run(self) -> Tried:
        trial = self._trial
        if trial.waits_at_the_dot:
            self._case.clock.before_each = self._let_the_server_act
        with self._case.open(trial.limits, whole=trial.is_whole) as parts:
            self._meet(parts)
            if not trial.restarts:
                self._get_well(parts)
        if trial.restarts:
            with self._case.open(whole=trial.is_whole) as parts:
                self._get_well(parts)
        self._find_in_clear()
        return Tried(tuple(self._findings), self._settled, self._came_about())

    def _came_about(self) -> bool:
        """Tell whether the server did what was to be tried."""
        trial, server = self._trial, self._server
        if trial.is_away:
            return self._connections == 0
        return bool(server.met) if trial.script else self._connections > 0

    def _meet(self, parts: Sending) -> None:
        parts.dispatch.run()
        self._connections = self._server.connections
        at_first = states(self._trial.course, lasts=self._trial.lasts)
        self._compare("at first", at_first, states_of(parts))
        self._is_it_told(parts)
        for command in self._server.commands:
            if command.split(" ")[0] in self._trial.must_not_say:
                self._find("clear", f"it was said: {command.split(' ')[0]}")

    def _get_well(self, parts: Sending) -> None:
        self._case.clock.before_each = lambda: None
        if self._trial.takes_late:
            _wait_until(lambda: bool(self._server.accepted))
        self._server.heal(self._trial.good_context)
        if self._trial.is_away:
            self._server.come_back()
        self._settled = settle(self._case, parts)
        if self._settled is None:
            self._find("settled", f"never: {states_of(parts)}")
        elif self._settled > PROMPT and self._trial.course is not Course.LOGIN_WAITS:
            self._find("settled", f"only after {self._settled:.0f} s")
        self._case.carry_copies(self._server.accepted)
        ask_witness(self._case, parts)
        at_last = ends(self._trial.course, lasts=self._trial.lasts)
        self._compare("in the end", at_last, states_of(parts))
        self._is_it_told(parts)

    def _compare(
        self, when: str, expected: tuple[str, ...], found: tuple[str, ...]
    ) -> None:
        if expected != found:
            self._find("settled", f"{when} {expected} was expected, not {found}")

    def _is_it_told(self, parts: Sending) -> None:
        """Look whether each letter is where the commands say that it is."""
        copies = copies_of(self._server.accepted)
        for number, message_id, state in self._case.listed():
            taken = copies[message_id]
            if taken > 1:
                self._find("once", f"letter {number} was taken {taken} times")
            if taken not in _MAY_BE_TAKEN[state]:
                self._find("honest", f"letter {number} is {state}, taken {taken} times")
        status = json.loads(self._case.says("status", "--json"))
        waiting = Counter(states_of(parts))
        del waiting["sent"]
        if status["health"]["outbox"] != waiting:
            self._find("honest", f"status has {status['health']['outbox']}")

    def _find_in_clear(self) -> None:
        if self._trial.context is None:
            return
        said = {command.split(" ")[0].lower() for command in self._server.in_clear}
        if said - ALLOWED_IN_CLEAR:
            self._find("clear", f"{sorted(said)} went over the network in clear")

    def _let_the_server_act(self) -> None:
        if "DATA" in self._server.commands:
            self._server.settle()

    def _find(self, promise: str, words: str) -> None:
        self._findings.append(Finding(promise, self._trial.name, words))


_MAY_BE_TAKEN = {
    "sent": (1,),
    "uncertain": (0, 1),
    "held": (0, 1),
    **dict.fromkeys((*MOVING, "refused"), (0,)),
}


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = monotonic() + LATE
    while not is_so() and monotonic() < until:
        sleep(0.02)
