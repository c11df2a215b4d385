"""Processes: two daemons, and signals at any moment."""

import re
import signal
from collections.abc import Iterator
from functools import partial
from time import monotonic, sleep

from tests.journeys.running import RunningDaemon
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.disk import may_mount
from tests.torture.host.trying import Host, Try, tried
from tests.torture.row import Outcome, Row

SECOND = "another triage daemon"
MOST_SECONDS = 30.0
STEP = 0.1
MOMENTS = 24
SIGNALS = (signal.SIGTERM, signal.SIGINT)
MAILS = 20
SENT_BY_EACH = 10
BOTH_SECONDS = 90.0
SENT = re.compile(r"letter \d+ .* is sent")


def _two(ground: Ground) -> Outcome:
    tries = [Try("locked", _second_is_refused)]
    if ground.is_full:
        tries.append(Try("lock-deleted", _lock_is_deleted))
        if may_mount(ground.folder):
            tries.append(Try("two-locks", _both_run))
    return tried(ground, tries)


def _second_is_refused(host: Host) -> Iterator[Finding]:
    """A second daemon ends at once and says why; the first goes on."""
    host.install()
    with host.daemon() as first:
        first.wait_for("running")
        with host.daemon() as second:
            if second.wait() != 2 or SECOND not in second.log:
                yield host.wrong(f"the second daemon: {second.log[-400:]}")
        host.complain()
        yield from host.settles()
        first.terminate()


def _lock_is_deleted(host: Host) -> Iterator[Finding]:
    """Somebody deletes the lock, and starts another: the first stops to work."""
    host.install()
    with host.daemon() as first:
        first.wait_for("running")
        host.store.with_name(f"{host.store.name}.lock").unlink()
        with host.daemon() as second:
            if not host.says(second, "running"):
                yield host.wrong("the second daemon does not run: not tried")
            for _ in range(MAILS):
                host.complain()
                sleep(STEP)
            if not host.says(first, "was taken away or replaced"):
                yield host.wrong("the first does not notice that its lock is gone")
            yield from host.settles()
            second.terminate()
        first.terminate()


def _both_run(host: Host) -> Iterator[Finding]:
    """Each has a lock of its own, as on two hosts: both work, each letter leaves once.

    For the second, another file lies over the lock, in a mount namespace of its own.
    """
    host.install()
    with host.daemon() as first:
        first.wait_for("running")
        own = host.journey.folder / "second.lock"
        own.touch()
        lock = f"{host.store}.lock"
        mounted = f'mount --bind "{own}" "{lock}" && exec "$@"'
        with host.daemon("unshare", "--mount", "sh", "-c", mounted, "sh") as second:
            second.wait_for("running")
            until = monotonic() + BOTH_SECONDS
            while min(_sent_by(first), _sent_by(second)) < SENT_BY_EACH:
                host.complain()
                sleep(STEP)
                if monotonic() > until:
                    yield host.wrong("they did not both send: not tried")
                    break
            yield from host.settles()
            second.terminate()
        first.terminate()
    sent = f"{_sent_by(first)} and {_sent_by(second)} letters"
    host.told.append(f"two that worked at once sent {sent}")
    for daemon in (first, second):
        if "Traceback" in daemon.log:
            yield host.wrong(f"a traceback: {daemon.log[-600:]}")


def _sent_by(daemon: RunningDaemon) -> int:
    return len(SENT.findall(daemon.log))


def _signals(ground: Ground) -> Outcome:
    moments = range(MOMENTS) if ground.is_full else (3,)
    run = partial(told_to_end, moments=moments)
    return tried(ground, [Try("signals", run, len(moments))])


def told_to_end(host: Host, moments: range | tuple[int, ...]) -> Iterator[Finding]:
    """Tell it to end a little later each time, while mail comes in."""
    host.install()
    for number in moments:
        host.complain(2)
        with host.daemon() as daemon:
            daemon.wait_for("running")
            sleep(number * STEP)
            if number % 3 == 0:
                daemon.reload()
            host.complain()
            daemon.send(SIGNALS[number % len(SIGNALS)])
            status = daemon.wait(MOST_SECONDS)
            if status:
                yield host.wrong(f"status {status} after {number * STEP:.1f} s")
    with host.daemon() as daemon:
        daemon.wait_for("running")
        yield from host.settles()
        daemon.terminate()


ROWS = (
    Row(
        name="host-two-daemons",
        fault="a second daemon is started; the same once somebody deleted the lock; or"
        " both work at once, each with a lock of its own",
        run=_two,
    ),
    Row(
        name="host-signals",
        fault="SIGTERM, SIGINT and SIGHUP while mail comes in and letters leave",
        run=_signals,
        is_short=False,
    ),
)
