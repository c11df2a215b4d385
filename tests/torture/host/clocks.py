"""The machine's clock jumps, or its time zone changes."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

from tests.torture.evidence import Due
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.trying import Host, Try, tried
from tests.torture.mails import complaint
from tests.torture.row import Outcome, Row
from tests.torture.site import OWN_ADDRESSES, now

DAY = timedelta(days=1)
JUMPS = {
    "back-a-day": -DAY,
    "on-a-day": DAY,
    "on-a-year": 366 * DAY,
    "back-to-1970": datetime(1970, 1, 2, tzinfo=UTC) - now(),
    "on-an-hour": timedelta(hours=1),
    "back-an-hour": timedelta(hours=-1),
    "a-leap-second": timedelta(seconds=-1),
}
SUMMER_TIME = {
    "summer-time-begins": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "summer-time-ends": datetime(2026, 10, 25, 1, tzinfo=UTC),
}
"""In the office's zone, Europe/London: 01:30 is never, or twice."""
AROUND = tuple(timedelta(minutes=30 * n) for n in range(-4, 5))
ZONES = ("Pacific/Kiritimati", "America/St_Johns", "Europe/London", "UTC")
MOST_NOTICES = 4
"""Of the team, for one jump there and back: digests, and that something is odd."""
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def _jumps(ground: Ground) -> Outcome:
    names = list(JUMPS) if ground.is_full else ["back-a-day"]
    tries = [Try(name, partial(jumps_and_back, jump=JUMPS[name])) for name in names]
    if ground.is_full:
        tries += [
            Try(name, partial(_night, change=change), len(AROUND))
            for name, change in SUMMER_TIME.items()
        ]
        tries.append(Try("time-zones", _time_zones, len(ZONES)))
        if FAKETIME.exists():
            tries.append(Try("under-the-daemon", _under_the_daemon, 4))
    return tried(ground, tries)


def jumps_and_back(host: Host, jump: timedelta) -> Iterator[Finding]:
    """Mail before, during and after: each is answered once, or waits for a person."""
    host.install()
    host.complain()
    host.run_once()
    _complain_under_a_wrong_clock(host)
    for _ in range(3):
        host.run_once(jump)
    host.complain()
    for _ in range(3):
        host.run_once()
    yield from host.settles()
    yield from _no_storm(host)


def _complain_under_a_wrong_clock(host: Host) -> None:
    """What comes now may look days old: it is kept, and perhaps not answered."""
    host.deliver(complaint(Due.EITHER))


def _no_storm(host: Host) -> Iterator[Finding]:
    notices = [
        each for each in host.smtp.accepted if OWN_ADDRESSES & set(each.recipients)
    ]
    if len(notices) > MOST_NOTICES:
        yield host.wrong(f"the team got {len(notices)} letters")


def _night(host: Host, change: datetime) -> Iterator[Finding]:
    """Mail through the night in which the clocks change: each is answered once."""
    host.install()
    for offset in AROUND:
        came = change + offset
        mail = complaint(fields={"date": format_datetime(came)})
        host.append(mail, received_at=came)
        host.run_once(change + offset + timedelta(minutes=1) - now())
    yield from host.settles()
    yield from _no_storm(host)


def _time_zones(host: Host) -> Iterator[Finding]:
    """The machine's zone changes nothing: not even what a letter says."""
    host.install()
    before = os.environ.get("TZ")
    try:
        for zone in ZONES:
            os.environ["TZ"] = zone
            time.tzset()
            host.complain()
            host.run_once()
    finally:
        os.environ.pop("TZ", None)
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
    texts = {_said(each.octets) for each in host.smtp.accepted}
    if len(texts) != 1:
        yield host.wrong(f"letters differ with the zone: {texts}")
    yield from host.settles()


def _said(octets: bytes) -> bytes:
    """Return the lines of a letter that name a day."""
    lines = octets.split(b"\r\n")
    return b"\n".join(line for line in lines if b"20" in line and b" by " in line)


def _under_the_daemon(host: Host) -> Iterator[Finding]:
    """The clock jumps while the daemon runs; its jobs go on."""
    host.install()
    offset = host.journey.folder / "offset"
    offset.write_text("+0")
    with _faked(offset), host.daemon() as daemon:
        daemon.wait_for("running")
        for jump in ("-1d", "+1d", "-1h", "+0"):
            offset.write_text(jump)
            time.sleep(1)
            host.deliver(complaint(Due.EITHER))
            yield from host.settles()
        daemon.terminate()
    yield from _no_storm(host)


@contextmanager
def _faked(offset: Path) -> Iterator[None]:
    """Have children read their clock from a file."""
    values = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


ROWS = (
    Row(
        name="host-clock",
        fault="the clock jumps back and on, by a second to half a century; the zone"
        " changes",
        run=_jumps,
    ),
)
