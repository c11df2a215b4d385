"""What a message says and encloses, gathered from its parts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from triage.message import limits
from triage.message.characters import clean, decode
from triage.message.flatten import flatten
from triage.message.flowed import unflow
from triage.message.header import message_ids
from triage.message.model import Attachment
from triage.message.parts import Budget, Part
from triage.message.words import decode_words

_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/global-delivery-status",
        "message/global-disposition-notification",
    }
)
_RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})
_ENCRYPTED = frozenset(
    {
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/pgp-encrypted",
    }
)
_SIGNATURES = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
    }
)
_TEXTS = frozenset({"text/plain", "text/html", "text/markdown"})
# RFC 8098 §3.2.5; Exchange and others write it into delivery reports too.
_ORIGINAL_ID = re.compile(
    r"^(?:X-)?Original-Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE
)
_ACTION = re.compile(r"^Action:\s*([a-z]{1,20})\b", re.IGNORECASE | re.MULTILINE)
_HTML_START = re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
# A plain alternative this short may only say that the mail needs an HTML viewer.
_MAY_BE_STUB = 300
_FORWARDED_FIELDS = ("From", "Date", "Subject")


@dataclass(slots=True)
class Body:
    """The texts of a message, each kind apart, and what else it carries."""

    budget: Budget
    is_whole: bool = True
    text: str = ""
    forwarded: list[str] = field(default_factory=list)
    """Texts of attached messages, each under its own From, Date and Subject."""
    returned: list[str] = field(default_factory=list)
    """Texts of mail that a report gives back."""
    attachments: list[Attachment] = field(default_factory=list)
    returned_ids: list[str] = field(default_factory=list)
    report_actions: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    """What reports say for machines (RFC 3464 §2.1)."""
    named: list[Part] = field(default_factory=list)
    """Texts with a file name: the text where there is no other, else attachments."""
    octets: int = limits.TEXT
    """What may still be decoded."""


def read_body(part: Part, budget: Budget, *, is_whole: bool) -> Body:
    """Read the text of a message and list what it encloses."""
    body = Body(budget, is_whole)
    body.text = _texts(part, body)
    body.text = _named_texts(body, body.text)
    return body


def part_types(part: Part) -> tuple[str, ...]:
    """List the types of all parts; those within attached messages are not ours."""
    if part.content_type.startswith("multipart/"):
        within = (kind for child in part.children for kind in part_types(child))
        return (part.content_type, *within)
    return (part.content_type,)


def _texts(part: Part, body: Body) -> str:
    match part.content_type.partition("/"):
        case ("multipart", _, "alternative"):
            return _alternative(part, body)
        case ("multipart", _, "related"):
            return _related(part, body)
        case ("multipart", _, "report"):
            return _report(part, body)
        case ("multipart", _, _):
            return _joined(_texts(child, body) for child in part.children)
        case _ if part.children:
            return _attached(part, body, body.forwarded)
        case _:
            return _leaf(part, body)


def _leaf(part: Part, body: Body) -> str:
    if _is_text(part):
        if part.file_name:
            body.named.append(part)
            return ""
        return _read_text(part, body)
    if part.content_type in _REPORTS:
        report = _plain(part, body)
        body.returned_ids += _ORIGINAL_ID.findall(report)
        body.report_actions += map(str.lower, _ACTION.findall(report))
        body.reports.append(report)
    elif part.content_type in _RETURNED_HEADERS:
        _returned_headers(part, body)
    else:
        if part.content_type in _ENCRYPTED and "signed" not in part.parameters.get(
            "smime-type", ""
        ):
            body.budget.note("The text is encrypted and was not read.")
        _enclose(part, body, is_inline=part.content_type in _SIGNATURES)
    return ""


def _is_text(part: Part) -> bool:
    return part.content_type in _TEXTS and part.disposition in ("", "inline")


def _alternative(part: Part, body: Body) -> str:
    """Prefer plain text, unless it is empty or a stub beside the HTML."""
    plain = next((p for p in part.children if _is_plain(p)), None)
    others = [child for child in part.children if child is not plain]
    text = _read_text(plain, body) if plain else ""
    if len(text.strip()) >= _MAY_BE_STUB:
        for other in others:
            _enclosures(other, body)
        return text
    rich = next(
        (rich for rich in (_texts(other, body) for other in others) if rich), ""
    )
    is_stub = len(rich.strip()) > 3 * len(text.strip()) + _MAY_BE_STUB * bool(
        text.strip()
    )
    return rich if is_stub else text


def _is_plain(part: Part) -> bool:
    return part.content_type == "text/plain" and _is_text(part)


def _enclosures(part: Part, body: Body) -> None:
    """List what a branch encloses whose text is not needed."""
    if part.content_type.startswith("multipart/"):
        for child in part.children:
            _enclosures(child, body)
    elif not _is_text(part):
        _enclose(part, body, is_inline=part.disposition != "attachment")


def _related(part: Part, body: Body) -> str:
    """Read the first part; the others are shown within it (RFC 2387)."""
    text = ""
    for number, child in enumerate(part.children):
        if number == 0 or child.children:
            text = _joined((text, _texts(child, body)))
        else:
            is_shown = child.disposition != "attachment"
            _enclose(child, body, is_inline=is_shown)
    return text


def _report(part: Part, body: Body) -> str:
    """Read the words of a report; the mail that it returns is not the writer's."""
    texts = []
    for child in part.children:
        if child.children and not child.content_type.startswith("multipart/"):
            texts.append(_attached(child, body, body.returned))
        else:
            texts.append(_texts(child, body))
    return _joined(texts)


def _attached(part: Part, body: Body, texts: list[str]) -> str:
    """Read an attached message into `texts`; it adds nothing to the writer's text."""
    _enclose(part, body, is_inline=False)
    attached = part.children[0]
    block = attached.block
    body.returned_ids += message_ids(block.first("message-id"))
    head = [
        f"{name}: {decode_words(block.first(name.lower()))}"
        for name in _FORWARDED_FIELDS
        if block.first(name.lower())
    ]
    text = _texts(attached, body)
    texts.append(_joined(("\n".join(head), text)))
    return ""


def _returned_headers(part: Part, body: Body) -> None:
    text = _plain(part, body)
    body.returned.append(text)
    for line in text.split("\n"):
        if line.lower().startswith("message-id:"):
            body.returned_ids += message_ids(line)


def _named_texts(body: Body, text: str) -> str:
    """Take texts with a file name for the text where there is no other."""
    taken: list[Part] = []
    if not text.strip():
        plain = [part for part in body.named if part.content_type != "text/html"]
        taken = plain or body.named
        text = _joined(_read_text(part, body) for part in taken)
    for part in body.named:
        if part not in taken:
            _enclose(part, body, is_inline=False)
    return text


def _enclose(part: Part, body: Body, *, is_inline: bool) -> None:
    size = part.octets(is_whole=body.is_whole)
    name = part.file_name
    body.attachments.append(Attachment(name, part.content_type, size, is_inline))


def _read_text(part: Part, body: Body) -> str:
    text = _plain(part, body)
    if part.content_type == "text/html" or _HTML_START.match(text):
        text, defect = flatten(text)
        body.budget.note(defect)
        return clean(text)
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, is_spaced=part.parameters.get("delsp", "").lower() != "yes")
    return text


def _plain(part: Part, body: Body) -> str:
    data, defect = part.payload(body.octets)
    body.octets -= len(data)
    body.budget.note(defect)
    text, defect = decode(data, part.parameters.get("charset", ""))
    body.budget.note(defect)
    return clean(text)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())
