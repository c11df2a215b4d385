"""The certificates that mailbox and submission server show."""

from collections.abc import Iterator
from dataclasses import dataclass

from triage.config import Config
from triage.endings import Server
from triage.errors import TransientError
from triage.mailbox import ImapMailbox
from triage.smtp import Submission
from triage.tls import Validity

CERTIFICATE = ".certificate"


@dataclass(frozen=True, kw_only=True)
class ShownByMailbox:
    """What an IMAP server shows."""

    name: str
    what: str
    used: ImapMailbox
    own: ImapMailbox
    """Connected for this alone."""

    def seen(self) -> Validity | None:
        """Return the newest of what it showed."""
        return _newest(self.used.last_certificate, self.own.last_certificate)

    def look(self) -> None:
        """Connect anew; raises TriageError."""
        self.own.close()
        self.own.connect()
        self.own.close()


@dataclass(frozen=True, kw_only=True)
class ShownBySubmission:
    """What an SMTP server shows."""

    name: str
    what: str
    used: Submission
    own: Submission

    def seen(self) -> Validity | None:
        """Return the newest of what it showed."""
        return _newest(self.used.last_certificate, self.own.last_certificate)

    def look(self) -> None:
        """Log in, and hand over nothing; raises TransientError."""
        problem = self.own.check()
        if problem is not None:
            raise TransientError(problem.text)


@dataclass(frozen=True, slots=True)
class Pair:
    """A connection that works, and one that only looks."""

    mailbox: tuple[ImapMailbox, ImapMailbox]
    submission: tuple[Submission, Submission]


def shown_by(config: Config, pair: Pair) -> Iterator[Server]:
    """Yield the servers that show a certificate at all."""
    if config.mailbox.security != "plain":
        used, own = pair.mailbox
        yield ShownByMailbox(
            name=f"mailbox{CERTIFICATE}",
            what=f"the certificate of {config.mailbox.host} for [mailbox]",
            used=used,
            own=own,
        )
    if config.submission.security != "plain":
        at_work, looking = pair.submission
        yield ShownBySubmission(
            name=f"submission{CERTIFICATE}",
            what=f"the certificate of {config.submission.host} for [submission]",
            used=at_work,
            own=looking,
        )


def _newest(*shown: Validity | None) -> Validity | None:
    found = [each for each in shown if each is not None]
    return max(found, key=lambda each: each.begins, default=None)
