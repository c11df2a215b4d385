"""A trial that never ends, in a process that a test kills: `python -m ... CONFIG`."""

import sys
import threading
from datetime import UTC, datetime
from multiprocessing import active_children
from pathlib import Path
from time import sleep
from typing import cast

from triage.config import load_config
from triage.edition import Edition
from triage.wiring.trying import Attempt, try_apart

FOR_EVER = 600.0
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Endless:
    """Rule files that nobody can read to their end."""

    def __len__(self) -> int:
        sleep(FOR_EVER)
        return 0

    def items(self) -> None:
        sleep(FOR_EVER)


def main() -> None:
    endless = Edition(cast("dict[str, str]", Endless()), {})
    attempt = Attempt(load_config(Path(sys.argv[1])), endless, endless, NOW, ())
    trying = threading.Thread(target=try_apart, args=(attempt, threading.Event()))
    trying.start()
    while not (trials := [p for p in active_children() if p.name == "triage-trial"]):
        sleep(0.01)
    sys.stdout.write(f"{trials[0].pid}\n")
    sys.stdout.flush()
    trying.join()


if __name__ == "__main__":
    main()
