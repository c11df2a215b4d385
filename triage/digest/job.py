"""One mail a day to the team, sent even when there is nothing to say.

That it does not come is then noticed. Which day had its digest stands in the store,
written with the mail itself; and a day's mail has one Message-ID. A restart, a clock
that is set back, an hour that comes twice: none of them makes a second one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from typing_extensions import override

from triage.digest.gathering import Look, digest_of
from triage.digest.headlines import headlines_of
from triage.digest.health import Surroundings
from triage.digest.model import Digest
from triage.digest.period import Mornings
from triage.digest.tables import tables_of
from triage.errors import MessageError
from triage.intake import Rulebook
from triage.intake.letters import frozen_notice, mint_for_us
from triage.reply import Notice
from triage.ruleset import Policy
from triage.store import DigestRow, Letter, Store

TEMPLATE = "notice-digest"
NO_CASE = "DIGEST"
"""Stands in the Message-ID where a case's reference would."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """The day whose digest was made, if one was."""

    day: date | None = None

    def __bool__(self) -> bool:
        return self.day is not None

    @override
    def __str__(self) -> str:
        return f"the digest of {self.day}" if self.day else "no digest"


@dataclass(kw_only=True)
class MorningDigest:
    """Writes the day's digest; `run` is one look at the clock and may be repeated."""

    store: Store
    rulebook: Callable[[], Rulebook]
    """What is in force now."""
    around: Callable[[], Surroundings]
    clock: Callable[[], datetime]

    def run(self, _stopping: Callable[[], bool] = lambda: False) -> Made:
        """Queue today's digest, once it is due and was not made before.

        Raises TransientError when the store fails.
        """
        now, rulebook = self.clock(), self.rulebook()
        policy = Policy(rulebook.ruleset.tables, rulebook.ruleset.calendar)
        mornings = Mornings(policy.tables.digest, policy.calendar)
        day = policy.calendar.date_of(now)
        if mornings.latest(now) != day or self.store.digests.is_made(day):
            return Made()
        around = self.around()
        # Nobody writes meanwhile: whatever bears an earlier time is there.
        with self.store.batch():
            digest = digest_of(self.store, policy, around, Look(now))
            self.store.digests.note(
                DigestRow(
                    day=day,
                    at=now,
                    since=digest.period.since,
                    until=digest.period.until,
                    audit_head=digest.health.audit_head,
                )
            )
            letter = _worded(digest, policy, rulebook)
            if letter is not None:
                self.store.outbox.notify(letter, now)
        if letter is None:
            log.warning("nobody gets the digest of %s: triage due", day)
        return Made(day)


def _worded(digest: Digest, policy: Policy, rulebook: Rulebook) -> Letter | None:
    """Word the mail; None where nobody gets it, or it cannot be worded."""
    to = rulebook.organisation.contacts.get(policy.tables.digest.contact)
    if to is None:
        return None
    kind = f"digest-{digest.today:%Y%m%d}"
    try:
        notice = Notice(
            template=TEMPLATE,
            kind=kind,
            to=to,
            message_id=mint_for_us(NO_CASE, kind, rulebook),
            why=tuple(headlines_of(digest, policy)),
            tables=tuple(tables_of(digest, policy)),
        )
        return frozen_notice(notice, rulebook, digest.at)
    except MessageError as error:
        log.error("the digest cannot be worded: %s", error)
        return None
