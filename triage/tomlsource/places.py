"""Where every key and array item of a TOML text stands: one pass over the text.

This is no parser: `tomllib` says whether a text is TOML (https://toml.io/en/v1.0.0).
The scan reads what it understands and stops quietly where it does not, so that a broken
file still yields the places before the break, and keys that are given twice.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^\s,\[\]{}#=\"']+(?: \d\d:[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?")


@dataclass
class Places:
    """Offsets into the text by path; `twice` are (path, second offset)."""

    offsets: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[Path, int]] = field(default_factory=list)


class _StopError(Exception):
    """The text is not TOML from here on."""


def find_places(text: str) -> Places:
    """Return the place of every table, key and array item of `text`."""
    scan = _Scan(text)
    with suppress(_StopError, RecursionError):
        scan.document()
    return scan.found


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Places()
        self._given: set[Path] = set()
        self._counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self._next():
            if self._skip("[["):
                table = self._header("]]")
            elif self._skip("["):
                table = self._header("]")
            else:
                self._pair(table)

    def _header(self, end: str) -> Path:
        start = self.at - len(end)
        path: Path = ()
        for part, _ in self._key():
            self._enter(path, start)
            path = (*self._newest(path), part)
        if not self._skip(end):
            raise _StopError
        if end == "]]":
            self._enter(path, start)
            self._counts[path] = self._counts.get(path, -1) + 1
            path = self._newest(path)
            self._enter(path, start)
        else:
            self._give(path, start)
        return path

    def _newest(self, path: Path) -> Path:
        """A header below an array of tables means the array's last table."""
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        path = table
        parts = self._key()
        for part, offset in parts[:-1]:
            path = (*path, part)
            self._enter(path, offset)
        last, offset = parts[-1]
        path = (*path, last)
        self._give(path, offset)
        if not self._skip("="):
            raise _StopError
        self._space()
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._skip("["):
            self._array(path)
        elif self._skip("{"):
            self._inline_table(path)
        else:
            match = _TEXT.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if not match:
                raise _StopError
            self.at = match.end()

    def _array(self, path: Path) -> None:
        index = 0
        while self._next() and not self._skip("]"):
            item = (*path, index)
            self._enter(item, self.at)
            self._value(item)
            index += 1
            self._next()
            if not self._skip(",") and not self.text.startswith("]", self.at):
                raise _StopError

    def _inline_table(self, path: Path) -> None:
        while self._next() and not self._skip("}"):
            self._pair(path)
            self._next()
            if not self._skip(",") and not self.text.startswith("}", self.at):
                raise _StopError

    def _key(self) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            self._space()
            match = _KEY.match(self.text, self.at)
            if not match:
                raise _StopError
            part = match[0]
            parts.append((part[1:-1] if part[0] in "\"'" else part, self.at))
            self.at = match.end()
            self._space()
            if not self._skip("."):
                return parts

    def _enter(self, path: Path, offset: int) -> None:
        self.found.offsets.setdefault(path, offset)

    def _give(self, path: Path, offset: int) -> None:
        if path in self._given:
            self.found.twice.append((path, offset))
        self._given.add(path)
        self._enter(path, offset)

    def _next(self) -> bool:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def _space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _skip(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False
