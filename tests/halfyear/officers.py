"""The team: they read folders, answer, approve, acknowledge, close."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from functools import partial

from tests.halfyear.complainants import Complainants
from tests.halfyear.dates import LONDON, OPENING, local
from tests.halfyear.desk import Desk, MailProgram
from tests.halfyear.dice import Dice
from tests.halfyear.log import Act, Departed, Done, Log
from tests.halfyear.office import APPROVED
from tests.halfyear.timetable import Timetable

FORMAL, CLOSED = "Complaints/Formal", "Complaints/Closed"
WORKED_ON = (
    FORMAL,
    "Complaints/To be decided",
    "Complaints/Reports of malpractice",
    "Complaints/Escalation to a Director",
)
TURNED_AWAY = (
    "Complaints/Redirected/School first",
    "Complaints/Redirected/Results through the school",
)
HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class Officers:
    """One small team, through its mail program and a few commands."""

    dice: Dice
    desk: Desk
    mail: MailProgram
    complainants: Complainants
    timetable: Timetable
    log: Log
    stir: Callable[[], None]
    """Something changed that the program will see at its next look."""
    _seen: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _told: list[Departed] = field(default_factory=list)

    def read_notice(self, notice: Departed) -> None:
        """A mail to the team waits until somebody is there."""
        self._told.append(notice)

    def work(self) -> None:
        """One round: what is new in the folders, and what the notices ask for."""
        for folder in WORKED_ON:
            for octets in self._new_in(folder):
                self._read(octets)
        for folder in TURNED_AWAY:
            for octets in self._new_in(folder):
                if self.dice.happens(0.03):
                    self._later(1, partial(self._reroute, octets))
        self._read_notices()
        if self.dice.happens(0.02):
            self._take_down()
        self.stir()

    def _read_notices(self) -> None:
        told, self._told = self._told, []
        for reference in sorted({one for each in told for one in references(each)}):
            if self.dice.happens(0.8):
                self._see_to(reference)

    def _new_in(self, folder: str) -> list[bytes]:
        new = self.mail.since(folder, self._seen[folder])
        if new:
            self._seen[folder] = new[-1].uid
        return [each.octets for each in new]

    def _read(self, octets: bytes) -> None:
        """Some are answered soon, some late, a few never."""
        if self.dice.happens(0.05):
            return
        days = self.dice.number(1, 8)
        if self.dice.happens(0.12):
            days += self.dice.number(2, 8)
        if self.dice.happens(0.06):
            self._later(1, lambda: self._write(octets, Act.HELD_OFF))
        if self.dice.happens(0.03):
            self._later(1, lambda: self._extend(octets))
        self._later(days, lambda: self._write(octets, Act.ANSWERED))

    def _later(self, days: int, act: Callable[[], None]) -> None:
        """Do something on a working day, in working hours."""
        working = self.log.calendars.last
        today = self.timetable.now.astimezone(LONDON).date()
        opening = local(working.after(today, days), OPENING)
        wait = self.dice.wait(timedelta(), 8 * HOUR)
        self.timetable.at(opening + wait, act)

    def _write(self, octets: bytes, act: Act) -> None:
        """Reply from the mail program; the copy in Sent is all that is noticed."""
        head = BytesHeaderParser().parsebytes(octets)
        message_id = str(head["Message-ID"] or "").strip()
        case = self.desk.case_of(message_id)
        to = parseaddr(str(head["From"] or ""))[1]
        if case is None or case["answered_at"] or case["closed_at"] or not to:
            return
        reference = case["reference"]
        at = self.timetable.clock().replace(microsecond=0)
        if self.dice.happens(0.03):
            self.mail.out_of_office(to, message_id, at)
        self.mail.reply(act, to, message_id, reference, at)
        self.note(act, reference, at)
        self.stir()
        who = self.complainants.known.get(to)
        if act is Act.ANSWERED and who is not None and reference in who.letters:
            self.complainants.read_answer(who, reference, at)
        if act is Act.ANSWERED and self.dice.happens(0.45):
            self._later(self.dice.number(1, 6), lambda: self._close(octets))

    def _close(self, octets: bytes) -> None:
        """Move the mail into the folder of closed cases."""
        case = self.desk.case_of(self.mail.id_of(octets))
        if case is None or case["closed_at"] or not case["answered_at"]:
            return
        if self.mail.move(octets, CLOSED):
            self.note(Act.CLOSED, case["reference"], self.timetable.clock())
            self.stir()

    def _reroute(self, octets: bytes) -> None:
        """Somebody was sent away wrongly: we work on it after all."""
        case = self.desk.case_of(self.mail.id_of(octets))
        if case is None or case["closed_at"] or case["answered_at"]:
            return
        if self.mail.move(octets, FORMAL):
            self.note(Act.REROUTED, case["reference"], self.timetable.clock())
            self.stir()

    def _extend(self, octets: bytes) -> None:
        case = self.desk.case_of(self.mail.id_of(octets))
        if case is None or case["closed_at"] or case["answered_at"]:
            return
        if case["respond_by"] is None:
            return
        due = datetime.fromisoformat(case["respond_by"])
        until = self.log.calendars.last.due(due, 5)
        at = self.timetable.clock()
        self.desk.extend(case["reference"], until, at)
        self.note(Act.EXTENDED, case["reference"], at, until)

    def _see_to(self, reference: str) -> None:
        """Let letters go that wait; acknowledge by hand where there is none."""
        at = self.timetable.clock()
        if self.desk.is_asked_about_answer(reference):
            self._confirm(reference, at)
        for letter in self.desk.waiting_letters(reference):
            if self.dice.happens(0.5) and self._approve_by_moving(reference):
                return
            self.desk.let_go(letter, at)
        if self.desk.owes_by_hand(reference) and self.desk.acknowledge(reference, at):
            self.note(Act.ACKNOWLEDGED, reference, at)

    def _confirm(self, reference: str, at: datetime) -> None:
        """Say that a mail was the answer, where the program could not tell."""
        written = [each for each in self.log.done if each.reference == reference]
        answers = [each.at for each in written if each.act is Act.ANSWERED]
        if answers:
            self.desk.answer(reference, answers[-1], at)

    def _approve_by_moving(self, reference: str) -> bool:
        octets = self.desk.first_mail_of(reference)
        return octets is not None and self.mail.move(octets, APPROVED)

    def _take_down(self) -> None:
        """Somebody complains on the telephone."""
        at = self.timetable.clock()
        reference = self.desk.take_down(at)
        self.note(Act.OPENED, reference, at)

    def note(
        self, act: Act, reference: str, at: datetime, until: datetime | None = None
    ) -> None:
        self.log.done.append(Done(at, act, reference, until))


def references(notice: Departed) -> list[str]:
    """The cases that a mail to the team names."""
    mail = message_from_bytes(notice.octets, policy=policy.default)
    body = mail.get_body(("plain",))
    words = "" if body is None else body.get_content()
    return [each.strip(".,:;()") for each in words.split() if each.startswith("CMP-")]
