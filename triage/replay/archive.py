"""Messages in files: .eml, mbox, Maildir, a folder of .eml, or standard input."""

import mailbox
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from triage.errors import ConfigError
from triage.message import arrived_at
from triage.message.limits import HEADER_BLOCK

_MBOX_START = b"From "


def messages_in(names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield (name, raw bytes) of every message, one at a time.

    Raises ConfigError for a name that cannot be read; before anything is yielded,
    where that can be told.
    """
    with Archive(names) as archive:
        for entry in archive.entries():
            try:
                yield entry.name, entry.read()
            except OSError as error:
                raise ConfigError(
                    f"{entry.name} cannot be read: {error.strerror}"
                ) from None


class Entry(Protocol):
    """One message of an archive, not read yet; reading may raise OSError."""

    @property
    def name(self) -> str: ...
    def read(self) -> bytes: ...
    def head(self) -> bytes: ...
    def changed_at(self) -> datetime: ...


class Archive:
    """Files and folders with mail in them; nothing of the mail is held in memory.

    A context manager: leaving it closes what is open. Raises ConfigError for names that
    are not there.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._opened = ExitStack()
        missing = [n for n in self._names if n != "-" and not Path(n).exists()]
        if missing:
            raise ConfigError(
                *(f"there is no file or folder {name}" for name in missing)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def entries(self) -> Iterator[Entry]:
        """Yield every message, in the order of the names and of the files."""
        for name in self._names:
            if name == "-":
                yield _StandardInput()
            else:
                yield from self._in_path(Path(name), name)

    def _in_path(self, path: Path, name: str) -> Iterator[Entry]:
        if path.is_dir():
            yield from _in_folder(path, name)
        elif _is_mbox(path):
            box = mailbox.mbox(path, create=False)
            self._opened.callback(box.close)
            for key in box.iterkeys():
                yield _InMbox(path, name, box, key)
        else:
            yield _File(path, name)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str

    def read(self) -> bytes:
        return self.path.read_bytes()

    def head(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(HEADER_BLOCK)

    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)


@dataclass(frozen=True, slots=True)
class _InMbox:
    path: Path
    file: str
    box: mailbox.mbox
    key: str

    @property
    def name(self) -> str:
        return f"{self.file}#{int(self.key) + 1}"

    def read(self) -> bytes:
        return self.box.get_bytes(self.key)

    def head(self) -> bytes:
        with self.box.get_file(self.key) as file:
            head: bytes = file.read(HEADER_BLOCK)
            return head

    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)


@dataclass(slots=True)
class _StandardInput:
    name: str = "-"
    _raw: bytes | None = None

    def read(self) -> bytes:
        if self._raw is None:
            self._raw = sys.stdin.buffer.read()
        if self._raw.startswith(_MBOX_START):
            raise ConfigError("an mbox is read from a file, not from standard input")
        return self._raw

    def head(self) -> bytes:
        return self.read()[:HEADER_BLOCK]

    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(Path("/dev/stdin").stat().st_mtime, UTC)


def _in_folder(path: Path, name: str) -> Iterator[Entry]:
    is_maildir = (path / "cur").is_dir() and (path / "new").is_dir()
    found = (
        [file for part in ("new", "cur") for file in (path / part).iterdir()]
        if is_maildir
        else list(path.rglob("*.eml"))
    )
    if not found:
        raise ConfigError(f"the folder {name} holds no message (*.eml, or a Maildir)")
    for file in sorted(found):
        if file.is_file():
            yield _File(file, str(file))


def _is_mbox(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MBOX_START)) == _MBOX_START
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def in_order_of_arrival(
    entries: Iterable[Entry],
) -> list[tuple[datetime, Entry]]:
    """Sort by the time in the topmost Received, else in Date, else of the file."""
    dated = [(_arrival_of(entry), entry) for entry in entries]
    dated.sort(key=lambda pair: pair[0])
    return dated


def _arrival_of(entry: Entry) -> datetime:
    try:
        return arrived_at(entry.head()) or entry.changed_at()
    except OSError:
        # It is told of when its turn to be read comes.
        return entry.changed_at()
