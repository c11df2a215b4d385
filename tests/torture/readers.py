"""Processes that read mail, as the kernel tells of them."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GONE = (FileNotFoundError, ProcessLookupError)
"""What is raised of a process that ends while it is looked at."""
READ, WRITE = "0", "1"
"""As /proc/PID/syscall numbers them on x86-64."""
STOPPED = "T"
NANOSECONDS = 1_000_000_000


def readers_of(parent: int) -> Iterator[int]:
    """Find the children of a process that were spawned to read."""
    for task in _listed(Path(f"/proc/{parent}/task")):
        with suppress(*GONE):
            for child in (task / "children").read_text().split():
                with suppress(*GONE):
                    if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                        yield int(child)


def _listed(folder: Path) -> list[Path]:
    with suppress(*GONE):
        return list(folder.iterdir())
    return []


def seconds_of(pid: int) -> float:
    """Return how long a process had a processor; 0.0 of one that is gone."""
    with suppress(*GONE):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / NANOSECONDS
    return 0.0


def is_stopped_at_work(pid: int) -> bool:
    """Tell of a process whether it was stopped outside its pipes: it has a mail."""
    with suppress(*GONE):
        process = Path(f"/proc/{pid}")
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        call = (process / "syscall").read_text().split()[0]
        return state == STOPPED and call not in {READ, WRITE}
    return False
