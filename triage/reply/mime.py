"""A draft to the bytes of a mail, written by hand.

RFC 5322 and 2045-2047: ASCII, CRLF, lines of at most 78 octets. A line is longer only
where one address or one message id leaves no place to fold it.
"""

from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from triage.reply.model import LANGUAGE, Organisation, Wording

LONGEST_LINE = 78
BOUNDARY = "=_triage"
"""Cannot stand in a body: in quoted-printable a hex digit or a line end follows `=`."""

_ENCODED_WORD_OCTETS = 36
_LONGEST_QUOTED_NAME = 60


class Origin(StrEnum):
    """Why a mail was made, as the Auto-Submitted field says it (RFC 3834 §5)."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a mail of ours carries."""

    origin: Origin
    organisation: Organisation
    date: datetime
    to: str
    subject: str
    message_id: str
    wording: Wording
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


def write(draft: Draft) -> bytes:
    """Return the mail as it goes over the wire."""
    head = "".join(f"{line}\r\n" for line in _fields(draft))
    return b"".join(
        (
            head.encode("ascii"),
            _part("plain", draft.wording.text),
            _part("html", draft.wording.html),
            f"\r\n--{BOUNDARY}--\r\n".encode("ascii"),
        )
    )


def _fields(draft: Draft) -> Iterator[str]:
    yield f"Date: {format_datetime(draft.date)}"
    sender = draft.organisation
    yield _folded("From", [*_phrase(sender.from_name), f"<{sender.from_address}>"])
    yield f"To: {draft.to}"
    yield _folded("Subject", _unstructured(draft.subject))
    yield f"Message-ID: {draft.message_id}"
    if draft.in_reply_to is not None:
        yield f"In-Reply-To: {draft.in_reply_to}"
    if draft.references:
        yield _folded("References", draft.references)
    yield f"Auto-Submitted: {draft.origin}"
    yield "X-Auto-Response-Suppress: All"
    if draft.origin is Origin.REPLIED:
        yield "Precedence: bulk"
    yield f"X-Triage-Loop: {sender.loop_mark}"
    yield f"Content-Language: {LANGUAGE}"
    yield "MIME-Version: 1.0"
    yield f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"'


def _part(subtype: str, text: str) -> bytes:
    head = (
        f"\r\n--{BOUNDARY}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + b2a_qp(text.replace("\n", "\r\n").encode())


def _folded(name: str, tokens: list[str] | tuple[str, ...]) -> str:
    """Write a field whose tokens may be parted by a line end (RFC 5322 §2.2.3)."""
    lines = [f"{name}: {tokens[0]}"]
    for token in tokens[1:]:
        if len(lines[-1]) + 1 + len(token) > LONGEST_LINE:
            lines.append(f" {token}")
        else:
            lines[-1] += f" {token}"
    return "\r\n".join(lines)


def _unstructured(text: str) -> list[str]:
    is_plain = text.isascii() and "=?" not in text
    return text.split(" ") if is_plain else _encoded_words(text)


def _phrase(name: str) -> list[str]:
    """Write a display name (RFC 5322 §3.4): atoms, a quoted string or encoded words."""
    if name.isascii() and name.replace(" ", "").isalnum():
        return name.split(" ")
    if name.isascii() and "=?" not in name and len(name) <= _LONGEST_QUOTED_NAME:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return [f'"{escaped}"']
    return _encoded_words(name)


def _encoded_words(text: str) -> list[str]:
    """Write RFC 2047 encoded words, none of which breaks a character (§5)."""
    chunks = [b""]
    for character in text:
        octets = character.encode()
        if len(chunks[-1]) + len(octets) > _ENCODED_WORD_OCTETS:
            chunks.append(b"")
        chunks[-1] += octets
    return [f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in chunks]
