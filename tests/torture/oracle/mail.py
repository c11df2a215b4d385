"""What a mail says, by the standard library alone; hostile mails are read as well."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses
from functools import cached_property

SERVERS_FIELDS = re.compile(
    rb"(?:(?:Return-Path|Delivered-To|X-Original-To|Received|Received-SPF"
    rb"|Authentication-Results|DKIM-Signature)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+",
    re.IGNORECASE,
)
MOST_READ = 1_000_000
TAG = re.compile(r"<[^>]*>")


def text_of(octets: bytes) -> str:
    """Return the plain text of a well-formed mail, with plain line ends."""
    mail = message_from_bytes(octets, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    return "" if body is None else body.get_content().replace("\r\n", "\n")


def core_of(octets: bytes) -> bytes:
    """Return a mail without what servers put before it, with plain line ends."""
    plain = octets.replace(b"\r\n", b"\n").rstrip(b"\n")
    added = SERVERS_FIELDS.match(plain)
    return plain if added is None else plain[added.end() :]


@dataclass(frozen=True)
class Read:
    """A mail as its reader sees it."""

    octets: bytes

    @cached_property
    def head(self) -> Message:
        octets = self.octets[:MOST_READ]
        try:
            return message_from_bytes(octets)
        except RecursionError:
            return BytesParser().parsebytes(octets, headersonly=True)

    def field(self, name: str) -> str:
        """Return a field's first value as written, unfolded; '' where there is none."""
        try:
            value = self.head.get(name)
        except (ValueError, LookupError, TypeError):
            return ""
        return "" if value is None else " ".join(str(value).split())

    @property
    def message_id(self) -> str:
        return self.field("Message-ID")

    @property
    def subject(self) -> str:
        return decoded(self.field("Subject"))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Every part that is text, decoded; of HTML also what a reader sees."""
        return tuple(_texts(self.head))

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Every part, whatever it says that it is, and what stands around parts."""
        parts = tuple(self.head.walk())
        around = ((part.preamble, part.epilogue) for part in parts)
        return (
            *(_decoded_payload(part) for part in parts if not part.is_multipart()),
            *(text for each in around for text in each if text),
        )

    @cached_property
    def people(self) -> tuple[tuple[str, str], ...]:
        """(name, address) of those who are said to have written it."""
        written = [self.field(name) for name in ("From", "Sender", "Reply-To")]
        try:
            found = getaddresses([each for each in written if each])
        except (ValueError, IndexError, LookupError, RecursionError):
            return ()
        return tuple((decoded(name), address) for name, address in found)


def decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        return value


def _texts(mail: Message) -> Iterator[str]:
    try:
        parts = [part for part in mail.walk() if not part.is_multipart()]
    except RecursionError:
        return
    for part in parts:
        if part.get_content_maintype() == "text":
            text = _decoded_payload(part)
            yield text
            if part.get_content_subtype() == "html":
                yield html.unescape(TAG.sub(" ", text))


def _decoded_payload(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset("utf-8")
    except (ValueError, LookupError):
        return ""
    octets = payload if isinstance(payload, bytes) else b""
    try:
        return octets.decode(charset, "replace")
    except (LookupError, ValueError):
        return octets.decode("latin-1")
