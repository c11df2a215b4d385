"""A running daemon is asked over HTTP how it is."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from time import monotonic, sleep

import pytest

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import MOTHER, make_mail
from tests.journeys.running import RunningDaemon
from tests.journeys.valve import Valve
from tests.monitoring.asking import Told, ask, connected

LISTENING = Settings(http={"listen": "127.0.0.1:0"})
SAID = re.compile(r"answers at http://127\.0\.0\.1:(\d+)")
PATHS = ("/livez", "/readyz", "/status.json", "/metrics")


def port_of(daemon: RunningDaemon) -> int:
    daemon.wait_for("answers at http://")
    found = SAID.search(daemon.log)
    assert found is not None
    return int(found[1])


def until(port: int, path: str, holds: Callable[[Told], bool], seconds: float) -> Told:
    """Ask until an answer is as wanted."""
    end = monotonic() + seconds
    while True:
        told = ask(port, path)
        if holds(told):
            return told
        assert monotonic() < end, f"{path}: {told}"
        sleep(0.1)


def is_well(told: Told) -> bool:
    return told.status == 200


def is_mailbox_away(told: Told) -> bool:
    return "the mailbox is not read since" in told.body


@pytest.fixture
def port(journey: Journey) -> Iterator[int]:
    with RunningDaemon(journey.install(LISTENING)) as daemon:
        found = port_of(daemon)
        until(found, "/readyz", is_well, 30)
        yield found


def test_a_mailbox_that_is_away_makes_it_unready_within_seconds_and_ready_again(
    journey: Journey,
) -> None:
    with Valve(journey.dovecot.imap) as valve:
        config = journey.install(LISTENING, imap_port=valve.port)
        with RunningDaemon(config) as daemon:
            port = port_of(daemon)
            until(port, "/readyz", is_well, 30)

            valve.go_away()
            away = until(port, "/readyz", is_mailbox_away, 15)
            alive = ask(port, "/livez")
            valve.come_back()
            again = until(port, "/readyz", is_well, 60)
            daemon.terminate()

    assert away.status == 503
    assert "nothing listens on that port" in away.body
    assert alive == Told(200, "alive\n", alive.headers)
    assert again.body == "ready\n"


def test_figures_tell_what_came_and_went(journey: Journey, port: int) -> None:
    journey.deliver(make_mail())
    journey.smtp.wait_for(1)

    sent = 'triage_letters_total{state="sent"} 1.0'
    told = until(port, "/metrics", lambda told: sent in told.body, 30)

    recorded = '{fate="recorded",route="formal-complaint"} 1.0'
    assert f"triage_messages_total{recorded}" in told.body
    assert "triage_reply_duration_seconds_count 1.0" in told.body
    assert "triage_cases_open 1.0" in told.body
    assert "triage_ready 1.0" in told.body


def test_status_has_the_facts_of_the_command(journey: Journey, port: int) -> None:
    journey.deliver(make_mail())
    journey.smtp.wait_for(1)

    def has_case(told: Told) -> bool:
        store = json.loads(told.body)["store"]
        return store is not None and store["open_cases"] == 1

    found = json.loads(until(port, "/status.json", has_case, 30).body)

    assert found["is_ready"] is True
    assert found["store"]["unacknowledged"] == 0
    assert {job["name"] for job in found["jobs"]} >= {"intake", "dispatch", "deadlines"}


def test_nobody_who_wrote_is_told(journey: Journey, port: int) -> None:
    journey.deliver(make_mail("Complaint Zanzibar", "The Quetzalcoatl website."))
    journey.smtp.wait_for(1)
    sent = 'triage_letters_total{state="sent"} 1.0'
    until(port, "/metrics", lambda told: sent in told.body, 30)

    told = "".join(ask(port, path).body for path in PATHS)

    for word in (MOTHER, ADDRESS, "Zanzibar", "Quetzalcoatl", "CMP-", "@"):
        assert word not in told


def test_mail_is_answered_whoever_crowds_at_the_door(
    journey: Journey, port: int
) -> None:
    with ExitStack() as staying:
        for _ in range(100):
            client = staying.enter_context(connected(port))
            with suppress(OSError):
                client.sendall(b"GET /metrics HTTP/1.1\r\nX-Filler: " + b"a" * 100_000)

        journey.deliver(make_mail())
        journey.smtp.wait_for(1, seconds=30)

        assert ask(port, "/livez").status == 200


def test_an_address_in_use_is_told_once_and_ends_nothing(
    journey: Journey, port: int
) -> None:
    journey.deliver(make_mail())
    second = Journey(journey.dovecot, journey.smtp, journey.folder / "second")
    second.folder.mkdir()
    taken = Settings(http={"listen": f"127.0.0.1:{port}"})
    with RunningDaemon(second.install(taken)) as daemon:
        daemon.wait_for(f"http: 127.0.0.1:{port} cannot be listened at")

        second.deliver(make_mail())
        second.smtp.wait_for(2, seconds=30)
        daemon.terminate()

    assert "Traceback" not in daemon.log
