"""Several processes over one store."""

import subprocess
import sys
from pathlib import Path

from tests.store.making import record_case
from triage.store import State, Store

LETTERS = 60
CLAIMER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from triage.store import Store
from triage.store.moving import Claim

now = datetime(2026, 4, 3, tzinfo=UTC)
with Store.open(Path(sys.argv[1]), exclusive=False) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    claim = Claim(owner=sys.argv[2], deadline=now + timedelta(minutes=15))
    while letter := store.outbox.claim(now, claim):
        store.outbox.finish(letter, now, claim)
        print(letter.id, flush=True)
"""


def test_processes_that_race_never_have_the_same_letter(
    store: Store, path: Path
) -> None:
    for uid in range(1, LETTERS + 1):
        record_case(store, uid)

    racers = [
        subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", CLAIMER, str(path), f"racer {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for number in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    taken = []
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        output, _ = racer.communicate(timeout=60)
        assert racer.returncode == 0
        taken.append([int(word) for word in output.split()])

    together = sorted(number for numbers in taken for number in numbers)
    assert together == list(range(1, LETTERS + 1))
    assert len(store.outbox.listed(State.FINISHING)) == LETTERS
