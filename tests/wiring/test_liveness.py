"""Whether the daemon runs, by the lock on its store and its last signs."""

from datetime import UTC, datetime, timedelta

import pytest

from triage.store import Holder
from triage.wiring.liveness import State, state_of

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def held(minutes: float) -> Holder:
    return Holder(is_there=True, process=1, since=NOW - minutes * MINUTE)


@pytest.mark.parametrize(
    ("holder", "seen", "stopped", "state"),
    [
        (held(0.1), None, None, State.STARTING),
        (held(10), None, None, State.STARTING),
        (held(10), 60, 59, State.STARTING),
        (held(30), None, None, State.SILENT),
        (held(30), 5, None, State.SILENT),
        (held(10), 5, None, State.SILENT),
        (held(10), 0.2, None, State.RUNNING),
        (Holder(is_there=False), 5, 4, State.STOPPED),
        (Holder(is_there=False), 5, None, State.DEAD),
        (Holder(is_there=False), None, None, State.NEVER),
        (Holder(is_there=None), 0.2, None, State.RUNNING),
        (Holder(is_there=None), 5, None, State.LOST),
    ],
    ids=[
        "took the lock just now",
        "a large store is checked before the first sign",
        "after an earlier run that ended",
        "never gave a sign",
        "gives none any more",
        "gave one since it began, and none any more",
        "gives signs",
        "ended as it should",
        "broke off",
        "never ran",
        "gives signs, and its lock is not ours to see",
        "gives none, and its lock is not ours to see",
    ],
)
def test_a_daemon_is_known_by_its_lock_and_its_signs(
    holder: Holder, seen: float | None, stopped: float | None, state: State
) -> None:
    seen_at = None if seen is None else NOW - seen * MINUTE
    stopped_at = None if stopped is None else NOW - stopped * MINUTE

    assert state_of(holder, seen_at, stopped_at, NOW) is state
