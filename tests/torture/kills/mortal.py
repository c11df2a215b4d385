"""The program of program.py, as its parent has it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.torture.kills.injecting import Point

KILLED = -signal.SIGKILL
MOST_SECONDS = 60.0
"""For one deed, on a busy machine; it takes a second at most."""
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended."""

    status: int
    counts: dict[str, int] = field(default_factory=dict)
    error: str = ""

    @property
    def is_killed(self) -> bool:
        return self.status == KILLED

    @property
    def is_well(self) -> bool:
        return self.status == 0


class Mortal:
    """Does one deed after the other, each in a child that may be killed."""

    def __init__(self, shim: Path | None) -> None:
        preload = {} if shim is None else {"LD_PRELOAD": str(shim)}
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.kills.program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | preload,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program."""
        try:
            self._program.communicate(timeout=30)
        finally:
            self._program.kill()

    def do(  # noqa: PLR0913 - what an order says
        self,
        config: Path,
        deed: str,
        at: datetime,
        *,
        point: Point | None = None,
        sabotages: Iterable[str] = (),
        journal: Path | None = None,
        seconds: float = MOST_SECONDS,
    ) -> Ended:
        """Have a deed done, killed at a point or not; one that hangs ends badly."""
        order = {
            "config": str(config),
            "deed": deed,
            "at": at.isoformat(),
            "point": point.as_order() if point else None,
            "sabotages": list(sabotages),
            "journal": str(journal) if journal else None,
            "seconds": seconds,
        }
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        # The program ends a child that hangs; this is for the program itself.
        watch = threading.Timer(seconds + MOST_SECONDS, self._program.kill)
        watch.start()
        try:
            return Ended(**json.loads(self._program.stdout.readline()))
        finally:
            watch.cancel()
