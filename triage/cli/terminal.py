"""Text on a terminal: marks, width, and nothing by which a sender could steer it.

Text is put together with `marked`, `strong`, `dim`, `good` and `bad`, then laid out by
a `Look`. Whatever comes from a mail passes through `printable` first.
"""

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

WIDEST = 100
NARROWEST = 40
LEAST_ROOM = 16
USUAL_WIDTH = 80

# Controls (C0, C1), direction marks, invisible characters, lone surrogates.
_BREAK = re.compile("[\t-\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

# What begins and ends a style within a text that is not laid out yet: controls, which
# no printable text has.
_MARKED, _STRONG, _DIM, _GOOD, _BAD, _END = "\x01\x02\x03\x04\x05\x06"
_STYLES = {
    _MARKED: "\x1b[1;4m",
    _STRONG: "\x1b[1m",
    _DIM: "\x1b[2m",
    _GOOD: "\x1b[32m",
    _BAD: "\x1b[31m",
}
_RESET = "\x1b[0m"
_TOKEN = re.compile("[\x01-\x06]")


def printable(text: str) -> str:
    """Return text on one line, without what could steer a terminal or hide words."""
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub("", _BREAK.sub(" ", text))


def marked(text: str) -> str:
    """The words that matter in a sentence: underlined, or within «»."""
    return f"{_MARKED}{text}{_END}"


def strong(text: str) -> str:
    """What a reader looks for."""
    return f"{_STRONG}{text}{_END}"


def dim(text: str) -> str:
    """What most readers pass over."""
    return f"{_DIM}{text}{_END}"


def good(text: str) -> str:
    """A mark of what holds."""
    return f"{_GOOD}{text}{_END}"


def bad(text: str) -> str:
    """A mark of what does not."""
    return f"{_BAD}{text}{_END}"


@dataclass(frozen=True, slots=True)
class Look:
    """How wide lines may be, and whether there are colours."""

    width: int = USUAL_WIDTH
    has_styles: bool = False

    def lines(self, text: str, first: str = "", indent: str = "") -> Iterator[str]:
        """Lay a text out; its first line begins with `first`, others with `indent`."""
        style = ""
        room = max(self.width - len(indent), LEAST_ROOM)
        for number, line in enumerate(_wrapped(self._quoted(text), room)):
            begins = indent if number else first
            shown = begins + style + line
            for token in _TOKEN.findall(line):
                style = "" if token == _END else token
            yield self.styled(shown.rstrip() + (_END if style else ""))

    def _quoted(self, text: str) -> str:
        """Without colours, marked words stand within «»."""
        if self.has_styles:
            return text
        return re.sub(f"{_MARKED}([^{_END}]*){_END}", r"«\1»", text)

    def styled(self, line: str) -> str:
        """Return a line that needs no breaking, with its styles or without any."""
        if not self.has_styles:
            return _TOKEN.sub("", line)
        return _TOKEN.sub(lambda token: _STYLES.get(token[0], _RESET), line)


def look() -> Look:
    """The look of standard output: styles on a terminal, unless NO_COLOR is set."""
    width = shutil.get_terminal_size((USUAL_WIDTH, 24)).columns
    return Look(
        width=min(max(width, NARROWEST), WIDEST),
        has_styles=sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )


def _wrapped(text: str, room: int) -> Iterator[str]:
    """Break a text into lines of at most `room` columns, between words if it can be."""
    line = ""
    used = 0
    for word in (piece for each in text.split() for piece in _pieces(each, room)):
        wide = columns_of(word)
        if line and used + 1 + wide > room:
            yield line
            line, used = "", 0
        line = f"{line} {word}" if line else word
        used += wide + (1 if used else 0)
    yield line


def _pieces(word: str, room: int) -> Iterator[str]:
    """Cut a word that fits on no line."""
    while columns_of(word) > room:
        end = room
        while columns_of(word[:end]) > room:
            end -= 1
        yield word[:end]
        word = word[end:]
    yield word


def columns_of(text: str) -> int:
    """The columns that a text takes: some characters are two wide, marks none."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(
        0
        if c in _STYLES or c == _END or unicodedata.combining(c)
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )
