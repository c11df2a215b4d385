"""An alarm as a mail, by a submission of its own and past the outbox."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol

from triage.alarm.book import Notice, written_notice
from triage.alarm.channel import NotToldError
from triage.alarm.model import Kind
from triage.alarm.wording import headline_of, in_words
from triage.errors import TriageError
from triage.smtp import Accepted, Envelope, Outcome

MOST_ATTEMPTS = 2
"""More would take longer than a message may."""


class Submission(Protocol):
    """The part of a submission that is used (see triage.smtp)."""

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class MailAlarm:
    """Mails a notice to those who look after triage."""

    name: str
    fails_with: frozenset[Kind]
    submission: Submission
    sender: str
    to: tuple[str, ...]
    host: str
    """This machine, for who looks after several."""
    told: set[str] = field(default_factory=set)
    """Of a notice that is to be tried again: who needs it no more."""

    def tell(self, notice: Notice) -> None:
        """Mail it to each address that has not got it; raises NotToldError."""
        hashes = {address: _hash(notice, address) for address in self.to}
        self.told.intersection_update(hashes.values())
        failures = []
        try:
            for address, hash_ in hashes.items():
                if hash_ in self.told:
                    continue
                outcome = self.submission.submit(
                    Envelope(self.sender, address),
                    self._mail(notice, address, hash_),
                    _nothing,
                )
                if isinstance(outcome, Accepted):
                    self.told.add(hash_)
                else:
                    failures.append(outcome.text)
        except TriageError as error:
            failures.append(str(error))
        finally:
            self.submission.close()
        if failures:
            raise NotToldError("; ".join(failures))
        self.told.clear()

    def _mail(self, notice: Notice, to: str, hash_: str) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["Date"] = format_datetime(notice.at)
        mail["From"] = self.sender
        mail["To"] = to
        mail["Subject"] = f"[triage on {self.host}] {headline_of(notice)}"
        domain = self.sender.rpartition("@")[2]
        mail["Message-ID"] = f"<alarm.{hash_}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(f"{in_words(notice)}\n")
        return mail.as_bytes()


@dataclass(frozen=True, kw_only=True)
class OneOfOurs:
    """Mails a notice by the submission of one of several mailboxes.

    What keeps the letters of one is told by another, whose letters move.
    """

    name: str
    fails_with: frozenset[Kind]
    mails: Sequence[tuple[Callable[[], str | None], MailAlarm]]
    """Each with what says why its server takes nothing now; they share `told`."""

    def tell(self, notice: Notice) -> None:
        """Mail it by the first that takes it; raises NotToldError."""
        failures = []
        by_how_they_are = sorted(self.mails, key=lambda each: bool(each[0]()))
        for _, mail in by_how_they_are[:MOST_ATTEMPTS]:
            try:
                mail.tell(notice)
            except NotToldError as error:
                failures.append(str(error))
            else:
                return
        raise NotToldError("; ".join(failures))


def _hash(notice: Notice, to: str) -> str:
    """The same message has the same one, however often it must be tried."""
    what = f"{written_notice(notice)}\n{to}"
    return hashlib.sha256(what.encode()).hexdigest()[:32]


def _nothing() -> None:
    """Nothing is to be committed before the final dot."""
