"""Letters after a submission server was away for three quarters of an hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.smtp.scripted import ScriptedServer
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome, Row
from tests.torture.smtp.desk import (
    LETTERS,
    PATIENT,
    PEOPLE,
    Case,
    Desk,
    Sending,
    Way,
    heard,
    new_desk,
    states_of,
)
from tests.torture.smtp.trial import named

BEAT = timedelta(seconds=5)
"""Between two passes of the daemon's dispatch."""
AWAY_FOR, LONGEST_PAUSE = timedelta(minutes=45), timedelta(minutes=15)
BACK_SOON = 120.0
"""Seconds within which all must be accepted, once the server is back."""
TRIES = 10
"""So many connections more than one a minute are no hammering."""


@dataclass(frozen=True, slots=True)
class Absence:
    """How a server is away, and for how long."""

    name: str
    server: Callable[[], ScriptedServer]
    later: timedelta

    def end(self, server: ScriptedServer) -> None:
        if self.name == "refuses":
            server.come_back()
        else:
            server.heal()


def absences(every: timedelta) -> Iterator[Absence]:
    """Yield every way to be away, with an end at any moment of a pause."""
    later = timedelta()
    while later < LONGEST_PAUSE:
        yield Absence("refuses", lambda: ScriptedServer({}, is_away=True), later)
        yield Absence("is busy", lambda: ScriptedServer({"greeting": BUSY}), later)
        later += every


BUSY = b"421 4.3.2 not now\r\n"


def try_away(ground: Ground) -> Outcome:
    """Let the server come back at different moments of a pause; time the letters."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    every = timedelta(seconds=45) if ground.is_full else timedelta(minutes=10)
    findings: list[Finding] = []
    took: list[float] = []
    with heard() as log:
        for absence in absences(every):
            seconds, found = tried(desk, absence)
            took.append(seconds)
            findings += found
    findings += named(log, PEOPLE)
    return Outcome(
        cases=len(took),
        findings=tuple(findings),
        settled=max(took),
        note=f"all {LETTERS} letters accepted {min(took):.0f} to {max(took):.0f} s"
        " after it was back; it is asked once a minute",
    )


def tried(desk: Desk, absence: Absence) -> tuple[float, list[Finding]]:
    """Return the seconds from its return until all is sent, and what is wrong."""
    name = f"{absence.name} for 45 min and {absence.later.seconds} s"
    server = absence.server()
    with (
        server,
        desk.case(name, server.port, Way()) as case,
        case.open(PATIENT, whole=False) as parts,
    ):
        _live_through(case, parts, AWAY_FOR + absence.later)
        asked = server.connections
        absence.end(server)
        seconds = _until_sent(case, parts)
    return seconds, [*_judged(name, server, seconds), *_hammered(name, absence, asked)]


def _live_through(case: Case, parts: Sending, lasts: timedelta) -> None:
    ends = case.clock.now + lasts
    while case.clock.now < ends:
        parts.dispatch.run()
        case.clock.now += BEAT


def _until_sent(case: Case, parts: Sending) -> float:
    began = case.clock.now
    while set(states_of(parts)) != {"sent"} and case.clock.now - began < AWAY_FOR:
        parts.dispatch.run()
        case.clock.now += BEAT
    return (case.clock.now - began).total_seconds()


def _judged(name: str, server: ScriptedServer, seconds: float) -> Iterator[Finding]:
    ids = [letter.message_id for letter in server.accepted]
    if len(ids) != LETTERS or len(set(ids)) != LETTERS:
        yield Finding("once", name, f"accepted: {len(ids)} of {LETTERS}")
    if seconds > BACK_SOON:
        yield Finding("settled", name, f"all accepted after {seconds:.0f} s")


def _hammered(name: str, absence: Absence, asked: int) -> Iterator[Finding]:
    minutes = (AWAY_FOR + absence.later) / timedelta(minutes=1)
    if asked > minutes + TRIES:
        yield Finding("settled", name, f"{asked} connections in {minutes:.0f} minutes")


AWAY = Row(
    name="smtp-away",
    fault="the server refuses connections, or is busy, for 45 to 60 minutes, and comes "
    "back at any moment of a pause",
    run=try_away,
)
