"""Folders for copies of a store that are needed for a moment.

Such a copy holds all that people wrote. A process that is killed cannot remove it, so
the next one does: who works in such a folder has its lock.
"""

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from errno import EAGAIN
from pathlib import Path
from tempfile import mkdtemp

_CHANCE = re.compile(r"[a-z0-9_]{8}")
"""What `tempfile` appends."""
_MODE = 0o700
"""As `tempfile` makes folders."""
_TRIES = 5
_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def passing_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Lend a folder that is gone afterwards; those that killed runs left go first.

    What was done in it is done: what cannot be removed is left to the next one.
    """
    clear_away(parent, prefix)
    with ExitStack() as held:
        folder = _made(parent, prefix, held)
        try:
            yield folder
        finally:
            # Under its lock: else the next one removes it at the same time.
            shutil.rmtree(folder, ignore_errors=True)


def _made(parent: Path, prefix: str, held: ExitStack) -> Path:
    """Make a folder and take its lock; raises OSError."""
    for _ in range(_TRIES):
        folder = Path(mkdtemp(prefix=prefix, dir=parent))
        # Whoever clears away may take it for one that was left, and remove it.
        with suppress(FileNotFoundError, BlockingIOError):
            held.enter_context(_locked(folder))
            if folder.is_dir():
                return folder
    raise BlockingIOError(EAGAIN, "another process removes what is made", str(parent))


def clear_away(parent: Path, prefix: str) -> None:
    """Remove the folders of that kind that nobody works in."""
    for path in parent.iterdir():
        is_such = path.name.startswith(prefix)
        if is_such and _CHANCE.fullmatch(path.name.removeprefix(prefix)):
            # Not a folder, not ours, or somebody works in it.
            with suppress(OSError), _locked(path):
                shutil.rmtree(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Have the lock of a folder of ours; raises OSError where somebody else has."""
    opened = os.open(folder, _FLAGS)
    try:
        seen = os.fstat(opened)
        if seen.st_uid != os.geteuid() or stat.S_IMODE(seen.st_mode) != _MODE:
            raise PermissionError(f"{folder} is somebody else's, or was not made here")
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)
