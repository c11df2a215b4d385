"""Killed at some steps and started again: nothing is sent twice or lost (S8, H1).

Every system call, with and without its effect, and the recovery too:
`python -m tests.torture kills-dispatch`.
"""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.smtp.scripted import ScriptedServer, Step, accepting
from tests.store.making import NOW, make_letter, record_case
from triage.store import State, Store

STRIDE = 7
LETTERS = 2
AFTER_THE_WAIT = NOW + timedelta(minutes=16)
KILLED = -signal.SIGKILL
MOST_STEPS = 2000


def order(path: Path, server: ScriptedServer, now: datetime, step: int = 0) -> str:
    seen = [letter.message_id for letter in server.accepted]
    fields = {"path": str(path), "port": server.port, "now": now.isoformat()}
    return json.dumps(fields | {"seen": seen, "step": step})


class Mortal:
    """The program of mortal.py: sends once per order and tells how that ended."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.dispatch.mortal"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def send(
        self, path: Path, server: ScriptedServer, now: datetime, step: int = 0
    ) -> int:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(order(path, server, now, step) + "\n")
        self._program.stdin.flush()
        return int(self._program.stdout.readline())

    def close(self) -> None:
        self._program.communicate(timeout=10)


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    program = Mortal()
    yield program
    program.close()


def compose(path: Path) -> None:
    with Store.open(path, exclusive=True) as store:
        for uid in range(1, LETTERS + 1):
            reference = f"CMP-2026-{uid:05d}"
            message_id = f"<ack.{reference}@ours.example>"
            data = f"Message-ID: {message_id}\r\n\r\nThank you.\r\n".encode()
            letter = make_letter(reference, message_id=message_id, data=data)
            record_case(store, uid, letters=(letter,))


def ending(path: Path) -> dict[str, State]:
    with Store.open(path, exclusive=False) as store:
        return {line.message_id: line.state for line in store.outbox.listed()}


def assert_once_and_only_once(path: Path, server: ScriptedServer) -> None:
    copies = Counter(letter.message_id for letter in server.accepted)
    states = ending(path)

    assert set(copies.values()) <= {1}, copies
    assert len(states) == LETTERS
    assert set(states.values()) <= {State.SENT, State.HELD}
    sent = {letter for letter, state in states.items() if state is State.SENT}
    assert sent == set(copies)


COURSES: dict[str, dict[str, Step | list[Step]]] = {
    "accepts": {},
    "accepts late": {"dot": accepting(b"250 2.0.0 queued\r\n", after=0.05)},
    "puts the first off": {
        "dot": [b"451 4.3.0 not now\r\n", accepting(b"250 2.0.0 queued\r\n")]
    },
}


@pytest.mark.parametrize("course", COURSES)
def test_killed_at_any_step_nothing_is_sent_twice_and_nothing_is_lost(
    mortal: Mortal, tmp_path: Path, course: str
) -> None:
    ends: Counter[State] = Counter()
    status, step = KILLED, 0
    for step in range(1, MOST_STEPS, STRIDE):
        path = tmp_path / f"{step}.sqlite3"
        compose(path)
        with ScriptedServer(COURSES[course]) as server:
            status = mortal.send(path, server, NOW, step)
            assert mortal.send(path, server, NOW) == 0
            server.settle()
            assert mortal.send(path, server, AFTER_THE_WAIT) == 0
        assert_once_and_only_once(path, server)
        ends.update(ending(path).values())
        if status == 0:
            break
        assert status == KILLED

    assert status == 0, "the sweep did not come to its end"
    print(f"{course}: killed at {step - 1} steps, stride {STRIDE}: {dict(ends)}")  # noqa: T201 - the figure
