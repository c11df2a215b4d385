"""An installation on a real Dovecot and an SMTP server that keeps what it took.

It runs in this process (`run_once`) or as the daemon that an operator starts
(`daemon`), and `evidence` collects, in one call, all that the oracle judges.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from time import monotonic, sleep
from typing import cast

from tests.journeys.installing import ADDRESS, CONTACTS, USUAL, Settings
from tests.journeys.journey import Journey
from tests.journeys.running import RunningDaemon
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.smtp.scripted import ScriptedServer
from tests.torture.evidence import Accepted, Delivered, Evidence
from tests.torture.finding import Finding
from tests.torture.oracle import judge, unsettled
from triage.demo.servers import SmtpSink
from triage.dispatch import Tally
from triage.intake import Pass

SETTLE_SECONDS = 120.0
KEY = "k" * 40
OWN_ADDRESSES = frozenset({ADDRESS, *CONTACTS.values()})
"""Of the configuration that tests.journeys.installing writes."""
Smtp = SmtpSink | ScriptedServer


class Site:
    """One mailbox, one installation in a folder, and the mails that were put in."""

    def __init__(self, dovecot: Dovecot, smtp: Smtp, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.smtp = smtp
        # Only its port is used there, and what it accepted.
        self.journey = Journey(dovecot, cast("SmtpSink", smtp), folder)
        self.delivered: list[Delivered] = []
        self.outputs: list[str] = []
        self._logs: list[str] = []

    @property
    def store(self) -> Path:
        return self.journey.folder / "triage.sqlite3"

    def install(self, settings: Settings = USUAL, **servers: int | str) -> Path:
        """Write the installation; ports and logins may be others than the real."""
        return self.journey.install(settings, **servers)

    def deliver(self, *mails: Delivered, envelope_from: str | None = None) -> None:
        """Hand mails over by LMTP, from their senders, or from `envelope_from`."""
        for mail in mails:
            if envelope_from == "":
                self.journey.deliver_from_nobody(mail.octets)
            else:
                self.journey.deliver(mail.octets, envelope_from or mail.sender)
            self.delivered.append(mail)

    def append(self, *mails: Delivered, received_at: datetime) -> None:
        """Put mails into their folders, as if they had come then."""
        for mail in mails:
            octets = b"Return-Path: <%b>\r\n%b" % (mail.sender.encode(), mail.octets)
            self.journey.site.deliver(octets, received_at, mail.folder)
            self.delivered.append(mail)

    def run_once(self, later: timedelta = timedelta()) -> tuple[Pass, Tally]:
        """Make one pass in this process; what it logs is evidence."""
        with self._logged():
            return self.journey.run_once(later)

    @contextmanager
    def daemon(self, *within: str) -> Iterator[RunningDaemon]:
        """Lend the daemon, a process of its own; it is killed at the end."""
        with RunningDaemon(self.journey.config, within=within) as running:
            try:
                yield running
            finally:
                self._logs.append(running.log)

    def command(self, *words: str) -> str:
        """Run a command of triage; what it says is evidence."""
        config = str(self.journey.config)
        done = subprocess.run(  # noqa: S603 - the program under test
            [sys.executable, "-m", "triage", *words, "--config", config],
            capture_output=True,
            text=True,
            check=False,
        )
        self.outputs.append(done.stdout + done.stderr)
        return done.stdout

    def settle(self, seconds: float = SETTLE_SECONDS) -> tuple[float, list[Finding]]:
        """Wait until all is done; return how long it took, and what is not."""
        started = monotonic()
        while True:
            left = self.unsettled()
            took = monotonic() - started
            if not left or took > seconds:
                return took, left
            sleep(0.2)

    def unsettled(self) -> list[Finding]:
        """Return what is still to be done at this moment."""
        return unsettled(self.store, len(self.journey.contents()))

    def evidence(self) -> Evidence:
        """Collect all that is left after a run."""
        with self.journey.site.somebody_else() as client:
            names = [
                name
                for flags, _, name in client.list_folders()
                if b"\\Noselect" not in flags
            ]
        lying = {name: self.journey.contents(name) for name in names}
        return Evidence(
            delivered=tuple(self.delivered),
            accepted=accepted_by(self.smtp),
            folders={
                name: tuple(seen.octets for seen in mails)
                for name, mails in lying.items()
            },
            flagged={
                name: tuple(seen.octets for seen in mails if seen.flags)
                for name, mails in lying.items()
            },
            store=self.store,
            own_addresses=OWN_ADDRESSES,
            logs="\n".join(self._logs),
            secrets=(KEY, f"password={PASSWORD}"),
            outputs=tuple(self.outputs),
            wording=self._wording(),
        )

    def judge(self, *promises: str) -> list[Finding]:
        """Have the oracle look at all that is left."""
        return judge(self.evidence(), *promises)

    def _wording(self) -> tuple[str, ...]:
        folder = self.journey.folder
        files = (self.journey.config, *(folder / "rules").glob("*.toml"))
        return tuple(path.read_text("utf-8") for path in files)

    @contextmanager
    def _logged(self) -> Iterator[None]:
        written = StringIO()
        handler = logging.StreamHandler(written)
        handler.setLevel(logging.INFO)
        # The SMTP server, which is in this process too, logs what it is told.
        handler.addFilter(lambda record: not record.name.startswith("mail."))
        logger = logging.getLogger()
        level = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.setLevel(level)
            logger.removeHandler(handler)
            self._logs.append(written.getvalue())


def accepted_by(smtp: Smtp) -> tuple[Accepted, ...]:
    """Return the letters that a server took responsibility for."""
    return tuple(
        Accepted(
            octets=each.octets, envelope_from=each.sender, recipients=each.recipients
        )
        for each in smtp.accepted
    )


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - tests may look
