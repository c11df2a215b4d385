"""A dispatcher that can be killed at any step: run as a program, not imported by tests.

It reads one JSON object a line, forks a child for each and tells how the child ended.
The child sends what is due in a store and kills itself with SIGKILL at the step of that
number. A step is a call into the socket or the SQLite library, counted once before it
(it has had no effect) and once after it (it has had its effect, and nobody noted it).
"""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType

from triage.dispatch import Dispatch, Sender
from triage.smtp import Limits, Server, Submission
from triage.store import Store

STEPS = frozenset({"connect", "execute", "recv", "sendall", "shutdown"})


class Witness:
    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def has(self, message_id: str) -> bool:
        return message_id in self._seen


def send(order: dict[str, object]) -> None:
    now = datetime.fromisoformat(str(order["now"]))
    seen = order["seen"]
    assert isinstance(seen, list)
    server = Server("127.0.0.1", int(str(order["port"])), "plain")
    with Store.open(Path(str(order["path"])), exclusive=True) as store:
        dispatch = Dispatch(
            outbox=store.outbox,
            submission=Submission(server, Limits(connect=5, before_dot=5, after_dot=5)),
            witness=Witness(seen),
            sender=Sender("mortal"),
            clock=lambda: now,
        )
        die_at(int(str(order["step"])))
        dispatch.recover()
        dispatch.run()
        sys.setprofile(None)


def die_at(step: int) -> None:
    left = step

    def count(_: FrameType, event: str, called: object) -> None:
        nonlocal left
        if event not in {"c_call", "c_return"}:
            return
        if getattr(called, "__name__", "") in STEPS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if step:
        sys.setprofile(count)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                send(json.loads(line))
            except BaseException as error:  # noqa: BLE001 - told to the parent, whatever it is
                sys.stderr.write(f"{error!r}\n")
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
