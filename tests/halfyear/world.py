"""The half year: 1 July to 31 December 2026, on a clock that jumps."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tests.halfyear.checker.figures import snapshot
from tests.halfyear.complainants import Complainants
from tests.halfyear.dates import LONDON, SATURDAY, Calendars, WorkingDays, local
from tests.halfyear.desk import Desk, MailProgram
from tests.halfyear.dice import Dice
from tests.halfyear.log import Arrived, Departed, Log, Mail
from tests.halfyear.office import Office
from tests.halfyear.officers import Officers
from tests.halfyear.servers import SENT, Killed, Submission
from tests.halfyear.timetable import Timetable
from tests.journeys.installing import TEAM
from tests.servers.fake_mailbox import FakeMailbox
from triage.errors import TransientError

FIRST, LAST = date(2026, 7, 1), date(2026, 12, 31)
BEGINNING, END = local(FIRST, time(7)), local(LAST, time(18))
SHIPPED = frozenset(date(2026, 12, day) for day in (29, 30, 31))
CLOSING_WEEK = frozenset(date(2026, 12, day) for day in (21, 22, 23, 24))
RULES_CHANGE = local(date(2026, 12, 7), time(10, 7))
KILLED_READING = local(date(2026, 9, 21), time(9, 3))
KILLED_SENDING = local(date(2026, 10, 12), time(11, 2))
WEEKEND_AWAY = local(date(2026, 11, 6), time(15)), local(date(2026, 11, 9), time(8, 30))
NUMBERED_ANEW = local(date(2026, 8, 19), time(12, 30))
WEDNESDAY = 2
NO_SUBMISSION = local(date(2026, 8, 4), time(9)), local(date(2026, 8, 4), time(15))
ROUNDS = (time(9, 40), time(11, 20), time(14, 10), time(16, 20))
SWEEPS = (time(7, 30, 20), time(9, 0, 20), time(13), time(17, 0, 10))
FIRST_MAILS = 1265
BATCH = 120


@dataclass
class World:
    """Everything that is there, and what happens to it."""

    folder: Path
    seed: int = 2026
    first: date = FIRST
    last: date = LAST
    first_mails: int = FIRST_MAILS
    _is_poll_due: bool = field(default=False, init=False)
    _is_look_due: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        dice = Dice(self.seed)
        self.dice = dice
        self.timetable = Timetable(BEGINNING)
        days = WorkingDays(SHIPPED)
        self.log = Log(Calendars([(datetime.min.replace(tzinfo=UTC), days)]))
        self.account = FakeMailbox()
        self.submission = Submission(
            self.account, dice, self.timetable.clock, self._depart
        )
        self.office = Office(
            self.folder,
            self.account,
            self.submission,
            self.timetable.clock,
            self._note_digest,
        )
        self.complainants = Complainants(dice, self)
        self.officers = Officers(
            dice=dice,
            desk=Desk(self.office),
            mail=MailProgram(self.account),
            complainants=self.complainants,
            timetable=self.timetable,
            log=self.log,
            stir=self._look_soon,
        )

    def run(self) -> Log:
        """Let the half year pass."""
        self.complainants.write_for(self.first, self.last, self.first_mails)
        self._appoint()
        self._start()
        self.timetable.run(END)
        self.office.close()
        self.log.ended_at = self.timetable.now
        self.log.folders = {
            name: [
                (hashlib.sha256(each.octets).hexdigest(), each.flags) for each in kept
            ]
            for name, kept in self.account.folders.items()
            if name != SENT
        }
        return self.log

    def bring(self, mail: Mail, at: datetime) -> None:
        """Put a mail into the mailbox at its time."""
        self.timetable.at(at, lambda: self._arrive(mail))

    def _appoint(self) -> None:
        """Write down what happens on fixed days."""
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            if day.weekday() == WEDNESDAY:
                self.timetable.at(local(day, time(10, 15)), self._break_connection)
            is_weekend = day.weekday() >= SATURDAY
            for hour in SWEEPS[:1] if is_weekend else SWEEPS:
                self.timetable.at(local(day, hour), self._sweep)
            for hour in ROUNDS:
                self.timetable.at(local(day, hour), self._round)
        self.log.away.append(WEEKEND_AWAY)
        self.complainants.burst(KILLED_READING, BATCH)
        at = self.timetable.at
        at(KILLED_READING, self._kill_while_reading)
        at(KILLED_SENDING, self._kill_while_sending)
        at(WEEKEND_AWAY[0], self.office.stop)
        at(WEEKEND_AWAY[1], self._start)
        at(NO_SUBMISSION[0], lambda: self._set_submission(is_away=True))
        at(NO_SUBMISSION[1], lambda: self._set_submission(is_away=False))
        at(RULES_CHANGE, self._change_rules)
        at(NUMBERED_ANEW, self._number_anew)

    def _arrive(self, mail: Mail) -> None:
        at = self.timetable.now.replace(microsecond=0)
        uid = self.account.deliver(mail.octets, at)
        self.log.arrived.append(Arrived(at, uid, self.account.uidvalidity, mail))
        if not self._is_poll_due:
            self._is_poll_due = True
            wait = self.dice.wait(timedelta(seconds=1), timedelta(seconds=60))
            self.timetable.at(self.timetable.now + wait, self._poll)

    def _depart(self, letter: Departed) -> None:
        self.log.departed.append(letter)
        if letter.to == TEAM:
            self.officers.read_notice(letter)
        else:
            self.complainants.receive(letter)

    def _note_digest(self, store: Path) -> None:
        self.log.snapshots.append(snapshot(store, self.log.calendars.last))

    def _start(self) -> None:
        self.office.start()
        self._sweep()

    def _poll(self) -> None:
        self._is_poll_due = False
        self._while_up(self.office.poll)

    def _sweep(self) -> None:
        self._while_up(self.office.sweep)

    def _look_soon(self) -> None:
        if not self._is_look_due:
            self._is_look_due = True
            self.timetable.at(self.timetable.now + timedelta(minutes=5), self._look)

    def _look(self) -> None:
        self._is_look_due = False
        self._sweep()

    def _while_up(self, job: Callable[[], None]) -> None:
        """Run what the daemon would run; a kill is followed by a new start."""
        if not self.office.is_up:
            return
        try:
            job()
        except TransientError:
            self._look_soon()
        except Killed:
            self.office.stop()
            self.timetable.at(self.timetable.now + timedelta(minutes=3), self._start)

    def _round(self) -> None:
        today = self.timetable.now.astimezone(LONDON).date()
        if self.log.calendars.last.works_on(today) and self.office.is_up:
            self.officers.work()

    def _kill_while_reading(self) -> None:
        self.office.reader.dies_after = BATCH - BATCH // 4

    def _kill_while_sending(self) -> None:
        self.submission.kills_next = True

    def _set_submission(self, *, is_away: bool) -> None:
        self.submission.is_away = is_away

    def _break_connection(self) -> None:
        """The next command of one kind fails, and the connection with it."""
        method = self.dice.one_of(("select", "uids", "peek", "fetch", "file"))
        self.account.failures[method].append(TransientError("the line is dead"))

    def _number_anew(self) -> None:
        """The server gives every mail of the inbox a new UID."""
        before = [each.octets for each in self.account.folders["INBOX"]]
        self.account.renumber()
        now = {
            octets: (self.account.uidvalidity, uid)
            for uid, octets in enumerate(before, start=1)
        }
        self.log.arrived = [
            replace(each, moved_to=now.get(each.mail.octets))
            for each in self.log.arrived
        ]

    def _change_rules(self) -> None:
        """Ops enter a closing week, and the rules come into force."""
        added = "".join(
            f'[[calendar.closing_days]]\nday = {day}\ntitle = "Closed for the move"\n\n'
            for day in sorted(CLOSING_WEEK)
        )
        first = "[[calendar.closing_days]]\nday = 2026-12-29"
        self.office.edit("70-calendar.toml", first, added + first)
        self.office.renew()
        days = WorkingDays(SHIPPED | CLOSING_WEEK)
        since = [*self.log.calendars.since, (self.timetable.now, days)]
        self.log.calendars = Calendars(since)
        # At once, so that nobody answers between the new rules and the new dates.
        self._sweep()
