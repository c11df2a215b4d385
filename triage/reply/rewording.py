"""A letter that waits, in a person's words: the same mail with another wording.

Every field stays as it was composed. The text is the person's; the HTML body is made
from it, under the letter's own head and style, so that both say the same. The result is
checked as every letter is.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from email.utils import parsedate_to_datetime

from triage.errors import MessageError
from triage.reply.blocks import body_of
from triage.reply.mime import Draft, Origin, write
from triage.reply.model import LANGUAGE, Organisation, Wording
from triage.reply.sameness import first_difference, refusals
from triage.reply.verify import decoded_field, verify
from triage.reply.words import LINE_WIDTH, fill

_HEAD = re.compile(r"\A.*?(?=<body\b)", re.DOTALL | re.IGNORECASE)
_BARE_HEAD = f'<!DOCTYPE html>\n<html lang="{LANGUAGE}">\n'
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that make text read in another order than it is written."""


def text_of(data: bytes) -> str:
    """Return the plain text of a mail of ours, with line feeds as line ends."""
    return _bodies(data).text


def subject_of(data: bytes) -> str:
    """Return the subject of a mail of ours."""
    return decoded_field(str(_head(data).get("Subject", "")).replace("\r\n", ""))


def reword(data: bytes, text: str, organisation: Organisation) -> bytes:
    """Return a mail of ours with another text; raises MessageError with what is wrong.

    Recipient, subject, Message-ID, date and thread are those of `data`.
    """
    said = _tidied(text)
    former = _bodies(data)
    head = match[0] if (match := _HEAD.match(former.html)) else _BARE_HEAD
    html = f"{head}{body_of(said, organisation.name)}</html>\n"
    draft = replace(_draft(data, organisation), wording=Wording(text=said, html=html))
    if difference := first_difference(said, html):
        raise MessageError(f"the text cannot be shown as it is written: {difference}")
    if found := refusals(html):
        raise MessageError("; ".join(found))
    reworded = write(draft)
    verify(reworded, draft)
    return reworded


def _tidied(text: str) -> str:
    """Lay the text out as letters are, leaving the person's line breaks."""
    plain = text.replace("\r\n", "\n").replace("\u00a0", " ").expandtabs(4)
    if problems := list(_faults(plain)):
        raise MessageError("; ".join(problems))
    lines = [line.rstrip() for line in plain.strip().split("\n")]
    short = (
        fill(line).rstrip("\n") if len(line) > LINE_WIDTH else line for line in lines
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(short)) + "\n"


def _faults(text: str) -> Iterator[str]:
    if not text.strip():
        yield "a letter must say something"
    for number, line in enumerate(text.split("\n"), start=1):
        if any(c in _TURNING or unicodedata.category(c) in _UNSEEN for c in line):
            yield f"line {number} holds a character that nobody can see"


def _draft(data: bytes, organisation: Organisation) -> Draft:
    """Read back what a mail of ours carries besides its wording."""
    head = _head(data)
    fields = {name: str(value).replace("\r\n", "") for name, value in head.items()}
    try:
        return Draft(
            origin=Origin(fields["Auto-Submitted"]),
            organisation=organisation,
            date=_date(fields["Date"]),
            to=fields["To"],
            subject=decoded_field(fields["Subject"]),
            message_id=fields["Message-ID"],
            wording=Wording("", ""),
            in_reply_to=fields.get("In-Reply-To"),
            references=tuple(fields.get("References", "").split()),
        )
    except (KeyError, ValueError):
        raise MessageError("this letter is not of our making") from None


def _date(text: str) -> datetime:
    date = parsedate_to_datetime(text)
    if date.tzinfo is None:
        raise ValueError("a date without a zone")
    return date


def _head(data: bytes) -> Message:
    return BytesHeaderParser().parsebytes(data)


def _bodies(data: bytes) -> Wording:
    parsed = BytesParser(EmailMessage, policy=default).parsebytes(data)
    bodies = [parsed.get_body((kind,)) for kind in ("plain", "html")]
    if not all(bodies):
        raise MessageError("this letter is not of our making")
    text, html = (str(body.get_content()) for body in bodies if body is not None)
    return Wording(*(each.replace("\r\n", "\n") for each in (text, html)))
