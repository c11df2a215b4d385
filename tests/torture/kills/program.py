"""An installation that can be killed anywhere: run as a program, not imported by tests.

It has imported triage and compiled the rules once. It reads one order a line, forks a
child that carries it out, and tells how the child ended and how many calls it made.
"""

import json
import logging
import os
import select
import signal
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.torture.kills.deeds import DEEDS
from tests.torture.kills.injecting import Point, Shim, Steps
from tests.torture.kills.office import Books
from tests.torture.kills.sabotage import SABOTAGES
from triage.config import load_config
from triage.wiring import log_to_stderr

log = logging.getLogger(__name__)

HUNG = 124
"""The status of a child that was not done in time; no exit of triage is that."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is told."""

    config: Path
    deed: str
    at: datetime
    point: Point | None
    sabotages: tuple[str, ...]
    journal: Path | None
    seconds: float
    """What it may take."""

    @classmethod
    def read(cls, line: str) -> "Order":
        told: dict[str, Any] = json.loads(line)
        return cls(
            config=Path(told["config"]),
            deed=told["deed"],
            at=datetime.fromisoformat(told["at"]),
            point=Point(**told["point"]) if told["point"] else None,
            sabotages=tuple(told["sabotages"]),
            journal=Path(told["journal"]) if told["journal"] else None,
            seconds=told["seconds"],
        )


def carry_out(order: Order, books: Books) -> dict[str, int]:
    """Do what was ordered, and die on the way where that was ordered too."""
    log = os.open(order.config.with_name("log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    log_to_stderr("info")
    counter: Shim | Steps = Steps()
    if Shim.is_loaded():
        counter = Shim()
        counter.spare(2)
        if order.journal is not None:
            path = load_config(order.config).store.path
            counter.keep_journal(order.journal, path)
    counter.begin(order.point)
    try:
        DEEDS[order.deed](
            order.config,
            order.at,
            books,
            [SABOTAGES[name] for name in order.sabotages],
        )
    finally:
        counts = counter.end()
    return counts


def main() -> None:
    books = Books()
    logging.raiseExceptions = False
    for line in sys.stdin:
        order = Order.read(line)
        books.learn(load_config(order.config))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                counts = carry_out(order, books)
            except BaseException as error:
                log.exception("it failed")
                os.write(writing, json.dumps({"error": repr(error)}).encode())
                os._exit(1)
            os.write(writing, json.dumps({"counts": counts}).encode())
            os._exit(0)
        os.close(writing)
        sys.stdout.write(json.dumps(_end_of(child, reading, order.seconds)) + "\n")
        sys.stdout.flush()


def _end_of(child: int, reading: int, seconds: float) -> dict[str, object]:
    """Wait for a child's end; one that is not done in time is ended."""
    is_done, _, _ = select.select([reading], [], [], seconds)
    if not is_done:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if not is_done:
        return {"status": HUNG, "error": f"it was not done in {seconds:g} seconds"}
    told: dict[str, object] = json.loads(said or "{}")
    return {"status": os.waitstatus_to_exitcode(status)} | told


if __name__ == "__main__":
    main()
