"""The mails of one case, each of which must come to another end."""

import base64
from dataclasses import dataclass
from datetime import datetime

from tests.journeys.installing import ADDRESS
from tests.journeys.mails import make_mail
from tests.servers.account import Mail, Parts
from tests.torture.evidence import Delivered, Due

BOUNDARY = "----large"
_ATTACHED = base64.encodebytes(b"%PDF-1.7 " + b"0" * 30_000).replace(b"\n", b"\r\n")
_TEXT_HEADER = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
_FILE_HEADER = (
    b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="a.pdf"\r\n\r\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one case delivers, by what it is."""

    complaint: Delivered
    """Acknowledged, and answered by an officer in the end."""
    redirected: Delivered
    """Its letter waits for a person, who approves it in the mail program."""
    large: Delivered
    lunch: Delivered
    """Not ours, and somebody else has marked it as deleted."""
    automatic: Delivered

    @property
    def all(self) -> tuple[Delivered, ...]:
        return (
            self.complaint,
            self.redirected,
            self.large,
            self.lunch,
            self.automatic,
        )


def batch(number: int) -> Batch:
    """Write the mails of a case."""
    return Batch(
        complaint=_one(
            f"c{number}a", "Complaint", "Your website is down again.", Due.REPLY
        ),
        redirected=_one(
            f"c{number}b",
            "Complaint",
            "My son learns nothing: his teacher gives no lessons.",
            Due.REPLY,
        ),
        large=_large(f"c{number}c"),
        lunch=_one(f"c{number}d", "Lunch", "Shall we meet at noon?", Due.NOTHING),
        automatic=_one(
            f"c{number}e",
            "Complaint",
            "I am away until Monday.",
            Due.SILENCE,
            auto_submitted="auto-replied",
        ),
    )


def as_kept(delivered: Delivered, received_at: datetime) -> Mail:
    """Return a mail as the server has it."""
    mail = Mail(delivered.octets, received_at)
    if delivered.due is Due.NOTHING:
        mail.flags.add("\\Deleted")
    if BOUNDARY.encode() in delivered.octets:
        mail.parts = _parts_of(delivered.octets)
    return mail


def answer_to(delivered: Delivered, message_id: bytes) -> bytes:
    """Write what an officer answers."""
    return make_mail(
        "Re: Complaint",
        "Dear Mrs Mensah, a certificate had run out and has been renewed. The website"
        " is there again, and your entries are open until the end of this month.",
        sender=ADDRESS,
        to=delivered.sender,
        in_reply_to=message_id.decode(),
        references=message_id.decode(),
    )


def message_id_of(octets: bytes) -> bytes:
    """Return the Message-ID of a mail of ours."""
    return octets.split(b"Message-ID: ", 1)[1].split(b"\r\n", 1)[0]


def _one(name: str, subject: str, text: str, due: Due, **fields: str) -> Delivered:
    mark = f"Kwd{name}x"
    sender = f"{name}@post.example"
    octets = make_mail(f"{subject} {mark}", f"{text} {mark}", sender=sender, **fields)
    return Delivered(
        octets=_came_from(sender, octets), mark=mark, due=due, sender=sender
    )


def _large(name: str) -> Delivered:
    small = _one(name, "Complaint", "The website, see the file.", Due.REPLY)
    head = small.octets.partition(b"\r\nContent-Type")[0]
    text = f"The website is down, see the file. {small.mark}\r\n".encode()
    delimiter = f"--{BOUNDARY}".encode()
    octets = b"\r\n".join(
        (
            head,
            b"MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"'.encode(),
            b"",
            delimiter,
            _TEXT_HEADER + text,
            delimiter,
            _FILE_HEADER + _ATTACHED,
            delimiter + b"--",
            b"",
        )
    )
    return Delivered(octets=octets, mark=small.mark, due=Due.REPLY, sender=small.sender)


def _parts_of(octets: bytes) -> Parts:
    text = octets.split(_TEXT_HEADER, 1)[1].split(b"\r\n--", 1)[0]
    structure = (
        b'(("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" %d 1 NIL NIL NIL NIL)'
        b'("APPLICATION" "PDF" NIL NIL NIL "BASE64" %d NIL ("ATTACHMENT" ("FILENAME"'
        b' "a.pdf")) NIL NIL) "MIXED" ("BOUNDARY" "%b") NIL NIL NIL)'
        % (len(text), len(_ATTACHED), BOUNDARY.encode())
    )
    return Parts(
        structure=structure,
        sections={
            "1": text,
            "1.MIME": _TEXT_HEADER,
            "2": _ATTACHED,
            "2.MIME": _FILE_HEADER,
        },
    )


def _came_from(sender: str, octets: bytes) -> bytes:
    return f"Return-Path: <{sender}>\r\n".encode() + octets
