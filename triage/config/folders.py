"""Folders of rule files and templates, read or only looked at."""

import errno
import os
import stat
from pathlib import Path

from triage.errors import ConfigError, Problem

MOST_OCTETS = 8_000_000
"""Of a rule file or template; a directory of all schools has about one million."""
UNREADABLE, NOT_UTF_8 = "unreadable", "not-utf-8"


def read_folder(folder: Path, endings: tuple[str, ...]) -> dict[str, str]:
    """Return the text of every file in a folder by its name, hidden files left out.

    Raises ConfigError for a folder or file that cannot be read.
    """
    files, problems = readable_in(folder, endings)
    if problems:
        raise ConfigError(*problems)
    return files


def readable_in(
    folder: Path, endings: tuple[str, ...]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the files of a folder as `read_folder` does, and what is wrong with them.

    A file that is not UTF-8 is among them, with U+FFFD for what cannot be read. Raises
    ConfigError for a folder that cannot be read.
    """
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for path in _files_in(folder, endings):
        try:
            octets = _octets_of(path)
        except OSError as error:
            problems.append(
                Problem(f"cannot be read: {error.strerror}", str(path), code=UNREADABLE)
            )
            continue
        try:
            files[path.name] = _as_text(octets, "strict")
        except UnicodeDecodeError:
            files[path.name] = _as_text(octets, "replace")
            problems.append(_not_utf_8(path, files[path.name]))
    return files, tuple(problems)


def _octets_of(path: Path) -> bytes:
    """Read a file, and neither wait at a pipe nor read a device without end."""
    with open(path, "rb", opener=_open_at_once) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        octets = file.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise OSError(errno.EFBIG, f"it has more than {MOST_OCTETS:,} octets")
    return octets


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _as_text(octets: bytes, errors: str) -> str:
    """Decode with plain line ends, as of a file that is opened as text."""
    decoded = octets.decode("utf-8", errors)
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf_8(path: Path, text: str) -> Problem:
    line, _, _ = text.partition("\N{REPLACEMENT CHARACTER}")
    return Problem(
        "cannot be read: it is not UTF-8 text",
        str(path),
        line.count("\n") + 1,
        hint="save it as UTF-8: editors ask for the encoding under “Save as”",
        code=NOT_UTF_8,
    )


def look_at_folder(
    folder: Path, endings: tuple[str, ...]
) -> tuple[tuple[str | int, ...], ...]:
    """Return what differs as soon as a file that `read_folder` reads does.

    Nothing is opened, and nothing raised.
    """
    try:
        return tuple(_looks_of(path) for path in _files_in(folder, endings))
    except ConfigError as error:
        return ((str(error),),)


def _looks_of(path: Path) -> tuple[str | int, ...]:
    try:
        found = path.stat()
    except OSError as error:
        return path.name, str(error.strerror)
    return path.name, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def _files_in(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    if not folder.is_dir():
        raise ConfigError(f"the folder {folder} does not exist")
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise ConfigError(
            f"the folder {folder} cannot be read: {error.strerror}"
        ) from None
    return [
        path
        for path in paths
        if not path.name.startswith(".") and path.suffix in endings
    ]
