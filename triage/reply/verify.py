"""The last look at a mail of ours: its bytes are taken apart again.

Nothing is taken on trust from the writer: the set of fields, parsed by the standard
library, is closed, every field is compared with what it must say, and both bodies must
decode to what was worded. A fact names a field and never quotes its value, which may be
a person's address.
"""

from binascii import a2b_qp
from collections.abc import Iterator
from email.errors import HeaderParseError, MultipartInvariantViolationDefect
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, parseaddr

from triage.errors import MessageError
from triage.reply.grammar import is_address, is_message_id
from triage.reply.mime import BOUNDARY, LONGEST_LINE, Draft, Origin
from triage.reply.model import LANGUAGE

MOST_REFERENCES = 10
LARGEST_MAIL = 24_000
"""Octets; RFC 3834 §2 asks for no more than a few kilobytes."""
LARGEST_NOTICE = 200_000
"""To our own people, with all that is due."""

_PRINTABLE = bytes(range(0x20, 0x7F))
_END_OF_HEAD = b"\r\n\r\n"
_DELIMITER = f"\r\n--{BOUNDARY}".encode("ascii")
_PART_HEADS = {
    subtype: (
        f"\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable"
    ).encode("ascii")
    for subtype in ("plain", "html")
}


def verify(data: bytes, draft: Draft) -> None:
    """Check that `data` is exactly the mail that `draft` calls for.

    Raises MessageError with every fact that is wrong.
    """
    head, _, body = data.partition(_END_OF_HEAD)
    parsed = BytesHeaderParser().parsebytes(head + _END_OF_HEAD)
    largest = LARGEST_MAIL if draft.origin is Origin.REPLIED else LARGEST_NOTICE
    facts = [*_wire(data, largest), *_fields(parsed, draft), *_bodies(body, draft)]
    if facts:
        raise MessageError(f"a composed mail is not sent: {'; '.join(facts)}")


def _wire(data: bytes, largest: int) -> Iterator[str]:
    lines = data.split(b"\r\n")
    rest = b"".join(lines).translate(None, _PRINTABLE)
    if b"\r" in rest or b"\n" in rest:
        yield "a CR or LF stands alone"
    if rest.strip(b"\r\n"):
        yield "an octet is not printable ASCII"
    if any(len(line) > LONGEST_LINE and _can_fold(line) for line in lines):
        yield f"a line is longer than {LONGEST_LINE}"
    if len(data) > largest:
        yield f"it is larger than {largest} octets"


def _can_fold(line: bytes) -> bool:
    """Tell whether more than one token follows a field's name."""
    return line.count(b" ") > 1


def _fields(parsed: Message, draft: Draft) -> Iterator[str]:
    found = [(name, str(value).replace("\r\n", "")) for name, value in parsed.items()]
    values = dict(found)
    expected = _exact_values(draft)
    names = {*expected, "From", "Subject"}
    # Python before 3.11.4 misses the parts, which no header block has.
    damage = {type(each) for each in parsed.defects} - {
        MultipartInvariantViolationDefect
    }
    if len(found) != len(names) or damage or parsed.get_payload():
        yield "a field is missing, repeated or added"
    for name in sorted(names.symmetric_difference(values)):
        yield f"{name} is {'missing' if name in names else 'not ours'}"
    for name, value in expected.items():
        if values.get(name, value) != value:
            yield f"{name} differs"
    if decoded_field(values.get("Subject", "")) != draft.subject:
        yield "Subject differs"
    name, address = parseaddr(values.get("From", ""))
    sender = draft.organisation
    if (decoded_field(name), address) != (sender.from_name, sender.from_address):
        yield "From differs"
    yield from _grammar(draft)


def _exact_values(draft: Draft) -> dict[str, str]:
    values = {
        "Date": format_datetime(draft.date),
        "To": draft.to,
        "Message-ID": draft.message_id,
        "Auto-Submitted": str(draft.origin),
        "X-Auto-Response-Suppress": "All",
        "X-Triage-Loop": draft.organisation.loop_mark,
        "Content-Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_triage"',
    }
    if draft.origin is Origin.REPLIED:
        values["Precedence"] = "bulk"
    if draft.in_reply_to is not None:
        values["In-Reply-To"] = draft.in_reply_to
    if draft.references:
        values["References"] = " ".join(draft.references)
    return values


def _grammar(draft: Draft) -> Iterator[str]:
    if not is_address(draft.to):
        yield "To is not one plain address"
    if not is_message_id(draft.message_id):
        yield "Message-ID is no message id"
    if draft.in_reply_to is not None and not is_message_id(draft.in_reply_to):
        yield "In-Reply-To is no message id"
    if not all(is_message_id(reference) for reference in draft.references):
        yield "References holds something that is no message id"
    if len(draft.references) > MOST_REFERENCES:
        yield f"References holds more than {MOST_REFERENCES} ids"


def decoded_field(value: str) -> str:
    """Return an unfolded field without RFC 2047 encoding; '' where that is broken."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        return ""


def _bodies(body: bytes, draft: Draft) -> Iterator[str]:
    """Check both parts of a multipart body (RFC 2046 §5.1.1), and that it has no more.

    Whatever begins like a delimiter must be one, so no reader can see other parts.
    """
    pieces = (b"\r\n" + body).split(_DELIMITER)
    before, parts, behind = pieces[0], pieces[1:-1], pieces[-1]
    if before or behind != b"--\r\n":
        yield "its MIME structure has a defect"
    if len(parts) != len(_PART_HEADS):
        yield "it has other parts than a text and an HTML body"
        return
    wording = (draft.wording.text, draft.wording.html)
    for part, subtype, worded in zip(parts, _PART_HEADS, wording, strict=True):
        head, _, payload = part.partition(_END_OF_HEAD)
        if head != _PART_HEADS[subtype]:
            yield f"the {subtype} part has other fields"
        if _decoded(payload) != worded:
            yield f"the {subtype} part does not decode to what was worded"


def _decoded(payload: bytes) -> str:
    return a2b_qp(payload).decode("utf-8", "replace").replace("\r\n", "\n")
