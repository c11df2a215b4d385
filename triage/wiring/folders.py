"""The folders of rule files and templates, as people edit them."""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from triage.config import Config, look_at_folder
from triage.edition import Edition
from triage.errors import ConfigError
from triage.wiring.rulebook import RULE_ENDINGS, TEMPLATE_ENDINGS, edition_of

NEW_FILE = 0o644


class RuleFolders:
    """Where an edition is read from, and written back to."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def look(self) -> object:
        """Return what differs as soon as a file does; cheap, and never raises."""
        return (
            look_at_folder(self._config.rules.folder, RULE_ENDINGS),
            look_at_folder(self._config.templates.folder, TEMPLATE_ENDINGS),
        )

    def read(self) -> Edition:
        """Read what stands there; raises ConfigError."""
        return edition_of(self._config)

    def write(self, edition: Edition, before: Edition) -> None:
        """Put an edition in the place of what stands there, file by file.

        A file is replaced at once and whole, whoever reads it meanwhile. Raises
        ConfigError where a folder cannot be written; what is done stays done.
        """
        for folder, old, new in (
            (self._config.rules.folder, before.rules, edition.rules),
            (self._config.templates.folder, before.templates, edition.templates),
        ):
            try:
                _write_folder(folder, old, new)
            except OSError as error:
                raise ConfigError(
                    f"{error.filename or folder} cannot be written: {error.strerror}"
                ) from None


def _write_folder(folder: Path, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in new.items():
        if old.get(name) != text:
            replace_file(folder / name, text)
    for name in old.keys() - new.keys():
        (folder / name).unlink(missing_ok=True)


def replace_file(path: Path, text: str) -> None:
    """Write beside, then rename: nobody ever reads half a file; raises OSError."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        _belong_like(path, file.fileno())
    beside.replace(path)


def _belong_like(path: Path, file: int) -> None:
    """Give a new file the owner and rights of the one it replaces.

    Or those of its folder: who could edit it before can go on editing it.
    """
    like = (path if path.exists() else path.parent).stat()
    mode = stat.S_IMODE(like.st_mode) if path.exists() else NEW_FILE
    os.fchmod(file, mode)
    with contextlib.suppress(PermissionError):
        os.fchown(file, like.st_uid, like.st_gid)


@dataclass(frozen=True, slots=True)
class FileChange:
    """What differs in one file between two editions."""

    folder: str
    name: str
    what: str
    """`added`, `removed` or `changed`."""


def changes_between(before: Edition, after: Edition) -> Iterator[FileChange]:
    """Yield the files that differ, rule files first."""
    for folder, old, new in (
        ("rules", before.rules, after.rules),
        ("templates", before.templates, after.templates),
    ):
        for name in sorted(old.keys() | new.keys()):
            if name not in old:
                yield FileChange(folder, name, "added")
            elif name not in new:
                yield FileChange(folder, name, "removed")
            elif old[name] != new[name]:
                yield FileChange(folder, name, "changed")
