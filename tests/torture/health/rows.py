"""Faults that last, and who hears of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from time import monotonic, sleep

from tests.alarm.watching import Ear, Watching
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.health.faults import (
    BOTH,
    FULL_DISK,
    LOGIN,
    LOST_ROW,
    NO_TIME,
    Locked,
    mailbox_fault,
    outbox_fault,
    reopen,
    shut,
)
from tests.torture.health.tower import QUIET, Fault, tower, try_fault
from tests.torture.row import Outcome
from tests.torture.toxics import Ending

DISPATCH_PAUSES = 100.0
"""After a failure of its server, dispatch leaves it alone for a minute."""
FLAPS = 30
HOUR = 3600.0
AFTER_PINGS = 3.0
KILLED = "it was killed or broke off"

Trial = Callable[[], tuple[Iterable[Finding], list[float]]]


def _side_by_side(
    trials: Sequence[Trial],
    words: str = "one message when it begins, one when it is over",
) -> Outcome:
    """Try several towers at once, which mostly wait."""
    with ThreadPoolExecutor(len(trials)) as pool:
        found = list(pool.map(lambda trial: trial(), trials))
    took = [seconds for _, each in found for seconds in each]
    return Outcome(
        cases=len(took),
        findings=tuple(chain.from_iterable(findings for findings, _ in found)),
        settled=max(took, default=None),
        note=words,
    )


def _trial(ground: Ground, fault: Fault, over_within: float, **alarm: object) -> Trial:
    def run() -> tuple[Iterable[Finding], list[float]]:
        with tower(ground, fault.name.replace(" ", "-"), **alarm) as found:
            found.deliver()
            # Something that was sent, so that later letters have their state.
            found.wait(lambda: found.count(_SENT) >= 1)
            return list(try_fault(found, fault, over_within)), found.took

    return run


_SENT = "SELECT count(*) FROM outbox WHERE state = 'sent'"


def lose_mailbox(ground: Ground) -> Outcome:
    """The mailbox's server goes away, is silent, or refuses the login."""
    faults = [mailbox_fault(Ending.CLOSED)]
    if ground.is_full:
        faults += [mailbox_fault(Ending.SILENT), LOGIN]
    return _side_by_side([_trial(ground, each, 90.0) for each in faults])


def lose_submission(ground: Ground) -> Outcome:
    """The submission server goes away or is silent, alone or with the mailbox."""
    faults = (outbox_fault(Ending.CLOSED), outbox_fault(Ending.SILENT), BOTH)
    return _side_by_side([_trial(ground, each, DISPATCH_PAUSES) for each in faults])


def lose_store(ground: Ground) -> Outcome:
    """The store cannot be written."""
    faults = (FULL_DISK, Locked().fault())
    # What else fails with the store is not told here, so that it can be counted.
    times = {"mailbox_seconds": 600, "outbox_seconds": 600}
    return _side_by_side([_trial(ground, each, 90.0, **times) for each in faults])


def make_uneven(ground: Ground) -> Outcome:
    """Rows of the store contradict each other; and somebody moves a mail back."""
    trials = [_trial(ground, each, 45.0) for each in (LOST_ROW, NO_TIME)]
    return _side_by_side([*trials, lambda: _move_back(ground)])


def _move_back(ground: Ground) -> tuple[Iterable[Finding], list[float]]:
    """A person moves a filed mail back: it has its fate all the same."""
    with tower(ground, "moved-back") as found:
        found.deliver()
        found.wait(lambda: bool(found.journey.contents("Complaints/Formal")))
        with found.journey.site.somebody_else() as client:
            client.select_folder("Complaints/Formal")
            client.move([1], "INBOX")
        sleep(2 * QUIET)
        told = [Finding("alarm", "moved back", "it was told")] if found.told() else []
        _, said = found.status()
        if "every mail is accounted for" not in said:
            told.append(Finding("honest", "moved back", "the ledger is told as uneven"))
        return told, [0.0]


def get_stuck(ground: Ground) -> Outcome:
    """A job begins and does not end."""
    fault = outbox_fault(Ending.SILENT, frozenset({"stuck:dispatch"}))
    times = {"stuck_seconds": 6, "outbox_seconds": 600}
    return _side_by_side([_trial(ground, fault, 45.0, **times)])


def kill(ground: Ground) -> Outcome:
    """The daemon is killed: pings stop, status says so; nothing is told twice."""
    return _side_by_side(
        [lambda: _kill_for_good(ground), lambda: _kill_in_an_alarm(ground)],
        "pings stop, the first look says so at once; a restart tells nothing twice",
    )


def _kill_for_good(ground: Ground) -> tuple[Iterable[Finding], list[float]]:
    """Killed, it is said by the first look at once; pings stop, nobody is told."""
    findings: list[Finding] = []
    with tower(ground, "killed") as found:
        if "daemon     running (process" not in found.status()[1]:
            findings.append(Finding("honest", "running", "status does not say so"))
        found.daemon.kill()
        begun, pings = monotonic(), len(found.post.at("/ping"))
        findings += said_at_once(found.status(), "killed", KILLED)
        took = monotonic() - begun
        findings += said_at_once(found.status("alarm", "list"), "killed", KILLED)
        sleep(AFTER_PINGS)
        if len(found.post.at("/ping")) > pings + 1:
            findings.append(Finding("alarm", "killed", "pings go on"))
        if found.told():
            findings.append(Finding("alarm", "killed", "an alarm was told"))
        with found.daemon:
            found.daemon.wait_for("running", times=2)
            found.daemon.terminate()
            findings += said_at_once(found.status(), "stopped", "it was stopped, ")
    return findings, [took]


