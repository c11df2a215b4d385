"""What a server that announces a hundred gigabytes may cost."""

from collections.abc import Iterator
from pathlib import Path

from tests.torture.finding import Finding

MOST_ADDRESSES = 8_000_000
"""Kilobytes of addresses: a literal of 100 GB that is allocated is far beyond."""
MOST_RESIDENT = 400_000
"""Kilobytes; the server here, which invents the octets, is in the same process."""


class Memory:
    """How much this process had at its most, and how much it has grown since."""

    def __init__(self) -> None:
        self._before = _peaks()

    def findings(self, about: str) -> Iterator[Finding]:
        """Yield one where it grew by more than anything asked for can need."""
        addresses, resident = (
            now - before for now, before in zip(_peaks(), self._before, strict=True)
        )
        if addresses > MOST_ADDRESSES or resident > MOST_RESIDENT:
            words = f"grew by {resident} kB, {addresses} kB of addresses"
            yield Finding("memory", about, words)


def _peaks() -> tuple[int, int]:
    status = Path("/proc/self/status").read_text("utf-8")
    found = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(found["VmPeak"].split()[0]), int(found["VmHWM"].split()[0])
