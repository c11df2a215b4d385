"""A backup: a compressed tar file with the store, the config and a manifest.

Secrets are not in it. The manifest knows the key of our Message-IDs by a fingerprint,
so that a wrong one is noticed before answers to our letters find no case.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from triage.errors import ConfigError, Problem
from triage.store import Store
from triage.store.copying import Examined, examine
from triage.store.passing import passing_folder
from triage.store.syncing import sync

MANIFEST, STORE, CONFIG = "manifest.json", "store.sqlite3", "config.toml"
FORMAT = 1
PRIVATE = 0o600
PASSING = ".triage-backup-"
"""Alike for all backups: a killed run is cleared up after by the next, whatever its
name."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    made_at: datetime
    version: str
    """Of the program that made it."""
    key: str
    """Fingerprint of the key that makes our Message-IDs provable."""
    counts: dict[str, int]
    """Rows by table."""
    audit_head: str
    sha256: dict[str, str]
    """Of the other files, by name."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up, and by which program."""

    store: Store
    config: bytes
    key: str
    version: str


def create(source: Source, path: Path, now: datetime) -> Manifest:
    """Write a backup; it is checked before it gets its name.

    Raises ConfigError where the file is there already or cannot be written, or where
    what was written cannot be restored.
    """
    if path.exists():
        raise ConfigError(f"{path} is already there: a backup is never overwritten")
    try:
        with passing_folder(path.resolve().parent, PASSING) as folder:
            return _create(source, path, folder, now)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def _create(source: Source, path: Path, folder: Path, now: datetime) -> Manifest:
    copy = folder / STORE
    copy.touch(mode=PRIVATE)
    source.store.copy_into(copy)
    examined = examine(copy)
    if examined.problems:
        raise ConfigError(*examined.problems)
    manifest = Manifest(
        made_at=now,
        version=source.version,
        key=source.key,
        counts=examined.counts,
        audit_head=examined.audit.head,
        sha256={
            STORE: _sha256_of(copy),
            CONFIG: hashlib.sha256(source.config).hexdigest(),
        },
    )
    written = folder / "backup"
    _write(written, manifest, copy, source.config)
    verify(written)
    os.link(written, path)
    sync(path.resolve().parent)
    return manifest


def _write(path: Path, manifest: Manifest, store: Path, config: bytes) -> None:
    said = asdict(manifest) | {
        "format": FORMAT,
        "made_at": manifest.made_at.isoformat(),
    }
    text = json.dumps(said, indent=2, sort_keys=True).encode()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as tar:
            for name, data in ((MANIFEST, text), (CONFIG, config)):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(data), PRIVATE
                tar.addfile(member, io.BytesIO(data))
            member = tarfile.TarInfo(STORE)
            member.size, member.mode = store.stat().st_size, PRIVATE
            with store.open("rb") as content:
                tar.addfile(member, content)
        file.flush()
        os.fsync(file.fileno())


def verify(path: Path) -> tuple[Manifest, Examined]:
    """Check a backup down to the audit log; raises ConfigError with what is wrong."""
    with unpacked(path) as (manifest, store):
        return manifest, _examined(path, manifest, store)


def unpack(path: Path, to: Path) -> tuple[Manifest, Examined]:
    """Check a backup and put its store where `to` says, which must be free."""
    with unpacked(path, to.parent) as (manifest, store):
        examined = _examined(path, manifest, store)
        sync(store)
        os.link(store, to)
        sync(to.parent)
    return manifest, examined


def _examined(path: Path, manifest: Manifest, store: Path) -> Examined:
    examined = examine(store)
    problems = list(examined.problems)
    if examined.counts != manifest.counts:
        problems.append("it has not as many rows as the manifest says")
    if examined.audit.head != manifest.audit_head:
        problems.append("its audit log does not end as the manifest says")
    if problems:
        raise ConfigError(*(f"{path}: {problem}" for problem in problems))
    return examined


@contextmanager
def unpacked(path: Path, folder: Path | None = None) -> Iterator[tuple[Manifest, Path]]:
    """Yield a backup's manifest and its store in a file of its own, then remove it.

    Raises ConfigError where a hash is not what the manifest says.
    """
    with passing_folder(folder or Path(tempfile.gettempdir()), PASSING) as inner:
        store = inner / STORE
        try:
            manifest = _taken_out(path, store)
        except FileNotFoundError:
            raise ConfigError(f"there is no backup at {path}") from None
        except (OSError, tarfile.TarError, EOFError) as error:
            why = getattr(error, "strerror", None) or "it is damaged or cut short"
            raise ConfigError(f"{path} cannot be read as a backup: {why}") from None
        yield manifest, store


def _taken_out(path: Path, store: Path) -> Manifest:
    with tarfile.open(path, mode="r:gz") as tar:
        manifest = _manifest(path, _member(tar, path, MANIFEST).read(_CHUNK))
        wrong = []
        config = _member(tar, path, CONFIG).read()
        if hashlib.sha256(config).hexdigest() != manifest.sha256.get(CONFIG):
            wrong.append(CONFIG)
        with os.fdopen(os.open(store, os.O_WRONLY | os.O_CREAT, PRIVATE), "wb") as to:
            shutil.copyfileobj(_member(tar, path, STORE), to, _CHUNK)
        if _sha256_of(store) != manifest.sha256.get(STORE):
            wrong.append(STORE)
    if wrong:
        raise ConfigError(f"{path}: {' and '.join(wrong)} changed since it was made")
    return manifest


def _member(tar: tarfile.TarFile, path: Path, name: str) -> BinaryIO:
    try:
        found: Any = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise ConfigError(f"{path} is no backup of triage: there is no {name} in it")
    member: BinaryIO = found
    return member


def _manifest(path: Path, text: bytes) -> Manifest:
    try:
        said = json.loads(text)
        if said.pop("format") > FORMAT:
            raise ConfigError(
                Problem(
                    f"{path} was made by a newer triage ({said['version']})",
                    hint="restore it with that version",
                )
            )
        made_at = datetime.fromisoformat(said.pop("made_at"))
        return Manifest(made_at=made_at, **said)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigError(f"{path}: its {MANIFEST} cannot be read") from None


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
