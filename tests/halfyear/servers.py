"""The servers of the half year: one account, and a submission that sometimes fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser

from tests.halfyear.dice import Dice
from tests.halfyear.log import Departed
from tests.servers.fake_mailbox import FakeMailbox
from triage.smtp import (
    Accepted,
    Concern,
    Envelope,
    Outcome,
    Refused,
    TryLater,
    Unknown,
)

SENT = "Sent"
OWN_DOMAIN = "@examboard.example"
QUEUED = Accepted(250, "2.0.0", "queued")
BUSY = TryLater(451, "4.3.0", "not now")
NO_SUCH_USER = Refused(550, "5.1.1", "no such user")
NOT_WANTED = Refused(550, "5.7.1", "not wanted here")
AWAY = TryLater(421, "4.3.2", "closing down", Concern.SERVER)
FAILURES: tuple[Outcome, ...] = (BUSY, BUSY, BUSY, NO_SUCH_USER, NOT_WANTED)
LOST = Unknown(None, None, "the connection was lost after the final dot")


class Killed(BaseException):
    """The process ended here, as by a power cut."""


@dataclass
class Submission:
    """Takes letters, most of them at once; keeps a copy in Sent of what it took."""

    account: FakeMailbox
    dice: Dice
    clock: Callable[[], datetime]
    deliver: Callable[[Departed], None]
    is_away: bool = False
    kills_next: bool = False
    """The process ends once the next letter is taken."""
    sent_ids: set[str] = field(default_factory=set)

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        if self.is_away:
            return AWAY
        if self.dice.happens(0.03):
            return self._no(envelope.recipient)
        before_final_dot()
        if self.kills_next:
            self.kills_next = False
            self._take(envelope, data, was_told=False)
            raise Killed
        if self.dice.happens(0.01):
            return BUSY
        if self.dice.happens(0.02):
            if self.dice.happens(0.5):
                self._take(envelope, data, was_told=False)
            return LOST
        self._take(envelope, data, was_told=True)
        return QUEUED

    def check(self) -> TryLater | None:
        return AWAY if self.is_away else None

    def close(self) -> None:
        """Every letter has a connection of its own."""

    def has(self, message_id: str) -> bool:
        """The witness: a copy of what was taken is in Sent."""
        return message_id in self.sent_ids

    def _no(self, recipient: str) -> Outcome:
        """Our own people are never refused for good."""
        if recipient.endswith(OWN_DOMAIN):
            return BUSY
        return self.dice.one_of(FAILURES)

    def _take(self, envelope: Envelope, data: bytes, *, was_told: bool) -> None:
        at = self.clock()
        head = BytesHeaderParser().parsebytes(data)
        self.sent_ids.add(str(head["Message-ID"]).strip())
        self.account.deliver(data, at, SENT)
        self.deliver(Departed(at, envelope.recipient, data, was_told))
