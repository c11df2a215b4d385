"""One look at everything, and what follows from it."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from triage.alarm.book import (
    Book,
    Moment,
    Notice,
    alarming,
    turned,
    written,
)
from triage.alarm.ending import ending_signs
from triage.alarm.errand import Errand
from triage.alarm.keeping import BLIND
from triage.alarm.model import Kind, Policy
from triage.alarm.outlook import Outlook, outlook_of, written_outlook
from triage.alarm.pulse import Pulse
from triage.alarm.several import intakes, of_mailbox, signs_of_all
from triage.alarm.signs import PATIENCE, Facts, Glimpse, Sign, Signs
from triage.alarm.telling import Tellers
from triage.alarm.web import Pinger
from triage.alarm.wording import ended, said
from triage.oauth.expiry import Expiry
from triage.oauth.source import Standing
from triage.store import Vigil

STORE_SECONDS = 5.0
"""A store that does not answer by then cannot be used."""
SOON = 0.2
"""While a message is on its way it is looked so often: who is killed after it was told,
and before that was kept, tells it twice."""

log = logging.getLogger(__name__)


class Letters(Protocol):
    """The part of dispatch that is watched; read from another thread."""

    @property
    def settled(self) -> int: ...
    @property
    def hindrance(self) -> str | None: ...
    @property
    def refuses(self) -> bool: ...


class Keeping(Protocol):
    """Where what was seen is kept, and where letters and ledger are looked at."""

    def look(self, vigil: Vigil) -> Glimpse: ...


@dataclass(kw_only=True)
class AlarmJob:
    """Watches the other jobs; `run` returns once `stop` is set."""

    pulse: Pulse
    letters: Mapping[str, Letters]
    """By the name of their mailbox; the only one's is empty."""
    keeper: Keeping
    tellers: Tellers
    policy: Policy
    every: float
    """Seconds between two looks."""
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    pinger: Pinger | None = None
    logins: Callable[[], Mapping[str, Standing]] = dict
    """How it stands with the tokens of each login."""
    ends: Callable[[], Mapping[str, Expiry | None]] = dict
    """What comes to its end, and when."""
    book: Book = field(default_factory=Book)
    outlook: Outlook | None = field(default=None, init=False)
    """How it was at the last look."""
    _glimpse: Glimpse = field(default=BLIND, init=False)
    _signs: Signs = field(default_factory=dict, init=False)
    _endings: Signs = field(default_factory=dict, init=False)
    _store: Errand[Glimpse] = field(
        default_factory=lambda: Errand("alarm-store"), init=False
    )

    def run(self, stop: threading.Event) -> None:
        """Look again and again; our own fault in one look does not end it."""
        while not stop.is_set():
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - whoever watches must not die
                log.critical("alarm: %s in a look", type(error).__name__)
            stop.wait(SOON if self.tellers.are_busy else self.every)

    def look(self) -> None:
        """Look once: what is wrong is told, what was told is kept."""
        moment = Moment(self.steady(), self.clock())
        self._glimpse = self._kept(moment)
        facts = self._facts(moment)
        self._signs = self._signs_by(facts, self._signs)
        self._endings = self._endings_at(moment)
        signs = {**self._signs, **self._endings}
        book, notice = turned(self.book, signs, moment, self.policy)
        if not notice.is_empty:
            _say(notice)
            book = self.tellers.enqueued(book, notice)
        self._turn(book, moment)
        self._turn(self.tellers.told(self.book, moment), moment)
        self._ping(facts)
        self._note(facts, moment)

    def outlook_now(self) -> Outlook | None:
        """Tell how it is by now, of the store by the last look; for another thread.

        Its moment is that of the last look; None: nobody looked yet.
        """
        before = self.outlook
        if before is None:
            return None
        moment = Moment(self.steady(), self.clock())
        facts = self._facts(moment)
        signs = self._signs_by(facts, self._signs)
        jobs, unwell = outlook_of(facts, signs, moment, self.policy)
        return replace(before, jobs=jobs, unwell=unwell, settled=facts.settled)

    def _facts(self, moment: Moment) -> Facts:
        return Facts(
            at=moment.steady,
            jobs=self.pulse.jobs(),
            settled=sum(each.settled for each in self.letters.values()),
            hindrance=None,
            glimpse=self._glimpse,
            patience=min(PATIENCE, self.policy.mailbox),
        )

    def _signs_by(self, facts: Facts, before: Signs) -> Signs:
        own = {
            mailbox: replace(
                of_mailbox(facts, mailbox),
                settled=letters.settled,
                hindrance=letters.hindrance,
                refuses=letters.refuses,
            )
            for mailbox, letters in self.letters.items()
        }
        return signs_of_all(own, before)

    def _endings_at(self, moment: Moment) -> Signs:
        within = timedelta(days=self.policy.ending_days)
        standing = self.book.standing
        return ending_signs(self.ends(), self._endings, standing, moment, within)

    def _turn(self, book: Book, moment: Moment) -> None:
        """Keep a new book before anything is done about it."""
        if book != self.book:
            self.book = book
            self._kept(moment)

    def _kept(self, moment: Moment) -> Glimpse:
        outlook = "" if self.outlook is None else written_outlook(self.outlook)
        vigil = Vigil(at=moment.now, outlook=outlook, book=written(self.book))
        hangs = self._store.is_under_way
        if not hangs:
            self._store.begin(lambda: self.keeper.look(vigil))
        found = self._store.result(0.0 if hangs else STORE_SECONDS)
        return found or replace(BLIND, unwritable="it does not answer")

    def _ping(self, facts: Facts) -> None:
        if self.pinger is None:
            return
        read = intakes(facts.jobs)
        has_begun = bool(read) and all(each.has_gone_well for each in read)
        # What only comes to its end keeps no mail from being answered.
        standing = [each for each in self.book.standing if each.kind is not Kind.ENDING]
        is_well = not (standing or self._alarming(facts.at))
        self.pinger.turn(facts.at, is_well=has_begun and is_well)

    def _alarming(self, at: float) -> tuple[Sign, ...]:
        return alarming(self._signs, at, self.policy)

    def _note(self, facts: Facts, moment: Moment) -> None:
        jobs, unwell = outlook_of(facts, self._signs, moment, self.policy)
        failed = None if self.pinger is None else self.pinger.failed
        self.outlook = Outlook(
            at=moment.now,
            every=self.every,
            jobs=jobs,
            unwell=unwell,
            settled=facts.settled,
            ping_failed=failed,
            logins=self.logins(),
        )


def _say(notice: Notice) -> None:
    for each in (*notice.begun, *notice.reminded):
        why = each.what or "no reason is known"
        log.error("alarm: %s: %s", said(each.kind, each.job), why)
    for each in notice.over:
        over = said(each.kind, each.job, is_over=True)
        log.warning("alarm over: %s: %s", over, ended(each))
