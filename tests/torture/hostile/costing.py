"""What each mail costs the reader process, by the kernel's figures."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from triage.message import Fetched
from triage.reader import Reader, Reading, Unreadable

PEAK = re.compile(r"^VmHWM:\s*(\d+) kB", re.MULTILINE)
NANOSECONDS = 1_000_000_000
KILOBYTES_OF_MEGABYTE = 1_024


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one mail, in the reader process."""

    seconds: float
    """Of processor."""
    megabytes: int
    """The most memory that the process held meanwhile."""


@dataclass(slots=True)
class CostingReader:
    """Has another reader read mails one by one, and looks at its process."""

    reader: Reader
    costs: dict[int, Cost] = field(default_factory=dict)
    """By UID."""
    deaths: list[int] = field(default_factory=list)
    """UIDs of mails during which the process was replaced."""

    def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]:
        for fetched in batch:
            before = self._process()
            # Five: the peak is counted anew from here (proc(5)).
            (before / "clear_refs").write_text("5")
            spent = _seconds(before)
            (answer,) = self.reader.read([fetched])
            if self._process() == before:
                cost = Cost(_seconds(before) - spent, _peak(before))
                self.costs[fetched.uid] = cost
            else:
                self.deaths.append(fetched.uid)
            yield answer

    def wait_until_ready(self) -> None:
        self.reader.rules()

    def close(self) -> None:
        self.reader.close()

    def _process(self) -> Path:
        child = self.reader._running()
        child.begun()
        return Path(f"/proc/{child._process.pid}")


def _seconds(process: Path) -> float:
    return int((process / "schedstat").read_text().split()[0]) / NANOSECONDS


def _peak(process: Path) -> int:
    found = PEAK.search((process / "status").read_text())
    assert found is not None
    return int(found[1]) // KILOBYTES_OF_MEGABYTE
