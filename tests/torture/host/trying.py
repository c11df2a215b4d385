"""A fault tried on a whole installation, and what is looked at afterwards."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.journeys.running import RunningDaemon
from tests.servers.dovecot import Dovecot
from tests.torture.evidence import Delivered
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.mails import complaint
from tests.torture.row import Outcome
from tests.torture.site import Site
from triage.demo.servers import SmtpSink

PROMISES = ("fate", "once", "gate", "echo", "untouched", "private")


class Host(Site):
    """An installation whose host fails."""

    def __init__(self, dovecot: Dovecot, smtp: SmtpSink, folder: Path) -> None:
        super().__init__(dovecot, smtp, folder)
        self.sink = smtp
        self.worst: float | None = None
        self.struck: int | None = None
        """How many of the faults really happened, where that is counted."""
        self.told: list[str] = []
        """Figures for the table."""
        self.name = folder.name

    def complain(self, number: int = 1) -> list[Delivered]:
        """Have so many people complain."""
        mails = [complaint() for _ in range(number)]
        self.deliver(*mails)
        return mails

    def settles(self) -> Iterator[Finding]:
        """Wait until all is done after a fault; note how long it took."""
        took, left = self.settle()
        self.worst = max(self.worst or 0.0, took)
        yield from left

    def says(self, daemon: RunningDaemon, *words: str, seconds: float = 30) -> bool:
        """Wait until the log says one of these; False: it never did."""
        until = monotonic() + seconds
        while not any(each in daemon.log for each in words):
            if monotonic() > until:
                return False
            sleep(0.05)
        return True

    def wrong(self, words: str) -> Finding:
        return Finding("host", self.name, words)


@dataclass(frozen=True, slots=True)
class Try:
    """One fault; `run` yields what was violated, the oracle says the rest."""

    name: str
    run: Callable[[Host], Iterator[Finding]]
    faults: int = 1
    is_judged: bool = True
    """False: the store has rows of mails that nobody delivered here."""


def tried(ground: Ground, tries: Sequence[Try], note: str = "") -> Outcome:
    """Try faults one after the other, each on an installation of its own."""
    findings: list[Finding] = []
    worst: list[float] = []
    cases, told = 0, [note] if note else []
    for each in tries:
        ground.say(f"  {each.name}")
        with SmtpSink() as smtp:
            host = Host(ground.dovecot(), smtp, ground.folder / each.name)
            try:
                findings += each.run(host)
                if each.is_judged and host.store.is_file():
                    findings += host.judge(*PROMISES)
            except AssertionError as error:
                findings.append(host.wrong(str(error)[-600:]))
            if host.worst is not None:
                worst.append(host.worst)
            cases += each.faults if host.struck is None else host.struck
            told += host.told
    return Outcome(
        cases=cases,
        findings=tuple(findings),
        settled=max(worst, default=None),
        note="; ".join(told),
    )
