"""One mailbox at Dovecot, one SMTP server, one installation between them."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import sleep

from tests.journeys.installing import USUAL, Servers, Settings, install
from tests.journeys.mails import MOTHER
from tests.mailbox.sites import ImapSite, Seen
from tests.servers.dovecot import PASSWORD, Dovecot
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.dispatch import Tally
from triage.intake import Pass
from triage.store import CaseFile, Store
from triage.wiring import Installation


class Journey:
    """What a test does to an installation, and sees of it, from outside."""

    def __init__(self, dovecot: Dovecot, smtp: SmtpSink, folder: Path) -> None:
        self.dovecot = dovecot
        self.smtp = smtp
        self.folder = folder
        self.user = dovecot.new_user()
        self.servers = Servers(
            imap_port=dovecot.imap,
            user=self.user,
            password=PASSWORD,
            smtp_port=smtp.port,
        )
        self.site = ImapSite(dovecot.imap, self.user, PASSWORD)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def install(self, settings: Settings = USUAL, **servers: int | str) -> Path:
        """Write the installation; ports and logins may be others than the real."""
        return install(self.folder, replace(self.servers, **servers), settings)  # type: ignore[arg-type]  # by name

    def deliver(self, octets: bytes, sender: str = MOTHER) -> None:
        """Hand a mail over by LMTP, which writes Return-Path as a server does."""
        self.dovecot.deliver(self.user, octets, sender)

    def deliver_from_nobody(self, octets: bytes) -> None:
        """Hand over a mail with the null reverse-path, as delivery reports have."""
        with smtplib.LMTP("127.0.0.1", self.dovecot.lmtp) as client:
            client.sendmail("", [self.user], octets)

    @contextmanager
    def installation(self, later: timedelta = timedelta()) -> Iterator[Installation]:
        """Lend the parts in this process; `later` puts the clock forward."""
        with Installation(load_config(self.config), _clock(later)) as parts:
            yield parts

    def run_once(self, later: timedelta = timedelta()) -> tuple[Pass, Tally]:
        """Make one pass in this process."""
        with self.installation(later) as parts:
            return parts.run_once()

    def replies(self) -> list[EmailMessage]:
        """Return what the SMTP server accepted."""
        return [
            message_from_bytes(each.octets, EmailMessage, policy=default)
            for each in self.smtp.accepted
        ]

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """Return the decoded subjects of what lies in a folder."""
        return [
            str(
                message_from_bytes(each.octets, EmailMessage, policy=default)["Subject"]
            )
            for each in self.contents(folder)
        ]

    def contents(self, folder: str = "INBOX") -> list[Seen]:
        """Return what lies in a folder; nothing where there is no such folder."""
        with self.site.somebody_else() as client:
            if not client.folder_exists(folder):
                return []
        return self.site.contents(folder)

    def read(self, seen: Seen) -> EmailMessage:
        """Return a mail as others read it."""
        return message_from_bytes(seen.octets, EmailMessage, policy=default)

    def forget_numbering(self) -> None:
        """Remove Dovecot's own files, so that it numbers the mailbox anew."""
        sleep(1.1)  # UIDVALIDITY is the time in seconds
        for path in self.dovecot.maildir(self.user).glob("dovecot*"):
            path.unlink()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store as the command line does."""
        path = load_config(self.config).store.path
        with Store.open(path, exclusive=False) as store:
            yield store

    def cases(self) -> list[CaseFile]:
        """Return every case with all about it, the eldest first."""
        with self.store() as store:
            lines = sorted(store.cases.listed(), key=lambda line: line.reference)
            found = [store.cases.show(line.reference) for line in lines]
        return [case for case in found if case is not None]

    def letter_states(self) -> list[str]:
        with self.store() as store:
            return [line.state.value for line in store.outbox.listed()]


def _clock(later: timedelta) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + later  # noqa: TID251 - tests may look


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
