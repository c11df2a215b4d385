"""A bad way to a good server: cut at every octet of a session, chopped, slow, silent.

Small letters go one by one to a server that takes all of them. The way is cut after so
many octets in one direction; then it is well again, and the letter must have been sent
once, or be before a person and not have been taken.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from tests.servers.plugin import LOCAL
from tests.store.making import make_letter
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome, Row
from tests.torture.smtp.desk import PATIENT, Case, Desk, Sending, Way, heard, new_desk
from tests.torture.smtp.stages import LOGIN, SECRET, SECRETS, Encryption
from tests.torture.smtp.trial import named
from tests.torture.toxics import (
    BadWay,
    Cut,
    Ending,
    Latency,
    Slices,
    SlowClose,
    Toxic,
    Trickle,
)
from triage.demo.servers import Accepted, SmtpSink
from triage.smtp import Limits
from triage.store import State

AT_A_TIME = 40
"""Letters for one installation; each leaves connections behind."""
AFTER_ANY_PAUSE = timedelta(minutes=16)
MOST_OCTETS = 12_000
IN_PARALLEL = 3
BRIEF = Limits(connect=5, before_dot=1, after_dot=1, after_stop=2)
QUIET = frozenset({Ending.SILENT, Ending.HALF_OPEN})
"""Endings of which we hear nothing, so that only a clock tells."""


class Break(NamedTuple):
    """Where the way is cut, and how."""

    direction: str
    after: int
    ending: Ending

    @property
    def toxic(self) -> Cut:
        return Cut(self.after, self.ending)


@dataclass(frozen=True, slots=True)
class Session:
    """A good server, and how letters go to it."""

    name: str
    sink: SmtpSink
    way: Way


@dataclass(frozen=True, slots=True)
class Found:
    """What came of some breaks."""

    struck: int
    ends: Counter[str]
    findings: tuple[Finding, ...]


class Passage:
    """Letters on a bad way, one after the other."""

    def __init__(
        self, session: Session, case: Case, parts: Sending, way: BadWay
    ) -> None:
        self._session, self._case = session, case
        self._parts, self._bad_way = parts, way
        self._letters = 0

    def send(self, **toxics: Toxic) -> tuple[str, str, int]:
        """Send a letter on a bad way, then on a good one.

        Return its state after each, and how often it was taken.
        """
        self._letters += 1
        message_id = self._compose()
        for direction, toxic in toxics.items():
            setattr(self._bad_way, direction, toxic)
        self._parts.dispatch.run()
        at_first = self._state(message_id)
        self._bad_way.heal()
        if at_first == State.UNCERTAIN:
            self._case.carry_copies(self._taken(message_id))
        self._pass(AFTER_ANY_PAUSE)
        return at_first, self._state(message_id), len(self._taken(message_id))

    def _pass(self, time: timedelta) -> None:
        self._case.clock.now += time
        self._parts.dispatch.run()

    def _compose(self) -> str:
        message_id = f"<{self._session.name}.{self._letters}@examboard.example>"
        data = f"Message-ID: {message_id}\r\nSubject: x\r\n\r\n.\r\nGood day.\r\n"
        letter = make_letter(message_id=message_id, data=data.encode())
        now = self._case.clock.now
        # The three letters of the desk are not wanted here.
        for line in self._parts.store.outbox.listed(State.QUEUED):
            self._parts.store.outbox.drop(line.id, now)
        assert self._parts.store.outbox.notify(letter, now)
        return message_id

    def _state(self, message_id: str) -> str:
        lines = self._parts.store.outbox.listed()
        (state,) = (line.state for line in lines if line.message_id == message_id)
        return state.value

    def _taken(self, message_id: str) -> list[Accepted]:
        wanted = message_id.encode()
        return [each for each in self._session.sink.accepted if wanted in each.octets]


@contextmanager
def passage(
    desk: Desk, session: Session, name: str, limits: Limits = PATIENT
) -> Iterator[tuple[Passage, BadWay]]:
    """Lend an installation whose way to the server can be made bad."""
    one = replace(session, name=name)
    with (
        BadWay(session.sink.port) as way,
        desk.case(name, way.port, session.way) as case,
        case.open(limits, whole=False) as parts,
    ):
        yield Passage(one, case, parts, way), way


def cut_everywhere(ground: Ground) -> Outcome:
    """Cut the way after every octet of a session, in both directions."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    with _sessions(ground) as (plain, encrypted):
        jobs = [
            (session, breaks)
            for session, step in ((plain, 1), (encrypted, 5))
            for breaks in _breaks(step if ground.is_full else 60 * step)
        ]
        try_some = partial(_try_some, desk)
        with heard() as log, ThreadPoolExecutor(IN_PARALLEL) as pool:
            found = list(pool.map(lambda job: try_some(*job), jobs))
    ends = sum((each.ends for each in found), Counter[str]())
    told = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    return Outcome(
        cases=sum(each.struck for each in found),
        findings=(
            *(finding for each in found for finding in each.findings),
            *named(log, ("jane", *SECRETS)),
        ),
        note=f"in the end {told}; every octet in clear, every fifth with TLS",
    )


