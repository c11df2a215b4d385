"""Who works on a store, and whether it can be written: looked at, never tried."""

import errno
import fcntl
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from triage.store.opening import lock_path

_NEEDED = ("", "-wal", "-shm")
_HELD = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whether a process has the lock of a store."""

    is_there: bool | None
    """None: nobody can tell; the lock is missing, or not for us to open."""
    process: int | None = None
    since: datetime | None = None
    """When it took the lock."""


def holder_of(store: Path) -> Holder:
    """Look who has the lock of a store; it is ours for a moment where nobody has it."""
    try:
        lock = os.open(lock_path(store), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return Holder(is_there=None)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            return Holder(is_there=None)
        text = os.pread(lock, 32, 0).strip()
        return Holder(
            is_there=True,
            process=int(text) if text.isdigit() else None,
            since=datetime.fromtimestamp(os.fstat(lock).st_mtime, UTC),
        )
    finally:
        os.close(lock)
    return Holder(is_there=False)


def why_unwritable(store: Path) -> str | None:
    """Say what keeps the owner of a store from writing it; None: nothing that shows."""
    beside = (store.with_name(store.name + ending) for ending in _NEEDED)
    for path in (store.parent, *beside):
        if not path.exists():
            continue
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            return "its file system is mounted read-only"
        if _is_closed(path):
            return f"{path} may only be read"
    return None


def _is_closed(path: Path) -> bool:
    """Only root and the owner are told the truth: others may not write it anyway."""
    found = path.stat()
    if os.geteuid() in {0, found.st_uid} and not os.access(path, os.W_OK):
        return True
    return found.st_uid != 0 and not found.st_mode & stat.S_IWUSR
