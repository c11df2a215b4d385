"""Mails that somebody made to break a program that reads them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime

from tests.halfyear.dates import LONDON
from tests.halfyear.log import Kind, Mail
from tests.halfyear.mails import new_id
from tests.journeys.installing import ADDRESS

Maker = Callable[[str, datetime], bytes]
MANY = 400


def _head(sender: str, at: datetime, subject: str = "Complaint") -> str:
    return (
        f"Return-Path: <{sender}>\r\n"
        f"Date: {format_datetime(at.astimezone(LONDON))}\r\n"
        f"From: <{sender}>\r\nTo: {ADDRESS}\r\n"
        f"Subject: {subject}\r\n"
    )


def _no_end_of_parts(sender: str, at: datetime) -> bytes:
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'
        for n in range(MANY)
    )
    return (_head(sender, at) + parts + "\r\nMy complaint.").encode()


def _no_author(sender: str, at: datetime) -> bytes:
    lines = _head(sender, at).replace(f"From: <{sender}>\r\n", "")
    return (lines + "\r\nWho am I? I complain.").encode()


def _many_authors(sender: str, at: datetime) -> bytes:
    others = ", ".join(f"a{n}@post.example" for n in range(MANY))
    lines = _head(sender, at).replace(f"<{sender}>\r\nTo", f"{others}\r\nTo")
    return (lines + "\r\nWe all complain.").encode()


def _raw_bytes(sender: str, at: datetime) -> bytes:
    text = bytes(range(256)) * 8
    return _head(sender, at, "Complaint \x07\x1b[2J").encode() + b"\r\n" + text


def _long_line(sender: str, at: datetime) -> bytes:
    return (_head(sender, at) + "\r\n" + "complain " * 20_000).encode()


def _injection(sender: str, at: datetime) -> bytes:
    subject = "=?utf-8?q?Complaint=0D=0ABcc:_everybody=40post.example?="
    markup = "<script>alert(1)</script>{{ reference }}{% raw %}"
    return (_head(sender, at, subject) + f"\r\nMy complaint: {markup}\r\n").encode()


def _no_body(sender: str, at: datetime) -> bytes:
    return _head(sender, at).encode()


def _broken_encodings(sender: str, at: datetime) -> bytes:
    kind = (
        'Content-Type: text/plain; charset="x-none"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n====%%%not base64%%%===="
    )
    return (_head(sender, at, "=?x-none?b?complaint?= complaint") + kind).encode()


def _forged_thread(sender: str, at: datetime) -> bytes:
    forged = f"<acknowledge.CMP-2026-00001.{'0' * 32}@examboard.example>"
    fields = f"In-Reply-To: {forged}\r\nReferences: {forged}\r\n"
    return (_head(sender, at) + fields + "\r\nIt is my case too.").encode()


MAKERS: Sequence[Maker] = (
    _no_end_of_parts,
    _no_author,
    _many_authors,
    _raw_bytes,
    _long_line,
    _injection,
    _no_body,
    _broken_encodings,
    _forged_thread,
)


def hostile(number: int, at: datetime) -> Mail:
    """One of them, in turn."""
    sender = f"mallory{number}@post.example"
    message_id = new_id(sender)
    octets = MAKERS[number % len(MAKERS)](sender, at)
    head = f"Message-ID: {message_id}\r\n".encode()
    return Mail(
        kind=Kind.HOSTILE,
        octets=head + octets,
        message_id=message_id,
        sender=sender,
    )
