"""Mails as the people and machines of the half year write them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from itertools import count
from pathlib import Path

from tests.halfyear.dates import LONDON
from tests.halfyear.log import Kind, Mail
from tests.journeys.installing import ADDRESS

CORPUS = Path(__file__).parents[1] / "corpus"
REPLACED = (b"return-path", b"date", b"from", b"message-id", b"received")
FOLLOWING = (
    "Our centre number is GB123 and the candidate number is 0042.",
    "Is there any news? I have heard nothing more since your mail.",
    "I forgot to say that we spoke to your customer services team on Monday.",
    "Please find the dates that you asked for: 3 June, 9 June and 11 June.",
    "Thank you, that helps. I will wait.",
)
REVIEWING = (
    "I am not satisfied with how my complaint was investigated. Please have it"
    " reviewed by a Director.",
    "Your answer does not deal with what I wrote. I ask for a review by a Director"
    " of how my complaint was handled.",
)
GRATEFUL = ("Thank you for your answer, that settles it.", "Thanks, all is clear now.")
UNHAPPY = (
    "You have not answered my question at all, and I shall go on asking.",
    "This is the same reply as before. Read my mail again, please.",
)
DATA_REQUEST = """Your website lost my order for a certifying statement.

I also make a subject access request: please send me a copy of all personal data that
you hold about me.
"""
_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who writes."""

    name: str
    address: str


@dataclass(frozen=True)
class Sample:
    """A mail of the corpus without the fields that say who sent it when."""

    name: str
    local: str
    domain: str
    fields: bytes
    body: bytes

    def by(self, number: int) -> Person:
        return Person(self.name, f"{self.local}.{number}@{self.domain}")


@cache
def samples() -> tuple[Sample, ...]:
    """Complaints of all routes, in the order of their files."""
    return tuple(
        _sample((folder / label["file"]).read_bytes())
        for folder in sorted(CORPUS.glob("fresh*"))
        for label in map(json.loads, (folder / "labels.jsonl").read_text().splitlines())
        if label.get("route")
    )


def _sample(raw: bytes) -> Sample:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept, author = list[bytes](), b""
    for one in _unfolded(head):
        field = one.partition(b":")[0].lower()
        if field == b"from":
            author = one.partition(b":")[2].strip()
        if field not in REPLACED:
            kept.append(one)
    name, address = parseaddr(author.decode("ascii", "replace"))
    local, _, domain = address.rpartition("@")
    return Sample(name, local, domain, b"\n".join(kept), body)


def _unfolded(head: bytes) -> Iterator[bytes]:
    one = b""
    for line in head.split(b"\n"):
        if line[:1] in b" \t" and one:
            one += b"\n" + line
            continue
        if one:
            yield one
        one = line
    yield one


def complaint(
    sample: Sample, person: Person, at: datetime, kind: Kind = Kind.COMPLAINT
) -> Mail:
    """The sample as this person sends it now."""
    message_id = new_id(person.address)
    head = (
        f"Return-Path: <{person.address}>\n"
        f"Date: {format_datetime(at.astimezone(LONDON))}\n"
        f"From: {formataddr((person.name, person.address))}\n"
        f"Message-ID: {message_id}\n"
    )
    raw = head.encode() + sample.fields + b"\n\n" + sample.body
    return Mail(
        kind=kind,
        octets=raw.replace(b"\n", b"\r\n"),
        message_id=message_id,
        sender=person.address,
    )


def written(
    kind: Kind,
    person: Person,
    at: datetime,
    subject: str,
    text: str,
    **more: str | None,
) -> Mail:
    """A plain mail; `in_reply_to`, `references` and the like become fields."""
    about = more.pop("about", None)
    message = EmailMessage()
    message["Return-Path"] = f"<{more.pop('return_path', None) or person.address}>"
    message["Date"] = format_datetime(at.astimezone(LONDON))
    message["From"] = formataddr((person.name, person.address))
    message["To"] = more.pop("to", None) or ADDRESS
    message["Subject"] = subject
    message["Message-ID"] = message_id = new_id(person.address)
    for name, value in more.items():
        if value is not None:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return Mail(
        kind=kind,
        octets=message.as_bytes(policy=SMTP),
        message_id=message_id,
        sender=person.address,
        about=about,
    )


def new_id(address: str) -> str:
    return f"<half-year.{next(_numbers)}@{address.rpartition('@')[2]}>"


def away(person: Person, at: datetime, answered: str, reference: str) -> Mail:
    """The answering machine of somebody whom we wrote to."""
    return written(
        Kind.AUTOMATIC,
        person,
        at,
        "Automatic reply: your complaint",
        "I am away until Monday and read no mail.",
        in_reply_to=answered,
        references=answered,
        auto_submitted="auto-replied",
        about=reference,
    )


def bulk(number: int, at: datetime) -> Mail:
    """A newsletter that has the word."""
    sender = Person("Complaints Weekly", f"news{number}@lists.example")
    return written(
        Kind.AUTOMATIC,
        sender,
        at,
        f"Complaint handling news, issue {number}",
        "This month: how others deal with complaints.",
        list_id="<news.lists.example>",
        list_unsubscribe="<mailto:leave@lists.example>",
        precedence="bulk",
    )


def ordinary(number: int, at: datetime) -> Mail:
    """A mail that is none of ours: it is left alone."""
    sender = Person("Ann Other", f"ann.other{number}@post.example")
    subject = ("Lunch on Friday?", "Invoice 4711", "Room booking", "Timetable query")
    text = "See you there. No need to answer."
    return written(Kind.ORDINARY, sender, at, subject[number % 4], text)


def report(at: datetime, message_id: str, recipient: str, reference: str) -> Mail:
    """A delivery report (RFC 3464): a letter of ours did not arrive."""
    own_id = new_id("mx.post.example")
    lines = (
        "Return-Path: <>",
        "From: Mail Delivery <mailer-daemon@mx.post.example>",
        f"To: {ADDRESS}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(at.astimezone(LONDON))}",
        f"Message-ID: {own_id}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "There is no such mailbox.",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.post.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message_id}",
        "",
        "--b--",
        "",
    )
    return Mail(
        kind=Kind.REPORT,
        octets="\r\n".join(lines).encode("ascii"),
        message_id=own_id,
        sender="mailer-daemon@mx.post.example",
        about=reference,
        returns=message_id,
    )
