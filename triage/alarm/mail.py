"""An alarm as a mail, by a submission of its own and past the outbox."""

import hashlib
from collections.abc import Callable
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
    _told: set[str] = field(default_factory=set, init=False)
    """Message-IDs of a notice that is to be tried again: these need it no more."""

    def tell(self, notice: Notice) -> None:
        """Mail it to each address that has not got it; raises NotToldError."""
        ids = {address: self._message_id(notice, address) for address in self.to}
        self._told.intersection_update(ids.values())
        failures = []
        try:
            for address, message_id in ids.items():
                if message_id in self._told:
                    continue
                outcome = self.submission.submit(
                    Envelope(self.sender, address),
                    self._mail(notice, address, message_id),
                    _nothing,
                )
                if isinstance(outcome, Accepted):
                    self._told.add(message_id)
                else:
                    failures.append(outcome.text)
        except TriageError as error:
            failures.append(str(error))
        finally:
            self.submission.close()
        if failures:
            raise NotToldError("; ".join(failures))
        self._told.clear()

    def _mail(self, notice: Notice, to: str, message_id: str) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["Date"] = format_datetime(notice.at)
        mail["From"] = self.sender
        mail["To"] = to
        mail["Subject"] = f"[triage on {self.host}] {headline_of(notice)}"
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(f"{in_words(notice)}\n")
        return mail.as_bytes()

    def _message_id(self, notice: Notice, to: str) -> str:
        """The same message has the same one, however often it must be tried."""
        what = f"{written_notice(notice)}\n{to}"
        digest = hashlib.sha256(what.encode()).hexdigest()[:32]
        return f"<alarm.{digest}@{self.sender.rpartition('@')[2]}>"


def _nothing() -> None:
    """Nothing is to be committed before the final dot."""
