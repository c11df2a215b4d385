"""Messages in files: .eml, mbox, Maildir, a folder of .eml, or standard input."""

import mailbox
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from triage.errors import ConfigError

_MBOX_START = b"From "


def messages_in(names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield (name, raw bytes) of every message, one at a time.

    Raises ConfigError for a name that cannot be read, before anything is yielded.
    """
    missing = [name for name in names if name != "-" and not Path(name).exists()]
    if missing:
        raise ConfigError(*(f"there is no file or folder {name}" for name in missing))
    for name in names:
        if name == "-":
            yield from _standard_input()
        else:
            yield from _in_path(Path(name), name)


def _standard_input() -> Iterator[tuple[str, bytes]]:
    raw = sys.stdin.buffer.read()
    if raw.startswith(_MBOX_START):
        raise ConfigError("an mbox is read from a file, not from standard input")
    yield "-", raw


def _in_path(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        yield from _in_folder(path, name)
    elif _is_mbox(path):
        with closing(mailbox.mbox(path, create=False)) as box:
            for key in box.iterkeys():
                yield f"{name}#{int(key) + 1}", box.get_bytes(key)
    else:
        yield name, _bytes_of(path)


def _in_folder(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
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
            yield str(file), _bytes_of(file)


def _is_mbox(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MBOX_START)) == _MBOX_START
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
