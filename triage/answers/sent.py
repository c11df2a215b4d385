"""A mail that a person sent: to which case it goes, and whether it is the answer.

Our own letters lie in the same folder, and other mail of the office. A mail is peeked
at; only what goes to a party of a case is fetched and kept. It quotes what strangers
wrote, and a server may be told by an address to deliver a stranger's own mail there.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.answers.look import Look, Mailbox
from triage.decision import History, Sighting
from triage.decision.answering import (
    STRANGER,
    UNPROVEN,
    Tie,
    is_a_machines,
    is_colleagues,
    is_proven_colleagues,
)
from triage.decision.gate import Seen
from triage.intake import HEARTBEAT, Found, Rulebook, tie_of, weighed_mail
from triage.message import Fetched, Listed, Message, peek
from triage.reader import Reading, Unreadable
from triage.ruleset import Evidence
from triage.store import Store

NOT_YET = timedelta(minutes=30)
"""What a mail answers is taken up by a pass that goes through so long after it."""
ONE_DAY = timedelta(days=1)
UNREADABLE = "it cannot be read"
DELIVERED = "Delivered-To"
"""The field of what came by mail, as no copy of a sent mail does."""

Read = Callable[[Fetched], Reading | Unreadable]


@dataclass(frozen=True, slots=True)
class Sent:
    """Takes up what people sent."""

    store: Store
    rulebook: Rulebook
    read: Read

    def take(
        self, mailbox: Mailbox, look: Look, new: list[int], done: Counter[str]
    ) -> set[int]:
        """Note the mails to parties of cases; return what may belong to one later."""
        first = self.store.sent.first_clock()
        read_through = self.store.heartbeat.last(HEARTBEAT)
        if first is None:
            return set(new)
        if look.before is None:
            # No mail from before the first complaint answers one.
            recent = set(mailbox.uids_since((first - ONE_DAY).date()))
            new = [uid for uid in new if uid in recent]
        later = set(new)
        tied: dict[int, tuple[Listed, Tie]] = {}
        for listed in mailbox.peek(new):
            later.discard(listed.uid)
            head = peek(listed.header)
            if self._is_a_machines(head, listed.received_at, look.at):
                continue
            tie = tie_of(head, self.rulebook, self.store)
            if tie is not None:
                tied[listed.uid] = (listed, tie)
            elif head.references and _may_come(listed, look, read_through):
                later.add(listed.uid)
        later |= self._note_readable(mailbox, look, tied, done)
        return later - mailbox.unreadable.keys()

    def _is_a_machines(
        self, message: Message, sent_at: datetime, now: datetime
    ) -> bool:
        rules = self.rulebook
        if message.message_id and rules.ours_among([message.message_id]):
            return True
        sighting = Sighting(message, Evidence(), sent_at)
        seen = Seen(sighting, History(), rules.ruleset, rules.ourselves, now)
        return is_a_machines(seen)

    def _note_readable(
        self,
        mailbox: Mailbox,
        look: Look,
        tied: dict[int, tuple[Listed, Tie]],
        done: Counter[str],
    ) -> set[int]:
        """Fetch and note; what the server never gives is put before a person."""
        waiting = dict(tied)
        for fetched in mailbox.fetch(listed for listed, _ in tied.values()):
            listed, tie = waiting.pop(fetched.uid)
            self._note(listed, fetched, tie, look, done)
        for uid in waiting.keys() & mailbox.unreadable.keys():
            listed, tie = waiting.pop(uid)
            header = Fetched(uid, listed.header, is_whole=False, size=listed.size)
            doubt = Tie(tie.reference, "the server does not give it")
            self._note(listed, header, doubt, look, done)
        return set(waiting)

    def _note(
        self,
        listed: Listed,
        fetched: Fetched,
        tie: Tie,
        look: Look,
        done: Counter[str],
    ) -> None:
        reading = self.read(fetched)
        if isinstance(reading, Unreadable):
            reading = Reading(fetched.uid, peek(listed.header), Evidence())
            tie = Tie(tie.reference, UNREADABLE)
        message = reading.message
        if self._is_a_machines(message, listed.received_at, look.at):
            return
        tie = Tie(tie.reference, tie.doubt or self._doubt(message))
        sent_at = min(listed.received_at, look.at)
        found = Found(reading, fetched, sent_at, look.folder)
        mail = weighed_mail(found, tie, self.rulebook)
        if self.store.sent.note(mail, look.at):
            done[mail.effect] += 1

    def _doubt(self, message: Message) -> str | None:
        """Say why nobody of us may have sent a mail."""
        ourselves = self.rulebook.ourselves
        if not is_colleagues(message, ourselves, self.rulebook.ruleset.tables.senders):
            return STRANGER
        is_delivered = bool(message.headers.all(DELIVERED))
        if is_delivered and not is_proven_colleagues(message, ourselves):
            return UNPROVEN
        return None


def _may_come(listed: Listed, look: Look, read_through: datetime | None) -> bool:
    """Whether what a mail answers may be taken up still: the mailbox may be behind."""
    settled_from = max(listed.received_at, look.since) + NOT_YET
    return read_through is None or read_through < settled_from