def _breaks(step: int) -> Iterator[list[Break]]:
    """Yield places to cut at, more than any session has, in lots."""
    for ending in Ending:
        every = step * 15 if ending in QUIET else step
        for direction in ("there", "back"):
            places = range(0, MOST_OCTETS, every)
            breaks = [Break(direction, place, ending) for place in places]
            yield breaks


def _try_some(desk: Desk, session: Session, breaks: Sequence[Break]) -> Found:
    """Try breaks in order, until one lies behind the session's end."""
    struck, ends, findings = 0, Counter[str](), list[Finding]()
    first = breaks[0]
    about = f"{session.name} {first.direction} {first.ending}"
    limits = BRIEF if first.ending in QUIET else PATIENT
    for start in range(0, len(breaks), AT_A_TIME):
        name = f"{session.name}-{first.direction}-{first.ending}-{start}".replace(
            " ", "-"
        )
        with passage(desk, session, name, limits) as (line, way):
            for each in breaks[start : start + AT_A_TIME]:
                way.struck.clear()
                toxics = {each.direction: each.toxic}
                at_first, at_last, taken = line.send(**toxics)
                if not way.struck.is_set():
                    return Found(struck, ends, tuple(findings))
                struck += 1
                ends[at_last] += 1
                where = f"{about} after {each.after}"
                findings += _judged(where, at_first, at_last, taken)
    findings.append(Finding("fate", about, "the session has no end"))
    return Found(struck, ends, tuple(findings))


def _judged(where: str, at_first: str, at_last: str, taken: int) -> Iterator[Finding]:
    if (at_first, at_last, taken) not in _RIGHT:
        yield Finding("once", where, f"{at_first}, then {at_last}, taken {taken} times")


_RIGHT = {
    # Nothing was lost on the way, or only what comes after the answer.
    ("sent", "sent", 1),
    # Before the dot it is tried again.
    ("queued", "sent", 1),
    # From the dot on its copy tells; without one a person does.
    ("uncertain", "sent", 1),
    ("uncertain", "held", 0),
}

SLOW: dict[str, Toxic] = {
    "single octets": Slices(1, 1),
    "slices": Slices(1, 7, 0.001),
    "latency": Latency(0.05, 0.03),
    "trickle": Trickle(4_000),
    "a slow end": SlowClose(0.3),
}


def slow_way(ground: Ground) -> Outcome:
    """Chop and delay everything, in one direction and in both."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    findings: list[Finding] = []
    tried = 0
    with heard() as log, _sessions(ground) as sessions:
        for session in sessions:
            for name, toxic in SLOW.items():
                for sides in (("there",), ("back",), ("there", "back")):
                    if not ground.is_full and (len(sides) < 2 or tried > 4):
                        continue
                    about = f"{session.name} {name} {'-'.join(sides)}"
                    lot = about.replace(" ", "-")
                    with passage(desk, session, lot) as (line, _):
                        came = line.send(**dict.fromkeys(sides, toxic))
                    tried += 1
                    if came != ("sent", "sent", 1):
                        findings.append(Finding("settled", about, f"{came}"))
    findings += named(log, ("jane", *SECRETS))
    return Outcome(cases=tried, findings=tuple(findings))


@contextmanager
def _sessions(ground: Ground) -> Iterator[tuple[Session, Session]]:
    encryption = Encryption.new(ground)
    certificate = encryption.authority.issue("localhost", hosts=LOCAL)
    login = encryption.trusted | {"security": "starttls"} | LOGIN
    with (
        SmtpSink() as plain,
        SmtpSink(user="triage", password=SECRET, certificate=certificate) as tls,
    ):
        yield (
            Session("plain", plain, Way(submission=encryption.trusted)),
            Session(
                "tls", tls, Way(submission=login, secrets={"smtp-password": SECRET})
            ),
        )


CUTS = Row(
    name="smtp-cuts",
    fault="The way to the server is cut after each octet of a session, in either "
    "direction: closed, reset, gone silent, half open",
    run=cut_everywhere,
)
SLOW_WAY = Row(
    name="smtp-slow",
    fault="All that passes comes in single octets, in slices, late, in a trickle, or "
    "its end comes late",
    run=slow_way,
)
