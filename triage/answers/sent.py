"""A mail that a person sent: to which case it goes, and whether it is the answer.

Our own letters lie in the same folder, and other mail of the office. A mail is peeked
at; only what goes to a party of a case is fetched and kept. People wrote it, so it is
read in this process; what it quotes has passed through their mail program.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.answers.look import Look, Mailbox
from triage.decision import History, Sighting
from triage.decision.answering import (
    STRANGER,
    Tie,
    is_a_machines,
    is_colleagues,
)
from triage.decision.gate import Seen
from triage.intake import Found, Rulebook, tie_of, weighed_mail
from triage.message import Fetched, Listed, Message, peek
from triage.reader import read_here
from triage.ruleset import Evidence
from triage.store import Store

NOT_YET = timedelta(minutes=30)
"""So long a mail that answers an unknown one may belong to a case not yet opened."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """Takes up what people sent."""

    store: Store
    rulebook: Rulebook

    def take(
        self, mailbox: Mailbox, look: Look, new: list[int], done: Counter[str]
    ) -> set[int]:
        """Note the mails to parties of cases; return what may belong to one later."""
        first = self.store.sent.first_clock()
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
            elif _may_come(head, listed, look):
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
        reading = read_here(self.rulebook.ruleset, fetched)
        message = reading.message
        if self._is_a_machines(message, listed.received_at, look.at):
            return
        ourselves = self.rulebook.ourselves
        senders = self.rulebook.ruleset.tables.senders
        if tie.doubt is None and not is_colleagues(message, ourselves, senders):
            tie = Tie(tie.reference, STRANGER)
        sent_at = min(listed.received_at, look.at)
        found = Found(reading, fetched, sent_at, look.folder)
        mail = weighed_mail(found, tie, self.rulebook)
        if self.store.sent.note(mail, look.at):
            done[mail.effect] += 1


def _may_come(head: Message, listed: Listed, look: Look) -> bool:
    """Whether a mail that belongs to no case names something that may be one soon."""
    is_fresh = look.at < max(listed.received_at, look.since) + NOT_YET
    return is_fresh and bool(head.references)
