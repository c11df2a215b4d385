"""The MIME structure of a message: a bounded tree over the bytes (RFC 2046).

The standard library's parser recurses without a bound, copies every octet into strings
and reads the parameters of nested parts in quadratic time (cpython #136063). Here the
boundary lines are searched for; nothing is decoded before it is asked for.
"""

import re
from binascii import Error, a2b_base64, a2b_qp
from dataclasses import dataclass, field, replace

from triage.message import limits
from triage.message.fields import Block, read_block
from triage.message.words import decode_words, parameters

_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})
_LONGEST_BOUNDARY = 200
_LF, _CR = b"\n\r"
_OCTETS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it lies in `raw`; its body is not decoded."""

    content_type: str
    raw: bytes
    block: Block
    end: int
    parameters: dict[str, str] = field(default_factory=dict)
    children: tuple["Part", ...] = ()
    """Of a multipart its parts, of an attached message that message."""

    @property
    def disposition(self) -> str:
        """`inline`, `attachment` or another word; empty where the part does not say."""
        return parameters(self.block.first("content-disposition"))[0]

    @property
    def file_name(self) -> str:
        """The name given to the part, its folders left out, or an empty string."""
        _, given = parameters(self.block.first("content-disposition"))
        name = decode_words(given.get("filename") or self.parameters.get("name", ""))
        return name.replace("\\", "/").rpartition("/")[2][: limits.FILE_NAME]

    @property
    def encoding(self) -> str:
        return parameters(self.block.first("content-transfer-encoding"))[0]

    def payload(self, limit: int) -> tuple[bytes, str | None]:
        """Decode at most `limit` octets; also what was wrong in words, or None."""
        encoding, start = self.encoding, self.block.body
        # Base64 with line ends takes four octets for three, QP at most three for one.
        reach = {"base64": limit * 3 // 2, "quoted-printable": limit * 3}
        end = min(self.end, start + reach.get(encoding, limit) + 1)
        body, defect = self.raw[start:end], None
        if encoding == "base64":
            body, defect = _from_base64(body)
        elif encoding == "quoted-printable":
            body = a2b_qp(body)
        elif encoding not in _PLAIN_ENCODINGS:
            defect = "A part is encoded in a way that is not known."
        if end < self.end or len(body) > limit:
            return body[:limit], "A text is too long; its end was not read."
        return body, defect

    def octets(self, *, is_whole: bool) -> int:
        """Size the decoded body; in abridged mail X-Triage-Octets is believed."""
        stated = self.block.first("x-triage-octets")
        if not is_whole and _OCTETS.fullmatch(stated):
            return int(stated)
        start = self.block.body
        length = self.end - start
        if self.encoding != "base64":
            return length
        line_ends = self.raw.count(b"\n", start, self.end)
        line_ends += self.raw.count(b"\r", start, self.end)
        padding = self.raw.count(b"=", max(start, self.end - 4), self.end)
        return max(0, (length - line_ends) * 3 // 4 - padding)


@dataclass(slots=True)
class Budget:
    """What is left to read of a message, and what was cut or found broken."""

    parts: int = limits.PARTS
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str | None) -> None:
        if defect and defect not in self.defects:
            self.defects.append(defect)


def read_part(
    raw: bytes, block: Block, end: int, budget: Budget, depth: int = 0
) -> Part:
    """Read the part whose header block is given and whose body ends at `end`."""
    stated, given = parameters(block.first("content-type"))
    content_type = stated if stated.count("/") == 1 else "text/plain"
    part = Part(content_type, raw, block, max(end, block.body), given)
    budget.parts -= 1
    if content_type.startswith("multipart/"):
        return _read_multipart(part, budget, depth)
    if content_type in _MESSAGE_TYPES:
        return _read_attached(part, budget, depth)
    return part


def _read_multipart(part: Part, budget: Budget, depth: int) -> Part:
    boundary = part.parameters.get("boundary", "")
    if not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        budget.note("A multipart names no boundary; it was read as text.")
        return _as_text(part)
    if depth >= limits.DEPTH:
        budget.note("The parts are nested too deeply; the innermost were not read.")
        return part
    children = []
    spans = _spans(part, b"--" + boundary.encode(), budget)
    for start, end in spans:
        if budget.parts <= 0:
            budget.note("There are too many parts; the last were not read.")
            break
        block = read_block(part.raw, start, end)
        for defect in block.defects:
            budget.note(defect)
        if part.content_type == "multipart/digest" and not block.first("content-type"):
            # RFC 2046 §5.1.5
            block = replace(block, fields=(("Content-Type", "message/rfc822"),))
        children.append(read_part(part.raw, block, end, budget, depth + 1))
    if not spans:
        budget.note("A multipart has no parts; it was read as text.")
        return _as_text(part)
    return replace(part, children=tuple(children))


def _spans(part: Part, delimiter: bytes, budget: Budget) -> list[tuple[int, int]]:
    """Find where the parts between delimiter lines begin and end (RFC 2046 §5.1.1)."""
    raw, end = part.raw, part.end
    spans: list[tuple[int, int]] = []
    start = None
    after = part.block.body
    for _ in range(limits.DELIMITERS):
        position = raw.find(delimiter, after, end)
        if position == -1 or len(spans) > budget.parts:
            break
        after = position + len(delimiter)
        if position == part.block.body or raw[position - 1] == _LF:
            line_end = raw.find(b"\n", after, end)
            line_end = end if line_end == -1 else line_end
            is_last = raw.startswith(b"--", after, end)
            if not raw[after + 2 * is_last : line_end].strip():
                if start is not None:
                    spans.append((start, _before_line_end(raw, start, position)))
                if is_last:
                    return spans
                start = min(line_end + 1, end)
                after = line_end
    if start is not None:
        budget.note("A multipart is not closed.")
        spans.append((start, end))
    return spans


def _before_line_end(raw: bytes, start: int, position: int) -> int:
    if position > start and raw[position - 1] == _LF:
        position -= 1
    if position > start and raw[position - 1] == _CR:
        position -= 1
    return position


def _read_attached(part: Part, budget: Budget, depth: int) -> Part:
    if depth >= limits.DEPTH or budget.parts <= 0:
        budget.note("The parts are nested too deeply; the innermost were not read.")
        return part
    raw, start, end = part.raw, part.block.body, part.end
    if part.encoding not in _PLAIN_ENCODINGS:
        raw, defect = part.payload(limits.TEXT)
        budget.note(defect)
        start, end = 0, len(raw)
    block = read_block(raw, start, end)
    attached = read_part(raw, block, end, budget, depth + 1)
    return replace(part, children=(attached,))


def _as_text(part: Part) -> Part:
    return replace(part, content_type="text/plain")


def _from_base64(body: bytes) -> tuple[bytes, str | None]:
    """Decode leniently: line noise is passed over, a cut end is filled up."""
    data = body.rstrip(b"\r\n\t =")
    try:
        return a2b_base64(data + b"=="), None
    except Error:
        # One character is left over after the last group of four.
        pass
    try:
        return a2b_base64(data[:-1] + b"=="), "A part's base64 encoding is broken."
    except Error:
        return b"", "A part's base64 encoding is broken."
