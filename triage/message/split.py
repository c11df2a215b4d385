"""A text divided into the writer's own words and what is quoted, forwarded or signed.

Every line lands in one of the four fields; where it is not certain that a line is
somebody else's, it stays with the writer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from triage.message import limits
from triage.message.marks import (
    attribution_end,
    attribution_starts,
    begins_forwarded,
    begins_original,
    header_run_end,
    is_bare_divider,
    is_quoted,
    unquoted,
)
from triage.message.signature import signature_lines

_FORWARDING_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|tr|rv|wg|enc|i|doorst)\s*:", re.IGNORECASE
)
_ANSWERING_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|aw|antw?|sv|rép|res|r)\s*(?:\[\d+\])?\s*:",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
# "Please see below", "FYI": no more than this and the block below is the message.
_NEARLY_EMPTY = 8


class _Kind(Enum):
    OWN = auto()
    QUOTED = auto()
    FORWARDED = auto()
    PASSED_ON = auto()
    """Quoted or forwarded: the subject and the writer's own words decide."""


@dataclass(frozen=True, slots=True)
class Split:
    """The four fields of a text; quotation signs are taken off."""

    text: str = ""
    forwarded: str = ""
    quoted: str = ""
    signature: str = ""


def split(text: str, subject: str = "", names: Sequence[str] = ()) -> Split:
    """Divide a text; `names` are those of the sender, as they may sign.

    `text` is clean and has its quotations marked with `>`. What lies beyond the limit
    of lines is left to the writer.
    """
    *lines, rest = text.split("\n", limits.LINES)
    if len(lines) < limits.LINES:
        lines.append(rest)
        rest = ""
    own: list[str] = []
    signed: list[str] = []
    passages: list[tuple[_Kind, str]] = []
    for kind, start, end in _passages(lines):
        passage = lines[start:end]
        if kind is _Kind.OWN:
            flags = signature_lines(passage, names)
            own.append(_picked(passage, flags, wanted=False))
            signed.append(_picked(passage, flags, wanted=True))
        else:
            passages.append((kind, "\n".join(unquoted(line) for line in passage)))
    own_text = _joined([*own, rest])
    passed_on = _passed_on(subject, own_text) if passages else _Kind.QUOTED
    quoted: list[str] = []
    forwarded: list[str] = []
    for kind, passage_text in passages:
        is_forwarded = (
            passed_on if kind is _Kind.PASSED_ON else kind
        ) is _Kind.FORWARDED
        (forwarded if is_forwarded else quoted).append(passage_text)
    return Split(own_text, _joined(forwarded), _joined(quoted), _joined(signed))


def _passed_on(subject: str, own_text: str) -> _Kind:
    """Judge a block without a sign of its own: quoted, or passed on to be read."""
    words = len(_WORD.findall(own_text[:1000]))
    if _FORWARDING_SUBJECT.match(subject) or words == 0:
        return _Kind.FORWARDED
    if words <= _NEARLY_EMPTY and not _ANSWERING_SUBJECT.match(subject):
        return _Kind.FORWARDED
    return _Kind.QUOTED


def _passages(lines: Sequence[str]) -> list[tuple[_Kind, int, int]]:
    """Cut the lines where mail programs mark a quoted or forwarded block."""
    passages: list[tuple[_Kind, int, int]] = []
    starts = attribution_starts(lines)
    own_start = index = 0
    while index < len(lines):
        block = _block_at(lines, index, may_attribute=index in starts)
        if block is None:
            index += 1
            continue
        kind, end = block
        if own_start < index:
            passages.append((_Kind.OWN, own_start, index))
        passages.append((kind, index, end))
        own_start = index = end
    if own_start < len(lines):
        passages.append((_Kind.OWN, own_start, len(lines)))
    return passages


def _block_at(
    lines: Sequence[str], index: int, *, may_attribute: bool
) -> tuple[_Kind, int] | None:
    """Give the kind and the end of a block that begins at this line, if one does."""
    line = lines[index]
    if not line.strip():
        return None
    if is_quoted(line):
        end = _quotation_end(lines, index)
        is_forwarded = any(
            begins_forwarded(unquoted(q)) for q in lines[index : index + 3]
        )
        return (_Kind.FORWARDED if is_forwarded else _Kind.PASSED_ON, end)
    if begins_forwarded(line):
        return _Kind.FORWARDED, _block_end(lines, index + 1)
    if begins_original(line):
        return _Kind.PASSED_ON, _block_end(lines, index + 1)
    head = attribution_end(lines, index) if may_attribute else None
    if head is None:
        start = _next_filled(lines, index + is_bare_divider(line))
        head = header_run_end(lines, start) if start < len(lines) else None
    return None if head is None else (_Kind.PASSED_ON, _block_end(lines, head))


def _block_end(lines: Sequence[str], index: int) -> int:
    """Find the end of a block after its mark: of its quotation, or of everything.

    Printed header fields may stand between the mark and the quotation.
    """
    start = _next_filled(lines, index)
    if start < len(lines) and not is_quoted(lines[start]):
        start = _next_filled(lines, header_run_end(lines, start) or start)
    if start < len(lines) and is_quoted(lines[start]):
        return _quotation_end(lines, start)
    return len(lines)


def _quotation_end(lines: Sequence[str], start: int) -> int:
    """Find the end of a run of quoted lines; empty lines within it belong to it."""
    end = index = start
    while index < len(lines) and (is_quoted(lines[index]) or not lines[index].strip()):
        index += 1
        if lines[index - 1].strip():
            end = index
    return end


def _next_filled(lines: Sequence[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _picked(lines: Sequence[str], flags: Sequence[bool], *, wanted: bool) -> str:
    picked = (line for line, flag in zip(lines, flags, strict=True) if flag is wanted)
    return _EMPTY_LINES.sub("\n\n", "\n".join(picked))


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())
