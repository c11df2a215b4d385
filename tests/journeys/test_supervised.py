"""The daemon as systemd starts it: what it is told of a start, a reload and an end."""

import os
from collections.abc import Iterator

import pytest

from tests.journeys.journey import Journey
from tests.journeys.running import RunningDaemon
from tests.servers.service_manager import ServiceManager
from triage.errors import CANNOT_RUN

pytestmark = pytest.mark.servers

WATCHDOG_SECONDS = 2


@pytest.fixture
def manager() -> Iterator[ServiceManager]:
    with ServiceManager() as listening:
        yield listening


def started_by(manager: ServiceManager) -> dict[str, str]:
    return {
        **os.environ,
        "NOTIFY_SOCKET": manager.address,
        "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000),
    }


def test_systemd_hears_of_the_whole_life(
    journey: Journey, manager: ServiceManager
) -> None:
    config = journey.install()
    with RunningDaemon(config, started_by(manager)) as daemon:
        manager.wait_for("EXTEND_TIMEOUT_USEC=", "STATUS=Starting: the store")
        manager.wait_for("READY=1", "STATUS=Running. All goes well.")
        manager.wait_for("WATCHDOG=1")
        daemon.reload()
        manager.wait_for("RELOADING=1", "MONOTONIC_USEC=")
        manager.wait_for("READY=1")

        daemon.terminate()

    manager.wait_for("STOPPING=1", "STATUS=Stopping.", seconds=1)


def test_a_secret_that_is_missing_fails_the_start(
    journey: Journey, manager: ServiceManager
) -> None:
    config = journey.install()
    (journey.folder / "imap-password").unlink()
    with RunningDaemon(config, started_by(manager)) as daemon:
        status = daemon.wait()

    told = manager.heard(0.2)
    assert status == CANNOT_RUN
    assert not any("READY=1" in lines for lines in told)
    assert manager.statuses()[-1].startswith("Cannot run: ")


def test_a_refused_login_does_not_fail_the_start_and_is_told(
    journey: Journey, manager: ServiceManager
) -> None:
    config = journey.install(password="wrong")  # noqa: S106 - refused on purpose
    with RunningDaemon(config, started_by(manager)) as daemon:
        manager.wait_for("READY=1", "STATUS=Running, but the mailbox was not read yet")

        manager.wait_for("WATCHDOG=1")

        daemon.terminate()


def test_a_mailbox_that_is_away_does_not_fail_the_start(
    journey: Journey, manager: ServiceManager
) -> None:
    config = journey.install(imap_port=1)
    with RunningDaemon(config, started_by(manager)) as daemon:
        manager.wait_for("READY=1")

        manager.wait_for("WATCHDOG=1")

        daemon.terminate()


def test_a_mistake_in_the_configuration_is_told(
    journey: Journey, manager: ServiceManager
) -> None:
    config = journey.install()
    config.write_text("log_level = 7\n", encoding="utf-8")
    with RunningDaemon(config, started_by(manager)) as daemon:
        assert daemon.wait() == CANNOT_RUN

    manager.wait_for("STATUS=Cannot run: ", seconds=1)


def test_without_systemd_nothing_is_missed(journey: Journey) -> None:
    without = {
        name: value for name, value in os.environ.items() if "NOTIFY" not in name
    }
    with RunningDaemon(journey.install(), without) as daemon:
        daemon.wait_for("running")

        daemon.terminate()

    assert "service manager" not in daemon.log
