"""What comes to its end rings before it has ended, on real servers."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.journeys.installing import encrypted
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, missing_parts
from triage.demo.servers import Certificate, SmtpSink
from triage.wiring import Installation

pytestmark = pytest.mark.servers

HOUR = timedelta(hours=1)
LOCAL = "DNS:localhost,IP:127.0.0.1"


class Later:
    """The daemon's clocks, put forward together."""

    def __init__(self, parts: Installation) -> None:
        self._parts = parts
        self.by = timedelta()
        parts.alarm.clock = self.now
        parts.alarm.steady = lambda: monotonic() + self.by.total_seconds()
        parts.endings.clock = self.now

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by  # noqa: TID251 - tests may look

    def wait(self, time: timedelta) -> None:
        """Let time go by, with looks now and then; nothing else happens."""
        until = self.by + time
        while self.by < until:
            self._parts.endings.run()
            self._parts.alarm.look()
            self._deliver()
            self.by += timedelta(minutes=6)

    def _deliver(self) -> None:
        until = monotonic() + 20
        while self._parts.alarm.tellers.are_busy:
            assert monotonic() < until
            sleep(0.05)
            self._parts.alarm.look()


@pytest.fixture
def short(authority: Authority) -> Certificate:
    """A certificate for two days."""
    return authority.issue("ending", hosts=LOCAL, days=2)


@pytest.fixture
def servers(
    short: Certificate, authority: Authority, tmp_path: Path
) -> Iterator[Journey]:
    """An installation whose servers' certificates hold for two days."""
    if missing := missing_parts():
        pytest.skip(missing)
    password = os.urandom(8).hex()
    with (
        Dovecot(short) as dovecot,
        SmtpSink(user="triage", password=password, certificate=short) as smtp,
    ):
        journey = Journey(dovecot, smtp, tmp_path)
        settings = encrypted(tmp_path, authority.ca_file, password)
        config = journey.install(settings, imap_port=dovecot.imaps)
        teller = tmp_path / "teller"
        teller.write_text(f"#!/bin/sh\ncat >> {tmp_path}/told\n")
        teller.chmod(0o700)
        config.write_text(f'{config.read_text()}\n[alarm]\ncommand = ["{teller}"]\n')
        yield journey


def told(journey: Journey) -> list[tuple[str, str]]:
    """Return what the command was given: states and alarms."""
    path = journey.folder / "told"
    text = path.read_text() if path.exists() else ""
    found = []
    decoder = json.JSONDecoder()
    while text:
        notice, end = decoder.raw_decode(text)
        found += [(str(each["state"]), str(each["alarm"])) for each in notice["alarms"]]
        text = text[end:]
    return found


def ending(told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out what rings because no job runs here."""
    return sorted(each for each in told if each[1].startswith("end"))


def test_certificates_ring_before_their_end_and_are_over_once_they_are_renewed(
    servers: Journey, authority: Authority, short: Certificate
) -> None:
    servers.deliver(make_mail())
    with servers.installation() as parts:
        parts.run_once()
        later = Later(parts)
        later.wait(HOUR)
        at_first = ending(told(servers))
        later.by = timedelta(hours=43)
        later.wait(HOUR)
        near = ending(told(servers))
        renewed = authority.issue("renewed", hosts=LOCAL, days=100)
        short.cert.write_bytes(renewed.cert.read_bytes())
        short.key.write_bytes(renewed.key.read_bytes())
        servers.dovecot.stop()
        servers.dovecot.start()
        later.wait(2 * HOUR)

    assert at_first == []
    assert near == [
        ("alarm", "ending:mailbox.certificate"),
        ("alarm", "ending:submission.certificate"),
    ]
    assert ending(told(servers)) == [
        *near,
        ("over", "ending:mailbox.certificate"),
    ]
