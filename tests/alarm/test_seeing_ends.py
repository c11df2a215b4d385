"""When certificates, secrets and tokens end is seen in time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.alarm.watching import NOON
from triage.endings import Endings
from triage.errors import TransientError
from triage.oauth.expiry import Expiry
from triage.tls import Validity

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NINETY = 90 * DAY
OLD, NEW = Validity(NOON - 80 * DAY, NOON + 10 * DAY), Validity(NOON, NOON + NINETY)
LONG = Validity(NOON - 30 * DAY, NOON + 60 * DAY)


@dataclass
class Server:
    """Shows a certificate to whoever connects anew."""

    shows: Validity
    shown: Validity | None = None
    is_away: bool = False
    looks: int = 0
    name: str = "mailbox.certificate"
    what: str = "the certificate of imap.example"

    def seen(self) -> Validity | None:
        return self.shown

    def look(self) -> None:
        self.looks += 1
        if self.is_away:
            raise TransientError("no connection")
        self.shown = self.shows


@dataclass
class Desk:
    server: Server
    tokens: list[Expiry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = NOON
        self.endings = Endings(
            logins=lambda: self.tokens,
            names=("mailbox.refresh_token",),
            servers=(self.server,),
            clock=lambda: self.now,
            within=timedelta(days=14),
        )

    def live(self, time: timedelta, stopping: Callable[[], bool] | None = None) -> None:
        until = self.now + time
        while self.now < until:
            self.endings.run(stopping or (lambda: False))
            self.now += timedelta(minutes=10)


def test_what_may_end_is_known_by_name_before_anything_is_seen() -> None:
    desk = Desk(Server(LONG))

    assert desk.endings.known == {
        "mailbox.refresh_token": None,
        "mailbox.certificate": None,
    }


def test_a_token_and_a_certificate_are_told_with_their_ends() -> None:
    token = Expiry(
        name="mailbox.refresh_token", what="x", at=NOON + DAY, remedy="triage login"
    )
    desk = Desk(Server(LONG, shown=LONG), [token])

    desk.endings.run()

    certificate = desk.endings.known["mailbox.certificate"]
    assert desk.endings.known["mailbox.refresh_token"] == token
    assert certificate is not None
    assert (certificate.at, certificate.life) == (LONG.ends, NINETY)
    assert "renew it" in certificate.remedy


def test_a_token_file_that_cannot_be_read_now_is_not_known() -> None:
    desk = Desk(Server(LONG))
    desk.endings.run()

    assert desk.endings.known["mailbox.refresh_token"] is None


@pytest.mark.parametrize(
    ("shown", "days", "looks"),
    [(LONG, 5, 4), (None, 5, 5), (OLD, 2, 48)],
    ids=["holds for long", "never seen, so a first time soon", "ends soon"],
)
def test_a_server_is_connected_to_once_a_day_and_hourly_near_the_end(
    shown: Validity | None, days: int, looks: int
) -> None:
    desk = Desk(Server(shown or LONG, shown=shown))

    desk.live(days * DAY)

    assert desk.server.looks == looks


def test_a_renewed_one_is_seen_though_a_connection_of_before_still_stands() -> None:
    desk = Desk(Server(NEW, shown=OLD))

    desk.live(2 * HOUR)

    certificate = desk.endings.known["mailbox.certificate"]
    assert certificate is not None
    assert certificate.at == NEW.ends


def test_a_server_that_is_away_is_asked_hourly_and_what_was_seen_stays() -> None:
    desk = Desk(Server(NEW, shown=LONG, is_away=True))

    desk.live(DAY + 3 * HOUR)

    certificate = desk.endings.known["mailbox.certificate"]
    assert certificate is not None
    assert certificate.at == LONG.ends
    assert desk.server.looks == 3


def test_a_clock_that_was_far_ahead_puts_no_look_off_for_ever() -> None:
    desk = Desk(Server(LONG, shown=LONG))
    desk.now = NOON + 400 * DAY
    desk.endings.run()
    desk.now = NOON

    desk.live(3 * DAY)

    assert desk.server.looks >= 2


def test_a_stop_waits_for_no_connection() -> None:
    desk = Desk(Server(OLD, shown=OLD))

    desk.live(5 * HOUR, stopping=lambda: True)

    assert desk.server.looks == 0
