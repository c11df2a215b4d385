"""The header block of a message, understood: who, what about, when, in answer to what.

Addresses and dates are read by mail-parser's own readers, which recover what can be
recovered and say what could not; its `MailParser` would read every field three times.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from mailparser.dates import parse_mail_date  # type: ignore[import-untyped]  # has none
from mailparser.utils import get_addresses  # type: ignore[import-untyped]  # has none

from triage.message import limits
from triage.message.fields import Block
from triage.message.model import Address, Headers, Message
from triage.message.words import decode_words, parameters

# RFC 5322 §3.6.4 without quoting, comments and domain literals: what may go into our
# own header fields untouched.
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_MESSAGE_ID = re.compile(rf"<{_ATOMS}@{_ATOMS}>")
# No quoted local part and no domain literal: an address is used in SMTP commands.
_MAILBOX = re.compile(
    r"[^\s\x00-\x20\x7f-\x9f()<>\[\]\\,;:\"@]{1,64}@[^\s\x00-\x20\x7f-\x9f"
    r"()<>\[\]\\,;:\"@]{1,255}"
)
_RETURN_PATH = re.compile(r"<?\s*([^\s<>]*)\s*>?")
_DATE_LENGTH = 200
_SHORT = 200


def read_header(block: Block, sha256: str, size: int) -> Message:
    """Give the message of a header block, without any text."""
    defects = list(block.defects)
    content_type, _ = parameters(block.first("content-type"))
    return Message(
        sha256=sha256,
        size=size,
        headers=Headers(
            tuple((name, decode_words(value)) for name, value in block.fields)
        ),
        has_whole_header=block.is_whole,
        subject=decode_words(block.first("subject")),
        from_=_addresses(block, ("from",), defects),
        reply_to=_addresses(block, ("reply-to",), defects),
        to=_addresses(block, ("to",), defects),
        cc=_addresses(block, ("cc",), defects),
        resent=_addresses(block, ("resent-to", "resent-cc", "resent-bcc"), defects),
        return_path=_return_path(block, defects),
        message_id=_message_id(block, defects),
        references=_references(block),
        dated=_dated(block, defects),
        content_type=content_type or "text/plain",
        defects=tuple(defects),
    )


def message_ids(value: str) -> tuple[str, ...]:
    """Find the Message-IDs of strict grammar in a field value, each once, in order."""
    found = dict.fromkeys(_MESSAGE_ID.findall(value))
    return tuple(found_id for found_id in found if len(found_id) <= limits.ID)


def _addresses(
    block: Block, names: tuple[str, ...], defects: list[str]
) -> tuple[Address, ...]:
    found: list[Address] = []
    for name in names:
        for value in block.all(name):
            if len(found) < limits.ADDRESSES:
                found += _mailboxes(name, value, defects)
    if len(found) > limits.ADDRESSES:
        defects.append(
            f"The field {names[0]} names too many addresses; not all were kept."
        )
    return tuple(found[: limits.ADDRESSES])


def _mailboxes(field: str, value: str, defects: list[str]) -> tuple[Address, ...]:
    # Our own address stands in nearly every To, and a writer writes more than once.
    read = _read_mailboxes if len(value) <= _SHORT else _read_mailboxes.__wrapped__
    found, problems = read(value)
    defects += [f"The field {field} {problem}" for problem in problems]
    return found


@lru_cache(maxsize=1024)
def _read_mailboxes(value: str) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    unread: list[dict[str, str]] = []
    pairs = get_addresses(value, defects=unread)
    found = tuple(
        Address(address.lower(), decode_words(name))
        for name, address in pairs
        if _MAILBOX.fullmatch(address)
    )
    problems = [f"has an irregular address: {why['reason']}." for why in unread[:3]]
    if not found and not unread and any(address for _, address in pairs):
        problems.append("has an address that cannot be used.")
    return found, tuple(problems)


def _return_path(block: Block, defects: list[str]) -> str | None:
    paths = block.all("return-path")
    if not paths:
        return None
    if len(paths) > 1:
        defects.append("There are several Return-Path fields; the topmost counts.")
    match = _RETURN_PATH.fullmatch(paths[0].strip())
    if match is None or not match[1].isprintable():
        defects.append("The Return-Path field is not a path.")
        return None
    return match[1].lower()


def _message_id(block: Block, defects: list[str]) -> str | None:
    value = block.first("message-id")
    found = message_ids(value)
    if len(found) == 1 and found[0] == value:
        return found[0]
    defects.append("There is no regular Message-ID.")
    return next(iter(found), None)


def _references(block: Block) -> tuple[str, ...]:
    """In-Reply-To, then the newest of References: ours is near the end of a thread."""
    answered = _ids_in(block, "in-reply-to")[: limits.IDS]
    thread = _ids_in(block, "references")
    others = [reference for reference in thread if reference not in answered]
    room = limits.IDS - len(answered)
    return answered + tuple(others[-room:] if room else ())


def _ids_in(block: Block, name: str) -> tuple[str, ...]:
    """Some programs write a long id as encoded words, though RFC 2047 §5 forbids it."""
    return message_ids(" ".join(map(decode_words, block.all(name))))


def _dated(block: Block, defects: list[str]) -> datetime | None:
    value = block.first("date")
    if not value:
        defects.append("There is no Date field.")
        return None
    sent, reasons = _read_date(value)
    if reasons:
        defects.append(f"The Date field is irregular: {', '.join(reasons)}.")
    return sent


def _read_date(value: str) -> tuple[datetime | None, tuple[str, ...]]:
    """Read a date, and say what is irregular about it."""
    read = parse_mail_date(value[:_DATE_LENGTH])
    if read.value is not None:
        return read.value, ()
    try:
        lenient = parsedate_to_datetime(value[:_DATE_LENGTH])
        found = lenient.replace(tzinfo=lenient.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None, tuple(read.reasons)
    return found, tuple(read.reasons)


def arrival_of(block: Block) -> datetime | None:
    """When the last server on the way took a message in, else when it says it was sent.

    The server writes the time after the last semicolon of its Received field (RFC 5321
    §4.4), and puts that field on top.
    """
    stamp = block.first("received").rpartition(";")[2]
    for value in (stamp, block.first("date")):
        if value.strip() and (found := _read_date(value.strip())[0]) is not None:
            return found
    return None
