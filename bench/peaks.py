"""How much memory and processor time processes used, as Linux counts it."""

import os
from multiprocessing import active_children
from pathlib import Path

KIB_IN_MIB = 1024


def reader_process() -> int:
    """Return the process id of the reader, the only child of this process."""
    (child,) = active_children()
    assert child.pid is not None
    return child.pid


def peak_mib(pid: int | None = None) -> int:
    """Return the peak of a process's resident memory (VmHWM); None: this one's."""
    status = Path(f"/proc/{pid or 'self'}/status").read_text("ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) // KIB_IN_MIB


def processor_seconds(pid: int | None = None) -> float:
    """Return the processor time of a process; None: of this one."""
    stat = Path(f"/proc/{pid or 'self'}/stat").read_text("ascii", "replace")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
