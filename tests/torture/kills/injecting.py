"""Where a process is killed: at the Nth call of one kind, before it or after it.

System calls are counted by a shim that is compiled with gcc at run time (shim.c). Where
a compiler may be absent, steps are counted: calls into the socket and SQLite libraries,
as the interpreter's profiler sees them.
"""

import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from typing_extensions import override

CALLS = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "sendto",
    "recvfrom",
    "connect",
    "rename",
    "unlink",
    "ftruncate",
    "link",
    "mkdir",
)
"""As numbered in shim.c."""
STEP = "step"
STEPS = frozenset(
    [
        "commit",
        "connect",
        "execute",
        "executemany",
        "fsync",
        "link",
        "mkdir",
        "recv",
        "recv_into",
        "rename",
        "rmdir",
        "send",
        "sendall",
        "shutdown",
        "unlink",
        "write",
    ]
)


@dataclass(frozen=True, slots=True)
class Point:
    """One moment at which a process is killed."""

    call: str
    number: int
    is_after: bool
    """With the call's effect, which nobody noted."""

    @override
    def __str__(self) -> str:
        return f"{'after' if self.is_after else 'before'} {self.call} {self.number}"

    def as_order(self) -> dict[str, object]:
        return asdict(self)


def build_shim(folder: Path) -> Path:
    """Compile shim.c; raises OSError or CalledProcessError where that fails."""
    built = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    command = ["gcc", "-shared", "-fPIC", "-O2", "-o", str(built), str(source), "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603 - our own source
    return built


class Shim:
    """The shim in this process, which was started with it."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)
        self._library.sweep_counted.restype = ctypes.c_long

    @staticmethod
    def is_loaded() -> bool:
        return hasattr(ctypes.CDLL(None), "sweep_begin")

    def spare(self, fd: int) -> None:
        """Count no write to the log."""
        self._library.sweep_spare(fd)

    def begin(self, point: Point | None) -> None:
        """Count from now on, and die there."""
        if point is not None:
            at = ctypes.c_long(point.number)
            self._library.sweep_arm(CALLS.index(point.call), at, int(point.is_after))
        self._library.sweep_begin()

    def end(self) -> dict[str, int]:
        """Return how many calls were made."""
        self._library.sweep_end()
        counted = map(self._library.sweep_counted, range(len(CALLS)))
        return dict(zip(CALLS, counted, strict=True))

    def keep_journal(self, path: Path, files: Path) -> None:
        """Write down what is done to files whose path begins so."""
        self._library.sweep_journal(os.fsencode(path), os.fsencode(files))


class Steps:
    """Counts steps in place of system calls; each is met before it and after it."""

    def __init__(self) -> None:
        self._met = 0
        self._die_at = 0

    def begin(self, point: Point | None) -> None:
        self._die_at = 0 if point is None else point.number
        sys.setprofile(self._count)

    def _count(self, _: FrameType, event: str, called: object) -> None:
        if event not in {"c_call", "c_return", "c_exception"}:
            return
        if getattr(called, "__name__", "") in STEPS:
            self._met += 1
            if self._met == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def end(self) -> dict[str, int]:
        sys.setprofile(None)
        return {STEP: self._met}
