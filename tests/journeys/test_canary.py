"""A mail to ourselves, from the outbox to the mailbox and out of the way."""

from datetime import time
from pathlib import Path

import pytest

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon

pytestmark = pytest.mark.servers

AUTOMATIC = "Complaints/Automatic"


def with_canary(config: Path) -> Path:
    config.write_text(f"{config.read_text()}\n[canary]\nat = {time(0).isoformat()}\n")
    return config


def test_it_comes_back_is_timed_and_is_no_case(journey: Journey) -> None:
    config = with_canary(journey.install(Settings(automatic_folder=AUTOMATIC)))
    with RunningDaemon(config) as daemon:
        journey.smtp.wait_for(1)
        letter = journey.smtp.accepted[0]
        journey.deliver(letter.octets, sender=ADDRESS)
        journey.deliver(make_mail())

        daemon.wait_for("the test mail came back within", 90)
        journey.smtp.wait_for(2)
        daemon.terminate()

    assert letter.recipients == (ADDRESS,)
    assert len(journey.cases()) == 1
    assert len(journey.contents(AUTOMATIC)) == 1
    assert journey.contents() == []
