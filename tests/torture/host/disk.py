"""A disk that is full, fails or may only be read."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from shutil import which

from tests.journeys.running import RunningDaemon
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.trying import Host, Try, tried
from tests.torture.row import Outcome, Row

LASTING = (
    ("pwrite64", "ENOSPC"),
    ("pwrite64", "EDQUOT"),
    ("pwrite64", "EIO"),
    ("pwrite64", "EROFS"),
    ("fdatasync", "EIO"),
    ("fdatasync", "ENOSPC"),
    ("openat", "EMFILE"),
    ("openat", "EACCES"),
    ("write", "ENOSPC"),
    ("write", "EIO"),
)
ONCE = (1, 2, 3, 5, 8)
SMALL = "size=6m"
ATTACH_SECONDS = 30


def _inject(ground: Ground) -> Outcome:
    if which("strace") is None:
        return Outcome(cases=0, note="strace is not installed")
    lasting = [
        Try(f"{call}-{error}", partial(_lasting, call=call, error=error))
        for call, error in (LASTING if ground.is_full else LASTING[:1])
    ]
    if not ground.is_full:
        return tried(ground, lasting)
    once = [
        Try(f"once-{call}", partial(_once, call=call), len(ONCE))
        for call in ("pwrite64", "fdatasync")
    ]
    return tried(ground, [*lasting, *once])


def _lasting(host: Host, call: str, error: str) -> Iterator[Finding]:
    """Every such call fails for a while; then it works again."""
    host.install()
    calls = host.journey.folder / "calls"
    with host.daemon() as daemon:
        daemon.wait_for("running")
        host.complain()
        host.sink.wait_for(1)
        yield from host.settles()
        with failing(daemon, f"{call}:error={error}", calls):
            host.complain(2)
            time.sleep(3)
        yield from host.settles()
        daemon.terminate()
    failed = struck(calls)
    host.struck = min(failed, 1)
    host.told.append(f"{call} {error} {failed}")
    if "Traceback" in daemon.log and call != "write":
        yield host.wrong("it printed a traceback")


def _once(host: Host, call: str) -> Iterator[Finding]:
    """The Nth such call fails, and only that one."""
    host.install()
    host.struck = 0
    with host.daemon() as daemon:
        daemon.wait_for("running")
        for number in ONCE:
            calls = host.journey.folder / f"calls-{number}"
            with failing(daemon, f"{call}:error=EIO:when={number}", calls):
                host.complain()
                time.sleep(2)
            yield from host.settles()
            host.struck += min(struck(calls), 1)
        daemon.terminate()


@contextmanager
def failing(daemon: RunningDaemon, fault: str, calls: Path) -> Iterator[None]:
    """Have system calls of a running process fail, until the block ends.

    In `calls` they are written down.
    """
    call = fault.partition(":")[0]
    strace = subprocess.Popen(  # noqa: S603 - our own words
        [
            *("strace", "-f", "-qq", "-p", str(daemon.pid), "-o", str(calls)),
            *("-e", f"trace={call}", "-e", f"inject={fault}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_tracer(daemon.pid)
        yield
    finally:
        strace.terminate()
        strace.wait(10)


def _wait_for_tracer(pid: int) -> None:
    until = time.monotonic() + ATTACH_SECONDS
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < until, "strace does not attach"
        time.sleep(0.05)


def struck(calls: Path) -> int:
    """Count the calls that were made to fail."""
    return calls.read_text("utf-8", "replace").count("(INJECTED)")


def _full(ground: Ground) -> Outcome:
    tries = [Try("full", _fills_up), Try("full-from-the-start", _is_full_at_start)]
    tries += [Try("read-only", _read_only), Try("log-on-a-full-disk", _no_log)]
    if not may_mount(ground.folder):
        return Outcome(cases=0, note="nothing may be mounted here")
    return tried(ground, tries)


def _fills_up(host: Host) -> Iterator[Finding]:
    with _small_disk(host):
        host.install()
        with host.daemon() as daemon:
            daemon.wait_for("running")
            host.complain()
            host.sink.wait_for(1)
            yield from host.settles()
            ballast = _fill(host)
            host.complain(3)
            if not host.says(daemon, "the store cannot be used", "the disk is full"):
                yield host.wrong("it does not say that the disk is full")
            before = len(host.smtp.accepted)
            time.sleep(2)
            if len(host.smtp.accepted) != before:
                yield host.wrong("it sends while nothing can be written down")
            ballast.unlink()
            yield from host.settles()
            daemon.terminate()
        yield from host.judge()


def _is_full_at_start(host: Host) -> Iterator[Finding]:
    with _small_disk(host):
        host.install()
        ballast = _fill(host)
        host.complain()
        yield from _refuses(host, "disk", "cannot", "space")
        ballast.unlink()
        host.run_once()
        yield from host.settles()
        yield from host.judge()


def _read_only(host: Host) -> Iterator[Finding]:
    host.install()
    host.complain()
    host.run_once()
    folder = host.journey.folder
    _mount("--bind", folder, folder)
    try:
        _mount("-o", "remount,bind,ro", folder, folder)
        host.complain()
        yield from _refuses(host, "cannot be", "only be read")
    finally:
        _unmount(folder)
    host.run_once()
    yield from host.settles()


def _no_log(host: Host) -> Iterator[Finding]:
    """The log cannot be written: work goes on."""
    config = host.install()
    host.complain(2)
    command = [sys.executable, "-m", "triage", "run", "--config", str(config)]
    with Path("/dev/full").open("w") as full:
        daemon = subprocess.Popen(command, stderr=full, stdout=full)  # noqa: S603 - the program under test
    try:
        host.sink.wait_for(2, 30)
        yield from host.settles()
        daemon.terminate()
        if daemon.wait(30):
            yield host.wrong("it ends badly without a log")
    finally:
        daemon.kill()
        daemon.wait()


def _refuses(host: Host, *words: str) -> Iterator[Finding]:
    done = subprocess.run(  # noqa: S603 - the program under test
        [
            *(sys.executable, "-m", "triage", "run", "--once"),
            *("--config", host.journey.config),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    said = done.stderr
    if done.returncode == 0:
        yield host.wrong("it works where it cannot")
    if "Traceback" in said or not any(word in said for word in words):
        yield host.wrong(f"it does not say plainly why: {said[-300:]}")


@contextmanager
def _small_disk(host: Host) -> Iterator[None]:
    folder = host.journey.folder
    _mount("-t", "tmpfs", "-o", SMALL, "tmpfs", folder)
    try:
        yield
    finally:
        _unmount(folder)


def _fill(host: Host) -> Path:
    ballast = host.journey.folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return ballast


def may_mount(folder: Path) -> bool:
    place = folder / "mounted"
    place.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", place)
    except (OSError, subprocess.CalledProcessError):
        return False
    _unmount(place)
    return True


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)  # noqa: S603, S607 - our own words


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", folder], check=True, capture_output=True)  # noqa: S603, S607 - our own words


ROWS = (
    Row(
        name="host-io",
        fault="writing, syncing or opening fails: ENOSPC, EDQUOT, EIO, EROFS, EMFILE",
        run=_inject,
    ),
    Row(
        name="host-full-disk",
        fault="a disk that is really full, or may only be read; a log on a full disk",
        run=_full,
        is_short=False,
    ),
)
