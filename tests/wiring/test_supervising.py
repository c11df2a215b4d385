"""What a service manager wrote into our environment, and what is left of it."""

import os
from pathlib import Path

import pytest

from tests.journeys.installing import Servers, install
from triage.config import load_config
from triage.smtp import Limits
from triage.wiring.supervising import patience_of, supervision_of
from triage.wiring.trying import LONGEST_SECONDS

NOBODY = Servers(imap_port=1, user="triage", password="any", smtp_port=1)  # noqa: S106


def test_where_nobody_listens_nothing_is_told() -> None:
    assert supervision_of({}).tell is None


def test_what_we_start_does_not_find_the_socket() -> None:
    environment = {
        "NOTIFY_SOCKET": "@nobody",
        "WATCHDOG_USEC": "120000000",
        "WATCHDOG_PID": str(os.getpid()),
        "LANG": "C",
    }

    supervision = supervision_of(environment)

    assert environment == {"LANG": "C"}
    assert supervision.watchdog == 120


@pytest.mark.parametrize(
    ("microseconds", "process"),
    [
        pytest.param("120000000", "1", id="of another process"),
        pytest.param("0", "", id="none"),
        pytest.param("soon", "", id="no number"),
    ],
)
def test_a_watchdog_that_is_not_ours_wants_nothing(
    microseconds: str, process: str
) -> None:
    supervision = supervision_of(
        {
            "NOTIFY_SOCKET": "@nobody",
            "WATCHDOG_USEC": microseconds,
            "WATCHDOG_PID": process,
        }
    )

    assert supervision.watchdog is None


def test_a_socket_of_another_kind_is_told_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    supervision = supervision_of({"NOTIFY_SOCKET": "vsock:2:1234"})

    assert supervision.tell is None
    assert "vsock:2:1234" in caplog.text


def test_neither_a_slow_letter_nor_a_long_trial_is_taken_for_hanging(
    tmp_path: Path,
) -> None:
    config = load_config(install(tmp_path, NOBODY))

    patience = patience_of(config)

    limits = Limits()
    slowest = limits.before_dot + config.submission.seconds_after_dot
    assert patience > max(slowest, LONGEST_SECONDS)
