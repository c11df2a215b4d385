"""Processes: two daemons, and signals at any moment."""

import signal
from collections.abc import Iterator
from functools import partial
from time import sleep

from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.trying import Host, Try, tried
from tests.torture.row import Outcome, Row

SECOND = "another triage daemon"
MOST_SECONDS = 30.0
STEP = 0.1
MOMENTS = 24
SIGNALS = (signal.SIGTERM, signal.SIGINT)
MAILS = 20


def _two(ground: Ground) -> Outcome:
    tries = [Try("locked", _second_is_refused), Try("unlocked", _both_run)]
    return tried(ground, tries if ground.is_full else tries[:1])


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


def _both_run(host: Host) -> Iterator[Finding]:
    """Somebody deletes the lock, and starts another: each letter leaves once."""
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
            yield from host.settles()
            second.terminate()
        first.terminate()


def _signals(ground: Ground) -> Outcome:
    moments = range(MOMENTS) if ground.is_full else (3,)
    run = partial(_told_to_end, moments=moments)
    return tried(ground, [Try("signals", run, len(moments))])


def _told_to_end(host: Host, moments: range | tuple[int, ...]) -> Iterator[Finding]:
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
        fault="a second daemon is started; or both run, as somebody deleted the lock",
        run=_two,
    ),
    Row(
        name="host-signals",
        fault="SIGTERM, SIGINT and SIGHUP while mail comes in and letters leave",
        run=_signals,
        is_short=False,
    ),
)
