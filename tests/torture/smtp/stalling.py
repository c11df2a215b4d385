"""The daemon beside a server that says nothing: everything else goes on."""

from collections.abc import Iterator
from time import monotonic

from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.smtp.scripted import ScriptedServer, Talk
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome, Row

STALLS = ("greeting", "rcpt", "dot")
SOON = 60.0
"""Seconds for a mail to be filed, on a machine that others use too."""
CLEAN_END = 20.0


def stall(ground: Ground) -> Outcome:
    """Stall at each stage; mail must be taken up and filed, and the daemon must end."""
    findings: list[Finding] = []
    for stage in STALLS if ground.is_full else STALLS[-1:]:
        folder = ground.folder / stage
        folder.mkdir()
        with ScriptedServer({stage: Talk.stall}) as server:
            journey = Journey(ground.dovecot(), server, folder)  # type: ignore[arg-type]  # only its port is used
            findings += _go_on(journey, server, stage)
    return Outcome(cases=len(STALLS) if ground.is_full else 1, findings=tuple(findings))


def _go_on(journey: Journey, server: ScriptedServer, stage: str) -> Iterator[Finding]:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")
        journey.deliver(make_mail())
        until = monotonic() + SOON
        while not server.connections and monotonic() < until:
            daemon.wait_for("filed", SOON)
        journey.deliver(make_mail(text="The website again."))
        try:
            daemon.wait_for("filed", SOON, times=2)
        except AssertionError:
            yield Finding("settled", stage, "no mail is filed while the server stalls")
        if not server.connections or set(journey.letter_states()) & {"sent"}:
            yield Finding("honest", stage, f"{journey.letter_states()}")
        took = daemon.terminate()
        if took > CLEAN_END:
            yield Finding("settled", stage, f"it took {took:.0f} s to end")
    expected = "uncertain" if stage == "dot" else "queued"
    if expected not in journey.letter_states():
        yield Finding("honest", stage, f"at the end {journey.letter_states()}")


STALLING = Row(
    name="smtp-stall",
    fault="The server stalls while the daemon runs: mail is taken up and filed all the "
    "same, and the daemon ends when it is told to",
    run=stall,
    is_short=False,
)
