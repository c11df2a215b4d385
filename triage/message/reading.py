"""Bytes to Message: the entrances of this package."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from triage.message import limits
from triage.message.body import Body, part_types, read_body
from triage.message.core import core_of
from triage.message.fields import Block, read_block
from triage.message.header import arrival_of, message_ids, read_header
from triage.message.model import Message
from triage.message.parts import Budget, Part, read_part
from triage.message.split import Split, split

_Read = TypeVar("_Read")

# A line of a returned header block, as bounces of before RFC 3464 print it.
_RETURNED_ID = re.compile(
    r"^[> \t]{0,8}Message-ID:\s*(<[^<>\s]{3,248}>)", re.IGNORECASE | re.MULTILINE
)
_LOCAL = r"a-z0-9.!#$%&*+/=?^_`{|}~-"
_ADDRESS = re.compile(
    rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}@(?:[a-z0-9-]{{1,63}}\.){{1,8}}[a-z0-9-]{{2,63}}",
    re.IGNORECASE,
)
_BOUNCERS = frozenset({"mailer-daemon", "postmaster"})


def parse(raw: bytes, *, size: int | None = None, is_whole: bool = True) -> Message:
    """Read a message; never raises, what cannot be read becomes a defect.

    `size` is RFC822.SIZE where `raw` is abridged (see Fetched).
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    octets = len(raw) if size is None else size
    core = core_of(raw)
    defects: list[str] = []
    if b"\r" in raw[: limits.HEADER_BLOCK] and b"\n" not in raw[: limits.HEADER_BLOCK]:
        raw = raw.replace(b"\r", b"\n")
    block = _attempt(
        lambda: read_block(raw), Block((), 0), defects, "The header block is broken."
    )
    message = _attempt(
        lambda: read_header(block, sha256, octets),
        Message(sha256=sha256, size=octets),
        defects,
        "The header fields cannot be read.",
    )
    budget = Budget()
    part = _attempt(
        lambda: read_part(raw, block, len(raw), budget),
        Part("text/plain", raw, Block((), block.body), len(raw)),
        defects,
        "The parts cannot be read.",
    )
    body = _attempt(
        lambda: read_body(part, budget, is_whole=is_whole),
        Body(budget, text=""),
        defects,
        "The text cannot be read.",
    )
    if body.text.count("\n") >= limits.LINES:
        budget.note(
            "The text has too many lines; not all were looked at for quotations."
        )
    fields = _attempt(
        lambda: split(body.text, message.subject, _names(message)),
        Split(text=body.text),
        defects,
        "The quotations cannot be told from the text.",
    )
    returned = body.returned_ids + _returned_ids(message, body)
    return replace(
        message,
        core=core if message.message_id or message.dated else None,
        part_types=part_types(part),
        text=fields.text,
        forwarded=_joined(fields.forwarded, *body.forwarded),
        quoted=_joined(fields.quoted, *body.returned),
        signature=fields.signature,
        attachments=tuple(body.attachments),
        reported_to=_reported_to(message, body),
        report_actions=tuple(dict.fromkeys(body.report_actions)),
        returned_ids=message_ids(" ".join(returned))[: limits.IDS],
        defects=(*message.defects, *budget.defects, *defects),
    )


def peek(header: bytes) -> Message:
    """Read a header block alone; never raises.

    The hash is left empty, the size is that of the block.
    """
    defects: list[str] = []
    message = _attempt(
        lambda: read_header(read_block(header), "", len(header)),
        Message(sha256="", size=len(header)),
        defects,
        "The header fields cannot be read.",
    )
    return (
        replace(message, defects=(*message.defects, *defects)) if defects else message
    )


def arrived_at(header: bytes) -> datetime | None:
    """Tell from a header block when a message arrived; never raises.

    For mail that lies in files, where no INTERNALDATE is known.
    """
    return _attempt(lambda: arrival_of(read_block(header)), None, [], "")


def _attempt(
    read: Callable[[], _Read], otherwise: _Read, defects: list[str], words: str
) -> _Read:
    try:
        return read()
    except Exception:  # noqa: BLE001 - whatever a parser raises on hostile bytes
        defects.append(words)
        return otherwise


def _names(message: Message) -> tuple[str, ...]:
    """What the sender may sign with: the names in From and the address's local part."""
    return tuple(
        name for author in message.from_ for name in (author.name, author.local) if name
    )


def _returned_ids(message: Message, body: Body) -> list[str]:
    """Find the ids in a header block that a bounce prints, or encloses broken."""
    if not _may_be_a_bounce(message):
        return []
    return _RETURNED_ID.findall("\n".join((body.text, *body.returned, *body.forwarded)))


def _reported_to(message: Message, body: Body) -> tuple[str, ...]:
    """Find the addresses that a bounce names, in the words for people first."""
    if not _may_be_a_bounce(message):
        return ()
    named = "\n".join((body.text, *body.reports, *body.returned, *body.forwarded))
    found = dict.fromkeys(each.lower() for each in _ADDRESS.findall(named))
    return tuple(found)[: limits.ADDRESSES]


def _may_be_a_bounce(message: Message) -> bool:
    return (
        message.return_path == ""
        or message.content_type == "multipart/report"
        or not message.from_
        or any(author.local in _BOUNCERS for author in message.from_)
    )


def _joined(*texts: str) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())
