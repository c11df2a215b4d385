"""A power cut, played from what was written down: only what was synced is sure.

The shim notes each write, truncation and sync of the store's files. Of writes that were
not followed by a sync of their file, a disk may have none, some, or half of one.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.torture.kills.injecting import CALLS

HEAD = struct.Struct("=4q")
FILES = ("", "-wal", ".mark")
"""One more, -shm, is made anew from the log."""


class Cut(StrEnum):
    """What a disk has of writes that were not synced."""

    NOTHING = "nothing unsynced is left"
    SOME = "every second write is left"
    TORN = "all is left, and half of the last"


@dataclass(frozen=True, slots=True)
class Written:
    """One line of the journal."""

    call: str
    path: str
    offset: int
    data: bytes


@dataclass
class _File:
    """What a disk has of one file, and what the kernel has beyond."""

    sure: bytearray = field(default_factory=bytearray)
    pending: list[Written] = field(default_factory=list)

    def sync(self) -> None:
        for each in self.pending:
            _apply(self.sure, each)
        self.pending.clear()

    def after(self, cut: Cut) -> bytes:
        image = bytearray(self.sure)
        for each in _left(self.pending, cut):
            _apply(image, each)
        return bytes(image)


def cut_power(store: Path, before: Path, journal: Path, cut: Cut) -> None:
    """Put in a store's place what a disk has; `before` is its folder at the start."""
    files = {
        f"{store}{ending}": _File(bytearray(path.read_bytes()))
        for ending in FILES
        if (path := before / f"{store.name}{ending}").exists()
    }
    for line in _lines(journal.read_bytes()):
        _follow(files, line)
    for ending in (*FILES, "-shm"):
        path = Path(f"{store}{ending}")
        path.unlink(missing_ok=True)
        if (known := files.get(str(path))) is not None:
            path.write_bytes(known.after(cut))


def _follow(files: dict[str, _File], line: Written) -> None:
    """Let a file be as it was after a line of the journal."""
    if line.call == "unlink":
        files.pop(line.path, None)
        return
    file = files.setdefault(line.path, _File())
    if line.call in {"fsync", "fdatasync"}:
        file.sync()
    else:
        file.pending.append(line)


def _left(pending: Sequence[Written], cut: Cut) -> Sequence[Written]:
    match cut:
        case Cut.NOTHING:
            return ()
        case Cut.SOME:
            return pending[::2]
        case Cut.TORN:
            if not pending:
                return ()
            last = pending[-1]
            half = last.data[: len(last.data) // 2]
            torn = Written(last.call, last.path, last.offset, half)
            return (*pending[:-1], torn)


def _apply(image: bytearray, written: Written) -> None:
    if written.call == "ftruncate":
        size = written.offset
        del image[size:]
        image.extend(bytes(size - len(image)))
        return
    end = written.offset + len(written.data)
    image.extend(bytes(max(0, end - len(image))))
    image[written.offset : end] = written.data


def _lines(journal: bytes) -> Iterator[Written]:
    at = 0
    while at < len(journal):
        call, path_size, offset, size = HEAD.unpack_from(journal, at)
        at += HEAD.size
        path = journal[at : at + path_size].decode()
        at += path_size
        yield Written(CALLS[call], path, offset, journal[at : at + size])
        at += size
