"""JOB once a day → a mail to ourselves, and its way back through the mailbox.

Servers can take letters and lose them, and nothing else would show it. While the last
one is missing for too long the job fails, which is what the alarm hears of.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from triage.errors import TransientError
from triage.intake import Rulebook
from triage.intake.letters import mint_for_us
from triage.reply.mime import Draft, Origin, write
from triage.reply.model import Wording
from triage.store import Category, Letter, Store
from triage.store.canaries import KIND
from triage.workdays import Calendar

BACK = "canary"
"""The sign of life of this job: when one last came back."""
NO_CASE = "CANARY"
MOMENT = timedelta(microseconds=1)
SUBJECT = "Test mail of triage"
TEXT = "It shows that letters go out and come in. Nothing is to be done about it."
PAGE = f'<!DOCTYPE html><html lang="en"><title>{SUBJECT}</title><p>{TEXT}</p></html>'

log = logging.getLogger(__name__)


class Mailbox(Protocol):
    """The part of a mailbox that is used (see triage.mailbox)."""

    def connect(self) -> None: ...
    def select(self) -> object: ...
    def ensure_folders(self, folders: Iterable[str]) -> None: ...
    def find(self, message_id: str, folder: str) -> bool: ...
    def uids_named(self, message_id: str) -> list[int]: ...
    def file(self, uids: Iterable[int], folder: str) -> frozenset[int]: ...
    def close(self) -> None: ...


@dataclass(kw_only=True)
class Canary:
    """Sends one a day and looks for it; `run` may be repeated."""

    store: Store
    mailbox: Mailbox
    rulebook: Callable[[], Rulebook]
    """What is in force now."""
    clock: Callable[[], datetime]
    address: str
    """The mailbox's own."""
    at: time
    """When it is sent, by the board's clock."""
    within: timedelta
    """How long it may take."""
    files: bool = True
    """Whether what came back is moved out of the way."""

    def run(self, _stopping: Callable[[], bool] = lambda: False) -> str:
        """Send what is due, look for what was sent; return what is new, in words.

        Raises TransientError while one is missing for too long, or when the store or
        the mailbox fails. That of the day before is missing until the next is back.
        """
        now, rulebook = self.clock(), self.rulebook()
        since = latest(self.at, rulebook.ruleset.calendar, now)
        try:
            return self._looked(since, rulebook, now)
        finally:
            self.store.outbox.canaries.give_up(since, now)

    def _looked(self, since: datetime, rulebook: Rulebook, now: datetime) -> str:
        back = self.store.heartbeat.last(BACK)
        if back is not None and since <= back <= now:
            return ""
        letter = self._letter(since, rulebook, now)
        is_new = self.store.outbox.notify(letter, now)
        course = self.store.outbox.canaries.course_of(letter.message_id)
        if course and course.may_be_out and self._is_back(letter.message_id, rulebook):
            # Until the next one nobody needs it, and servers count connections.
            self.mailbox.close()
            self.store.outbox.canaries.came_back(course, now)
            self.store.heartbeat.note(BACK, now)
            seconds = (now - course.queued_at).total_seconds()
            return f"the test mail came back within {seconds:.0f} s"
        self._raise_if_missing(since, rulebook, now)
        before = latest(self.at, rulebook.ruleset.calendar, since - MOMENT)
        if back is None or not before <= back <= now:
            self._raise_if_missing(before, rulebook, now)
        return "a test mail is queued" if is_new else ""

    def _raise_if_missing(
        self, since: datetime, rulebook: Rulebook, now: datetime
    ) -> None:
        """Raise TransientError where that of a day was sent, and is away too long."""
        message_id = mint_for_us(NO_CASE, _kind(since), rulebook)
        course = self.store.outbox.canaries.course_of(message_id)
        if course is None or now - course.queued_at <= self.within:
            return
        is_out = course.may_be_out
        what = "did not come back" if is_out else "was not taken by the server"
        raise TransientError(
            f"the test mail of {course.queued_at:%Y-%m-%d %H:%M} UTC {what}"
            f" within {self.within / timedelta(minutes=1):g} minutes"
        )

    def _letter(self, since: datetime, rulebook: Rulebook, now: datetime) -> Letter:
        """Return the one of a day; it has the same Message-ID whenever it is made."""
        kind = _kind(since)
        message_id = mint_for_us(NO_CASE, kind, rulebook)
        draft = Draft(
            origin=Origin.GENERATED,
            organisation=rulebook.organisation,
            date=now,
            to=self.address,
            subject=SUBJECT,
            message_id=message_id,
            wording=Wording(text=f"{TEXT}\n", html=f"{PAGE}\n"),
        )
        return Letter(
            kind=kind,
            to=self.address,
            message_id=message_id,
            data=write(draft),
            category=Category.NOTICE,
            acknowledges=False,
        )

    def _is_back(self, message_id: str, rulebook: Rulebook) -> bool:
        """Look in the inbox, and aside: it may have been moved there and not noted."""
        self.mailbox.connect()
        self.mailbox.select()
        uids = self.mailbox.uids_named(message_id)
        folder = rulebook.ruleset.tables.automatic.folder
        if not self.files or folder is None:
            return bool(uids)
        if uids:
            self.mailbox.file(uids, folder)
            return True
        self.mailbox.ensure_folders([folder])
        return self.mailbox.find(message_id, folder)


def _kind(since: datetime) -> str:
    """Name one by its moment: whoever sets another hour gets another one."""
    return f"{KIND}{since:%Y%m%d-%H%M}"


def latest(at: time, calendar: Calendar, now: datetime) -> datetime:
    """Return the last moment at which one was due, by the board's clock."""
    today = datetime.combine(calendar.date_of(now), at, tzinfo=calendar.timezone)
    return today if today <= now else today - timedelta(days=1)