def said_at_once(look: tuple[int, str], name: str, why: str) -> Iterator[Finding]:
    """Find fault with a first look after an end that does not tell of it."""
    left, said = look
    if left != 1 or f"NOT RUNNING: {why}" not in said:
        yield Finding("honest", name, "the first look does not say so")
    if "No alarm stands." in said or "All is well." in said:
        yield Finding("honest", name, "it says that all is well")


def _kill_in_an_alarm(ground: Ground) -> tuple[Iterable[Finding], list[float]]:
    findings = []
    with tower(ground, "killed-in-an-alarm") as found:
        shut(found.imap)
        found.wait(lambda: len(found.told()) == 1)
        sleep(2.0)
        for _ in range(3):
            found.daemon.kill()
            with found.daemon:
                sleep(QUIET)
        if [each["state"] for each in found.told()] != ["alarm"]:
            findings.append(Finding("alarm", "restarted", f"told: {found.told()}"))
        pings = len(found.post.at("/ping"))
        with found.daemon:
            reopen(found.imap)
            if not found.wait(lambda: len(found.told()) == 2):
                findings.append(Finding("alarm", "restarted", "no end was told"))
            if not found.wait(lambda: len(found.post.at("/ping")) > pings):
                findings.append(Finding("alarm", "restarted", "no ping comes again"))
    return findings, [0.0]


def lose_channel(ground: Ground) -> Outcome:
    """A channel fails, or there is none."""
    return _side_by_side(
        [
            lambda: _deaf_webhook(ground),
            lambda: _only_the_team(ground, is_told=True),
            lambda: _only_the_team(ground, is_told=False),
        ]
    )


def _deaf_webhook(ground: Ground) -> tuple[Iterable[Finding], list[float]]:
    findings = []
    with tower(ground, "deaf") as found:
        found.post.status = 500
        begun = monotonic()
        shut(found.imap)
        if not found.wait(lambda: found.mails() == 1):
            findings.append(Finding("alarm", "deaf webhook", "no mail told it"))
        took = monotonic() - begun
        sleep(2 * QUIET)
        if len(found.told()) != 1:
            times = f"tried {len(found.told())} times in seconds"
            findings.append(Finding("alarm", "deaf webhook", times))
        if "answers 500" not in found.status("alarm", "list")[1]:
            findings.append(Finding("honest", "deaf webhook", "nobody is told of it"))
    return findings, [took]


def _only_the_team(
    ground: Ground, *, is_told: bool
) -> tuple[Iterable[Finding], list[float]]:
    """Without a channel the team hears, unless it is our own letters that fail."""
    findings, nothing = [], {"webhook": None, "submission": None, "ping": None}
    with tower(ground, f"team-{is_told}", **nothing) as found:
        begun = monotonic()
        if is_told:
            shut(found.imap)
        else:
            shut(found.smtp)
            found.deliver()
        found.daemon.wait_for("alarm: ", 60.0)
        took = monotonic() - begun
        sleep(QUIET)
        if found.team_mails() != is_told:
            words = f"{found.team_mails()} mails to the team"
            findings.append(Finding("alarm", f"told={is_told}", words))
        if "nobody would hear of an outbox" not in found.status()[1]:
            findings.append(Finding("honest", "no channel", "status does not say it"))
    return findings, [took]


def flap(ground: Ground) -> Outcome:
    """A server is away and back thirty times: on a clock by hand, and really."""
    findings = [*_flaps_by_hand()]
    took: list[float] = []
    if ground.is_full:
        with tower(ground, "flapping", calm_seconds=8) as found:
            begun = monotonic()
            shut(found.imap)
            found.wait(lambda: bool(found.told()))
            took.append(monotonic() - begun)
            for _ in range(FLAPS):
                reopen(found.imap)
                sleep(0.4)
                shut(found.imap)
                sleep(0.8)
            reopen(found.imap)
            found.wait(lambda: len(found.told()) > 1, 90.0)
            sleep(QUIET)
            findings += once_each([each["state"] for each in found.told()])
    return Outcome(
        cases=2 * FLAPS if ground.is_full else FLAPS,
        findings=tuple(findings),
        settled=max(took, default=None),
        note=f"{FLAPS} times away and back: told once, and once that it is over",
    )


def _flaps_by_hand() -> Iterable[Finding]:
    ear = Ear()
    watching = Watching(ear)
    for _ in range(FLAPS):
        watching.failing["intake"] = "away"
        watching.wait(12 * 60)
        watching.failing.clear()
        watching.wait(2 * 60)
    watching.wait(HOUR)
    return once_each(ear.occasions)


def once_each(states: Sequence[str]) -> Iterable[Finding]:
    """Find fault with whatever is not one beginning and one end."""
    if list(states) != ["alarm", "over"]:
        yield Finding("alarm", "flapping", f"told was {states}")


def be_well(_ground: Ground) -> Outcome:
    """An hour in which nothing is wrong, with steps of the clock and a sleep."""
    findings = []
    steps = (0, 1, -1, 3600, -3600, 86_400, -86_400, 400 * 86_400, -400 * 86_400)
    for step in steps:
        ear = Ear()
        watching = Watching(ear)
        watching.wait(HOUR)
        # In a sleep the steady clock stands, and the other one goes on.
        watching.now += timedelta(seconds=step)
        watching.wait(HOUR)
        if ear.heard:
            findings.append(Finding("alarm", f"step of {step} s", "told for nothing"))
    return Outcome(
        cases=len(steps),
        findings=tuple(findings),
        note="an hour before and an hour after each step: nobody was told anything",
    )
