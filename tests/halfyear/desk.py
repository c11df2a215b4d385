"""What officers work with: a mail program, and the commands of the register."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from tests.halfyear.dates import LONDON
from tests.halfyear.log import Act
from tests.halfyear.mails import new_id
from tests.halfyear.office import Office
from tests.halfyear.servers import SENT
from tests.journeys.installing import ADDRESS
from tests.servers.fake_mailbox import FakeMailbox, Kept
from triage.intake.by_hand import TakenDown, take_down
from triage.store import Deed, Field, HandedOverError

OFFICER = "alex"
TEXTS = {
    Act.ANSWERED: """Dear complainant,

We have looked into what you wrote about, and you are right: our page was broken on that
Tuesday, and nobody told you. It was mended on the same day. We are sorry for the
trouble, and the fee goes back to the card that you paid with.

Kind regards,
Alex Officer
""",
    Act.HELD_OFF: """Dear complainant,

Thank you for your mail. We are still looking into what happened, and we will write to
you again within the next working days, as soon as we have heard from the colleagues
who were there.

Kind regards,
Alex Officer
""",
}


@dataclass
class MailProgram:
    """Reads and moves mails of the account, and writes into Sent."""

    account: FakeMailbox

    def since(self, folder: str, uid: int) -> list[Kept]:
        kept = self.account.folders.get(folder, [])
        return [each for each in kept if each.uid > uid]

    def id_of(self, octets: bytes) -> str:
        head = BytesHeaderParser().parsebytes(octets)
        return str(head["Message-ID"] or "").strip()

    def reply(
        self, act: Act, to: str, message_id: str, reference: str, at: datetime
    ) -> None:
        mail = self._addressed(to, message_id, at)
        mail["Subject"] = f"Re: your complaint {reference}"
        mail.set_content(TEXTS[act])
        self.account.deliver(mail.as_bytes(policy=SMTP), at, SENT)

    def out_of_office(self, to: str, message_id: str, at: datetime) -> None:
        """What an officer's own answering machine sends: no answer to anything."""
        mail = self._addressed(to, message_id, at)
        mail["Subject"] = "Automatic reply: out of office"
        mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(TEXTS[Act.ANSWERED])
        self.account.deliver(mail.as_bytes(policy=SMTP), at, SENT)

    def _addressed(self, to: str, message_id: str, at: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["Date"] = format_datetime(at.astimezone(LONDON))
        mail["From"] = f"Complaints Team <{ADDRESS}>"
        mail["To"] = to
        mail["Message-ID"] = new_id("mail.examboard.example")
        mail["In-Reply-To"] = message_id
        mail["References"] = message_id
        return mail

    def move(self, octets: bytes, target: str) -> bool:
        """Move a mail, wherever it lies; False: it is there already, or nowhere."""
        for folder, kept in self.account.folders.items():
            if folder in {target, SENT}:
                continue
            uids = [each.uid for each in kept if each.octets is octets]
            if uids:
                with self.account.beside(folder) as hand:
                    hand.select()
                    hand.file(uids, target)
                return True
        return False


@dataclass
class Desk:
    """The commands of the register, as an officer gives them."""

    office: Office

    def case_of(self, message_id: str) -> dict[str, Any] | None:
        rows = self.office.look_up(
            "SELECT c.* FROM messages m JOIN cases c ON c.id = m.case_id"
            " WHERE m.message_id = ? AND m.fate = 'recorded'",
            message_id,
        )
        return dict(rows[0]) if rows else None

    def first_mail_of(self, reference: str) -> bytes | None:
        """The first mail of a case as it lies in the mailbox."""
        rows = self.office.look_up(
            "SELECT m.message_id, m.folder FROM messages m"
            " JOIN cases c ON c.id = m.case_id"
            " WHERE c.reference = ? AND m.fate = 'recorded' ORDER BY m.id",
            reference,
        )
        if not rows or rows[0]["message_id"] is None:
            return None
        wanted = rows[0]["message_id"].encode()
        kept = self.office.account.folders.get(rows[0]["folder"], [])
        found = (each.octets for each in kept if wanted in each.octets[:2000])
        return next(found, None)

    def waiting_letters(self, reference: str) -> list[int]:
        rows = self.office.look_up(
            "SELECT o.id FROM outbox o JOIN cases c ON c.id = o.case_id"
            " WHERE c.reference = ? AND c.closed_at IS NULL AND o.state = 'held'",
            reference,
        )
        return [row["id"] for row in rows]

    def owes_by_hand(self, reference: str) -> bool:
        """Whether nobody is acknowledged, and no letter can do it."""
        return bool(
            self.office.look_up(
                "SELECT 1 FROM cases c WHERE c.reference = ?"
                " AND c.acknowledged_at IS NULL AND c.closed_at IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.id"
                " AND o.acknowledges AND o.state IN"
                " ('held', 'queued', 'sending', 'finishing', 'uncertain'))",
                reference,
            )
        )

    def let_go(self, letter: int, at: datetime) -> None:
        """Approve a letter; where it may have arrived, send it again all the same."""
        try:
            self.office.store.approvals.approve(letter, at, OFFICER)
        except HandedOverError:
            self.office.store.outbox.resend(letter, at)

    def acknowledge(self, reference: str, at: datetime) -> bool:
        deed = Deed(at=at, by=OFFICER, act="acknowledge")
        return self.office.store.register.acknowledge(reference, deed)

    def is_asked_about_answer(self, reference: str) -> bool:
        return bool(
            self.office.look_up(
                "SELECT 1 FROM matters m JOIN cases c ON c.id = m.case_id"
                " WHERE c.reference = ? AND m.kind = 'answer' AND m.settled_at IS NULL"
                " AND c.answered_at IS NULL AND c.closed_at IS NULL",
                reference,
            )
        )

    def answer(self, reference: str, answered_at: datetime, at: datetime) -> None:
        deed = Deed(at=at, by=OFFICER, act="answer")
        self.office.store.register.answer(reference, deed, answered_at)

    def extend(self, reference: str, until: datetime, at: datetime) -> None:
        deed = Deed(at=at, by=OFFICER, act="extend", why="it takes longer")
        self.office.store.register.extend(reference, deed, until)

    def take_down(self, at: datetime) -> str:
        """Open the case of somebody who telephones."""
        rulebook = self.office.intake.rulebook
        taken = TakenDown(
            channel="telephone",
            received_at=at,
            route=rulebook.ruleset.routes["formal-complaint"],
            role="parent",
            particulars={Field.PERSON: "Joy Mensah", Field.SUBSTANCE: "the website"},
        )
        deed = Deed(at=at, by=OFFICER, act="open")
        reference, _ = take_down(taken, rulebook, self.office.store, deed)
        return reference
