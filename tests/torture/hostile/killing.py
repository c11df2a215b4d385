"""ROWS the reader process is killed while it works: by a mail, or from outside.

No mail that is known does that any more, so some here say in a field what the reader
shall do when it reads them.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from tests.reader.faulty import obey
from tests.torture.evidence import Due
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.mails import complaint
from tests.torture.oracle.books import read_books
from tests.torture.row import Outcome, Row
from tests.torture.site import Site
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.reader import Limits, Reader
from triage.wiring.rulebook import edition_of

BOMBS = ("spin", "swell", "hang", "allocate", "die", "abort", "leave", "fail")
LIMITS = Limits(seconds=1.0)
WAVES, MAILS_AT_ONCE = 12, 8
WAVE_SECONDS = 60.0
LOOK_SECONDS = 0.02


def read_bombs(ground: Ground) -> Outcome:
    """Take up mails that break the reader, an ordinary one after each."""
    bombs = BOMBS if ground.is_full else BOMBS[:2]
    with SmtpSink() as smtp:
        site = Site(ground.dovecot(), smtp, ground.folder)
        config = load_config(site.install())
        for bomb in bombs:
            site.deliver(complaint(Due.EITHER, fields={"X-Order": bomb}), complaint())
        files = edition_of(config).rules
        with site._logged(), site.journey.installation() as parts:
            parts.intake.reader.close()  # type: ignore[attr-defined]  # it is a Reader
            with Reader(files, LIMITS, parse=obey) as reader:
                parts.intake.reader = reader
                parts.run_once()
        findings = (*site.judge(), *_not_kept(site, len(bombs)))
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
    """Kill the daemon's reader again and again while mail comes in."""
    kills = 0
    worst = 0.0
    with SmtpSink() as smtp:
        site = Site(ground.dovecot(), smtp, ground.folder)
        site.install()
        with site.daemon() as daemon:
            daemon.wait_for("running")
            for wave in range(WAVES if ground.is_full else 1):
                site.deliver(*(complaint() for _ in range(MAILS_AT_ONCE)))
                kills += _kill_once(daemon.pid, after=wave * LOOK_SECONDS)
                took, left = site.settle(WAVE_SECONDS)
                worst = max(worst, took)
                if left:
                    return Outcome(cases=kills, findings=tuple(left))
            daemon.terminate()
        findings = tuple(site.judge())
    return Outcome(cases=kills, findings=findings, settled=worst)


def _kill_once(daemon: int, after: float) -> int:
    """Kill the reader some time after now, or after it has started."""
    sleep(after)
    until = monotonic() + WAVE_SECONDS
    while monotonic() < until:
        for reader in _readers_of(daemon):
            os.kill(reader, signal.SIGKILL)
            return 1
        sleep(LOOK_SECONDS)
    return 0


def _readers_of(daemon: int) -> Iterator[int]:
    """Find the daemon's children that were spawned to read."""
    for task in Path(f"/proc/{daemon}/task").iterdir():
        with suppress(FileNotFoundError):
            for child in (task / "children").read_text().split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield int(child)


BOMBING = Row(
    name="mails-bombs",
    fault="reading a mail takes all memory or all time, or ends the process",
    run=read_bombs,
)
KILLING = Row(
    name="mails-reader-killed",
    fault="SIGKILL to the running daemon's reader while mail comes in",
    run=kill_reader,
)
