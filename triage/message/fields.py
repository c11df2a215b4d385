"""The header block of a message or of a part: bytes to fields, unfolded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from triage.message import limits
from triage.message.characters import decode

_FIELD_START = re.compile(rb"\n(?![ \t])")
_FOLD = re.compile(r"[ \t\r]*\n[ \t]+")
_NAME = re.compile(rb"[!-9;-~]+")
# A broken line between fields is skipped only where a field that mail really has comes
# next; otherwise it is the body's first line, and the empty line is what is missing.
_KNOWN_FIELD = re.compile(
    rb"(?:received|from|to|cc|bcc|sender|subject|date|message-id|references|in-reply-to"
    rb"|reply-to|return-path|delivered-to|mime-version|content-[a-z-]+|x-[!-9;-~]+"
    rb"|auto-submitted|precedence|list-[a-z-]+|authentication-results|received-spf"
    rb"|dkim-signature|arc-[a-z-]+|resent-[a-z-]+|thread-[a-z]+)[ \t]*:",
    re.IGNORECASE,
)

_TOO_LARGE = "The header block is too large; its end may not have been read."
_TOO_MANY = "There are too many header fields; not all were read."
_CUT = frozenset({_TOO_LARGE, _TOO_MANY})
_LARGE = limits.HEADER_BLOCK - limits.FIELD
"""A mailbox cuts off at the limit, and then a last field that may not be whole."""


@dataclass(frozen=True)
class Block:
    """Header fields as they were sent, unfolded, not yet decoded (RFC 5322 §2.2)."""

    fields: tuple[tuple[str, str], ...]
    body: int
    """Offset of the first octet after the block."""
    defects: tuple[str, ...] = ()

    @cached_property
    def index(self) -> dict[str, list[str]]:
        """Values of each field in order, by its name in lower case."""
        index: dict[str, list[str]] = {}
        for name, value in self.fields:
            index.setdefault(name.lower(), []).append(value)
        return index

    @property
    def is_whole(self) -> bool:
        """False where fields may stand behind what was read."""
        return _CUT.isdisjoint(self.defects)

    def all(self, name: str) -> Sequence[str]:
        """Values of a field; `name` in lower case."""
        return self.index.get(name, ())

    def first(self, name: str) -> str:
        """The topmost value of a field, or an empty string."""
        values = self.index.get(name)
        return values[0] if values else ""


def read_block(raw: bytes, start: int = 0, end: int | None = None) -> Block:
    """Read the header block that begins at `start`; the rest up to `end` is the body.

    Lines end in LF or CR LF. An mbox separator line and a byte order mark before the
    first field are passed over.
    """
    end = len(raw) if end is None else end
    if raw.startswith(b"\xef\xbb\xbf", start, end):
        start += 3
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Block((), raw.index(b"\n", start) + 1)
    block_end, body = _empty_line(raw, start, end)
    defects: list[str] = []
    if block_end - start >= _LARGE:
        defects.append(_TOO_LARGE)
    if block_end - start > limits.HEADER_BLOCK:
        block_end = _cut(raw, start, start + limits.HEADER_BLOCK)
        body = block_end if body == end else body
    fields, stopped = _fields(_FIELD_START.split(raw[start:block_end]), defects)
    return Block(
        tuple(fields), body if stopped is None else start + stopped, tuple(defects)
    )


def _cut(raw: bytes, start: int, most: int) -> int:
    """Cut off a field that may look whole; one that is too long is cut anyway."""
    last = raw.rfind(b"\n", start, most)
    return last if start < last and most - last <= limits.FIELD else most


def _empty_line(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Find where the first empty line begins and where it ends, else twice the end.

    Only the line end that the first line has is looked for in all of a large body.
    """
    signs = [b"\n\n", b"\n\r\n"]
    line_end = raw.find(b"\n", start, end)
    if line_end > start and raw[line_end - 1 : line_end] == b"\r":
        signs.reverse()
    found, body = end, end
    for sign in signs:
        position = raw.find(sign, start, min(found + len(sign), end))
        if position != -1:
            found, body = position, position + len(sign)
    return found, body


def _fields(
    lines: list[bytes], defects: list[str]
) -> tuple[list[tuple[str, str]], int | None]:
    """Read unfolded lines as fields; and the offset where the body begins after all."""
    fields: list[tuple[str, str]] = []
    offset = 0
    for number, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        if colon and _NAME.fullmatch(name):
            if len(fields) == limits.FIELDS:
                defects.append(_TOO_MANY)
                break
            fields.append((name.decode("ascii"), _value(value, defects)))
        elif number == 0 and name.startswith((b"From ", b">From ")):
            pass
        elif number + 1 < len(lines) and _KNOWN_FIELD.match(lines[number + 1]):
            defects.append("A line among the header fields is no field.")
        else:
            if line.strip():
                defects.append("No empty line ends the header block.")
            return fields, offset
        offset += len(line) + 1
    return fields, None


def _value(data: bytes, defects: list[str]) -> str:
    if len(data) > limits.FIELD:
        defects.append("A header field is too long; its end was not read.")
        data = data[: limits.FIELD]
    value, _ = decode(data)
    if "\n" in value:
        value = _FOLD.sub(" ", value)
    return value.strip(" \t\r\n")
