"""The team: they read folders, answer, approve, acknowledge, close."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from tests.halfyear.complainants import Complainants
from tests.halfyear.dates import LONDON, OPENING, Calendars, local
from tests.halfyear.dice import Dice
from tests.halfyear.log import Act, Departed, Done, Log
from tests.halfyear.mails import new_id
from tests.halfyear.office import APPROVED, Office
from tests.halfyear.servers import SENT
from tests.halfyear.timetable import Timetable
from tests.journeys.installing import ADDRESS
from triage.store import Deed, HandedOverError

WORKED_ON = (
    "Complaints/Formal",
    "Complaints/To be decided",
    "Complaints/Reports of malpractice",
    "Complaints/Escalation to a Director",
)
OFFICER = "alex"
REFERENCE = re.compile(r"CMP-\d{4}-\d{5}")
ANSWER = (
    "Dear complainant,\n\nWe have looked into what you wrote. The page was mended on"
    " Tuesday, and we are sorry for the trouble. The fee goes back to you.\n\nKind"
    " regards,\nAlex Officer\n"
)
HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class Officers:
    """One small team, through its mail program and a few commands."""

    dice: Dice
    office: Office
    complainants: Complainants
    timetable: Timetable
    log: Log
    stir: Callable[[], None]
    """Something changed that the program will see at its next look."""
    calendars: Callable[[], Calendars]
    _seen: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _told: list[Departed] = field(default_factory=list)

    def read_notice(self, notice: Departed) -> None:
        """A mail to the team waits until somebody is there."""
        self._told.append(notice)

    def work(self) -> None:
        """One round: what is new in the folders, and what the notices ask for."""
        for folder in WORKED_ON:
            for octets in self._new_in(folder):
                self._plan_answer(octets)
        told, self._told = self._told, []
        for reference in sorted(set(_references(told))):
            if self.dice.happens(0.8):
                self._see_to(reference)
        self.stir()

    def _new_in(self, folder: str) -> list[bytes]:
        kept = self.office.account.folders.get(folder, [])
        new = [each for each in kept if each.uid > self._seen[folder]]
        if new:
            self._seen[folder] = max(each.uid for each in new)
        return [each.octets for each in new]

    def _plan_answer(self, octets: bytes) -> None:
        """Some are answered soon, some late, a few never."""
        if self.dice.happens(0.05):
            return
        days = self.dice.number(1, 8)
        if self.dice.happens(0.12):
            days += self.dice.number(2, 8)
        working = self.calendars().last
        today = self.timetable.now.astimezone(LONDON).date()
        opening = local(working.after(today, days), OPENING)
        at = opening + self.dice.wait(timedelta(), 8 * HOUR)
        self.timetable.at(at, lambda: self._answer(octets))

    def _answer(self, octets: bytes) -> None:
        """Reply from the mail program; the copy in Sent is all that is noticed."""
        head = BytesHeaderParser().parsebytes(octets)
        original = str(head["Message-ID"] or "").strip()
        case = self._case_of(original)
        writer = parseaddr(str(head["From"] or ""))[1]
        if case is None or case["answered_at"] or case["closed_at"] or not writer:
            return
        at = self.timetable.clock().replace(microsecond=0)
        reply = EmailMessage()
        reply["Date"] = format_datetime(at.astimezone(LONDON))
        reply["From"] = f"Complaints Team <{ADDRESS}>"
        reply["To"] = writer
        reply["Subject"] = f"Re: your complaint {case['reference']}"
        reply["Message-ID"] = new_id("mail.examboard.example")
        reply["In-Reply-To"] = original
        reply["References"] = original
        reply.set_content(ANSWER)
        self.office.account.deliver(reply.as_bytes(policy=SMTP), at, SENT)
        self._note(Act.ANSWERED, case["reference"], at)
        who = self.complainants.known.get(writer)
        if who is not None and case["reference"] in who.letters:
            self.complainants.read_answer(who, case["reference"], at)
        self.stir()

    def _case_of(self, message_id: str) -> dict[str, str] | None:
        rows = self.office.look_up(
            "SELECT c.* FROM messages m JOIN cases c ON c.id = m.case_id"
            " WHERE m.message_id = ? AND m.fate = 'recorded'",
            message_id,
        )
        return dict(rows[0]) if rows else None

    def _see_to(self, reference: str) -> None:
        """Acknowledge what nobody acknowledged: a letter that waits, or by hand."""
        rows = self.office.look_up(
            "SELECT id, acknowledged_at, closed_at FROM cases WHERE reference = ?",
            reference,
        )
        if not rows or rows[0]["acknowledged_at"] or rows[0]["closed_at"]:
            return
        letters = self.office.look_up(
            "SELECT id, state FROM outbox WHERE case_id = ? AND acknowledges"
            " AND state IN ('held', 'queued', 'sending', 'finishing', 'uncertain')",
            rows[0]["id"],
        )
        if not letters:
            at = self.timetable.clock()
            deed = Deed(at=at, by=OFFICER, act="acknowledge")
            if self.office.store.register.acknowledge(reference, deed):
                self._note(Act.ACKNOWLEDGED, reference, at)
        for letter in letters:
            if letter["state"] == "held":
                self._let_go(letter["id"], reference)

    def _let_go(self, letter: int, reference: str) -> None:
        """Approve a letter, by moving its mail or by a command."""
        if self.dice.happens(0.5) and self._move_to_approved(reference):
            return
        at = self.timetable.clock()
        try:
            self.office.store.approvals.approve(letter, at, OFFICER)
        except HandedOverError:
            self.office.store.outbox.resend(letter, at)
        self._note(Act.APPROVED, reference, at)

    def _move_to_approved(self, reference: str) -> bool:
        rows = self.office.look_up(
            "SELECT m.message_id, m.folder FROM messages m"
            " JOIN cases c ON c.id = m.case_id"
            " WHERE c.reference = ? AND m.fate = 'recorded' ORDER BY m.id",
            reference,
        )
        return bool(rows) and self.move(
            rows[0]["message_id"], rows[0]["folder"], APPROVED
        )

    def move(self, message_id: str | None, source: str, target: str) -> bool:
        """Move a mail in the mail program; False: it is not where it should be."""
        kept = self.office.account.folders.get(source, [])
        wanted = (message_id or "no such").encode()
        uids = [each.uid for each in kept if wanted in each.octets[:2000]]
        if not uids:
            return False
        with self.office.account.beside(source) as hand:
            hand.select()
            hand.file(uids[:1], target)
        return True

    def _note(self, act: Act, reference: str, at: datetime) -> None:
        self.log.done.append(Done(at, act, reference))


def _references(notices: list[Departed]) -> Iterator[str]:
    for notice in notices:
        mail = message_from_bytes(notice.octets, policy=policy.default)
        body = mail.get_body(("plain",))
        if body is not None:
            yield from REFERENCE.findall(body.get_content())
