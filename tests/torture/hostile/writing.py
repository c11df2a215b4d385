"""Complaints to build hostile mails from; each has a writer and a mark of its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

from tests.journeys.installing import ADDRESS
from tests.torture.evidence import Due
from tests.torture.hostile.kind import Specimen, Way

DOMAIN = "post.example"
SUBJECT = "Subject: Complaint about your website"
TEXT = "Dear Sir or Madam\r\n\r\nI complain: your website was down for a week.\r\n"
"""A complaint that the shipped rules acknowledge."""
RELAY = "Received: from a.example by b.example; Mon, 1 Jun 2026 09:00:00 +0000"
_numbers = count(1)


def new_writer() -> str:
    """Return an address from which nobody has written yet."""
    return f"mallory{next(_numbers)}@{DOMAIN}"


def mark_of(sender: str) -> str:
    """Return the mark in the mails of a writer."""
    return f"mark-of-{sender.partition('@')[0]}-"


def head(sender: str, *fields: str, without: tuple[str, ...] = ()) -> list[str]:
    """Return the lines of a header; a field that is given takes the usual one's place.

    Lines may be given that are no fields.
    """
    sent = datetime.now(UTC) - timedelta(seconds=5)  # noqa: TID251 - a mail of just now
    usual = (
        f"Date: {format_datetime(sent)}",
        f"From: Mal Lory <{sender}>",
        f"To: {ADDRESS}",
        SUBJECT,
        f"Message-ID: <{mark_of(sender)}@{DOMAIN}>",
        "MIME-Version: 1.0",
    )
    given = {name_of(field) for field in fields} | set(without)
    kept = (field for field in usual if name_of(field) not in given)
    return [f"X-Mark: {mark_of(sender)}", *fields, *kept]


def name_of(field: str) -> str:
    return field.partition(":")[0].strip().lower()


def octets_of(lines: list[str], body: str | bytes) -> bytes:
    """Return a mail; lone surrogates stand for the octets of their last two digits."""
    content = body.encode() if isinstance(body, str) else body
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + (
        b"\r\n\r\n" + content
    )


def complaint(
    *fields: str,
    body: str | bytes = TEXT,
    due: Due = Due.REPLY,
    sender: str = "",
    without: tuple[str, ...] = (),
) -> Specimen:
    """Return a complaint with other fields, as a mail server would hand it over."""
    sender = sender or new_writer()
    lines = head(sender, *fields, without=without)
    return Specimen(
        octets=octets_of(lines, body), due=due, sender=sender, mark=mark_of(sender)
    )


def as_is(octets: bytes, due: Due, sender: str = "") -> Specimen:
    """Return a mail as a file, octet by octet."""
    sender = sender or new_writer()
    return Specimen(
        octets=octets, due=due, sender=sender, mark=mark_of(sender), way=Way.AS_IS
    )


def laid_down(specimen: Specimen) -> Specimen:
    """Return the same mail as a file, with the field that a server would have put."""
    path = f"Return-Path: <{specimen.mail_from}>\r\n".encode()
    return replace(specimen, octets=path + specimen.octets, way=Way.AS_IS)


def sent_from(reverse_path: str, specimen: Specimen) -> Specimen:
    """Return a mail with another reverse-path than its writer's."""
    return replace(specimen, reverse_path=reverse_path)


def in_parts(
    *parts: bytes, kind: str = "mixed", boundary: str = "b", due: Due = Due.REPLY
) -> Specimen:
    """Return a complaint of parts that bring their own header blocks."""
    begin = f"--{boundary}\r\n".encode()
    body = b"".join(begin + part + b"\r\n" for part in parts)
    field = f'Content-Type: multipart/{kind}; boundary="{boundary}"'
    return complaint(field, body=body + f"--{boundary}--\r\n".encode(), due=due)


def part(content_type: str, body: str | bytes = TEXT, *fields: str) -> bytes:
    lines = (f"Content-Type: {content_type}", *fields)
    return octets_of(list(lines), body)


def _plain(subject: str, kind: str, body: str) -> bytes:
    sender = f"ann@{DOMAIN}"
    fields = (
        f"Return-Path: <{sender}>",
        f"Subject: Complaint {subject}",
        "Date: Mon, 1 Jun 2026 09:00:00 +0000",
        f"Content-Type: text/{kind}; charset=utf-8",
    )
    return octets_of(head(sender, *fields), body)


PLAIN = (
    _plain("about your website", "plain", TEXT),
    _plain(
        "about results",
        "plain",
        "My daughter's mark in Biology is wrong and the school will not help.\r\n"
        "Centre number 12345, candidate 0042.\r\n\r\nRegards\r\nJoy Mensah\r\n"
        "On 3 May 2026 at 10:20, Office <o@x.example> wrote:\r\n> Dear Joy\r\n",
    ),
    _plain(
        "about malpractice",
        "html",
        "<p>A teacher <b>sold</b> the question paper.</p><blockquote>x</blockquote>"
        "<p>This is my second letter; I am not satisfied with your answer.</p>",
    ),
    _plain(
        "CMP-2026-00001",
        "plain",
        "As the head teacher I write about exam officer Smith's rudeness; your "
        "reference CMP-2026-00001. I want this to go to the director.\r\n",
    ),
)
"""Small complaints of four kinds, the same every time."""
