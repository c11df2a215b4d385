"""ROWS the reader process is killed while it reads: by a mail, or from outside.

No mail that is known does that any more, so some here say in a field what the reader
shall do when it reads them.
"""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic, sleep

from tests.journeys.running import RunningDaemon
from tests.reader.faulty import obey
from tests.torture.evidence import Due
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.mails import complaint
from tests.torture.oracle.books import read_books
from tests.torture.readers import is_stopped_at_work, readers_of, seconds_of
from tests.torture.row import Outcome, Row
from tests.torture.site import Site
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.reader import Limits, Parse, Reader
from triage.wiring.rulebook import edition_of

BOMBS = ("spin", "swell", "hang", "allocate", "die", "abort", "leave", "fail")
LIMITS = Limits(seconds=5.0)
"""A thousand times what an ordinary mail takes, so that a busy machine is no bomb."""
WAVES, MAILS_AT_ONCE = 12, 3
WAVE_SECONDS = 30.0
WAVE_STEP = 0.1
"""Of processor: each time the reader is killed so much later."""
LOOK_SECONDS = 0.002
COSTLY = "We wait.\n" * 40_000
"""Takes half a second to read."""
REPLACED = "the reader is replaced"


def read_bombs(ground: Ground) -> Outcome:
    """Take up mails that break the reader, an ordinary one after each."""
    return try_bombs(ground, BOMBS if ground.is_full else BOMBS[:2], obey)


def try_bombs(ground: Ground, bombs: Sequence[str], parse: Parse) -> Outcome:
    """Have mails with an order read by what obeys it, as it should."""
    with SmtpSink() as smtp:
        site = Site(ground.dovecot(), smtp, ground.folder)
        config = load_config(site.install())
        for bomb in bombs:
            site.deliver(complaint(Due.EITHER, fields={"X-Order": bomb}), complaint())
        files = edition_of(config).rules
        with site._logged(), site.journey.installation() as parts:
            parts.intake.reader.close()  # type: ignore[attr-defined]  # it is a Reader
            with Reader(files, LIMITS, parse=parse) as reader:
                parts.intake.reader = reader
                parts.run_once()
        findings = (*site.judge(), *_not_kept(site, len(bombs)), *unanswered(site))
    note = "each set aside for a person with its octets, the mails between answered"
    return Outcome(cases=len(bombs), findings=findings, note=note)


def _not_kept(site: Site, bombs: int) -> Iterator[Finding]:
    books = read_books(site.evidence())
    aside = [row for row in books.messages if row["fate"] == "aside"]
    if len(aside) != bombs:
        yield Finding("fate", "bombs", f"{len(aside)} of {bombs} were set aside")
    for row in aside:
        if row["sha256"] not in books.raws:
            yield Finding("fate", row["reason"], "its octets are not kept")


def kill_reader(ground: Ground) -> Outcome:
    """Kill the daemon's reader again and again, each time over a mail."""
    kills, waves = 0, WAVES if ground.is_full else 1
    worst, findings = 0.0, list[Finding]()
    with SmtpSink() as smtp:
        site = Site(ground.dovecot(), smtp, ground.folder)
        site.install()
        with site.daemon() as daemon:
            daemon.wait_for("running")
            for wave in range(waves):
                is_killed, took, left = _wave(site, daemon, after=wave * WAVE_STEP)
                kills += is_killed
                worst = max(worst, took)
                findings += left
            daemon.terminate()
        findings += [*site.judge(), *unanswered(site)]
    note = f"each over a mail, in {kills} of {waves} waves; every mail answered"
    return Outcome(cases=kills, findings=tuple(findings), settled=worst, note=note)


def _wave(
    site: Site, daemon: RunningDaemon, after: float
) -> tuple[bool, float, list[Finding]]:
    """Have mail come in and kill the reader over it, once it has worked so long.

    Return whether a mail waited for what was killed, as the daemon says, and how it
    settled.
    """
    # What is read already shows that the reader is there, and idle again.
    site.deliver(complaint())
    _, left = site.settle()
    idle = {pid: seconds_of(pid) for pid in readers_of(daemon.pid)}
    said = daemon.log.count(REPLACED)
    mails = [complaint(text=COSTLY) for _ in range(MAILS_AT_ONCE)]
    site.deliver(*mails)
    is_killed = kill_at_work(idle, after)
    took, left_behind = site.settle()
    is_noticed = daemon.log.count(REPLACED) > said
    return is_killed and is_noticed, took, [*left, *left_behind]


def kill_at_work(
    idle: Mapping[int, float], after: float, seconds: float = WAVE_SECONDS
) -> bool:
    """Kill one of some processes while it works; False: none did.

    `idle` says how many seconds of processor each had spent when it was idle.
    """
    until = monotonic() + seconds
    while monotonic() < until:
        for reader, spent in idle.items():
            if seconds_of(reader) - spent > after:
                with suppress(ProcessLookupError):
                    if _is_killed_at_work(reader):
                        return True
        sleep(LOOK_SECONDS)
    return False


def _is_killed_at_work(reader: int) -> bool:
    """Stop it, look at what it was about, and kill it or let it go on."""
    os.kill(reader, signal.SIGSTOP)
    sleep(LOOK_SECONDS)
    is_at_work = is_stopped_at_work(reader)
    os.kill(reader, signal.SIGKILL if is_at_work else signal.SIGCONT)
    return is_at_work


def unanswered(site: Site) -> Iterator[Finding]:
    """Find who was owed a letter and got none: their mail harmed no reader."""
    answered = {to for each in site.smtp.accepted for to in each.recipients}
    for mail in site.delivered:
        if mail.due is Due.REPLY and mail.sender not in answered:
            yield Finding("fate", mail.mark, "somebody's mail was not answered")


BOMBING = Row(
    name="mails-bombs",
    fault="reading a mail takes all memory or all time, or ends the process",
    run=read_bombs,
)
KILLING = Row(
    name="mails-reader-killed",
    fault="SIGKILL to the running daemon's reader while it reads a mail",
    run=kill_reader,
)
