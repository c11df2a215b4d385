"""A password that was refused, or that nobody knows yet, is tried by one at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from triage.errors import LoginRefusedError
from triage.logins import SharedPassword

MORNING = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class Desk:
    """What is in the password's file, and what time it is."""

    def __init__(self) -> None:
        self.now = MORNING
        self.written = "old"
        self.password = SharedPassword(lambda: self.written, lambda: self.now)


def test_a_refused_password_is_not_tried_for_five_minutes() -> None:
    desk = Desk()
    desk.password.refused("old", "it says no")

    with pytest.raises(LoginRefusedError, match=r"it says no .*09:00:00") as caught:
        desk.password()
    desk.now += timedelta(minutes=5)

    assert "old" not in str(caught.value)
    assert desk.password() == "old"


def test_another_password_is_tried_at_once() -> None:
    desk = Desk()
    desk.password.refused("old", "it says no")
    desk.written = "new"

    assert desk.password() == "new"


def test_a_clock_that_is_set_back_does_not_prolong_the_pause() -> None:
    desk = Desk()
    desk.password.refused("old", "it says no")
    desk.now -= timedelta(days=1)

    assert desk.password() == "old"


def test_of_many_connections_one_finds_out_that_the_password_is_refused() -> None:
    desk = Desk()
    tries = []

    def log_in(_: int) -> str:
        password = desk.password()
        try:
            with desk.password.trying(password):
                tries.append(password)
                sleep(0.05)
                desk.password.refused(password, "it says no")
        except LoginRefusedError:
            return "paused"
        return "refused"

    with ThreadPoolExecutor(5) as threads:
        ends = sorted(threads.map(log_in, range(5)))

    assert ends == ["paused"] * 4 + ["refused"]
    assert tries == ["old"]


def test_a_login_that_broke_off_leaves_the_turn_to_the_next() -> None:
    desk = Desk()

    def break_off() -> None:
        with pytest.raises(OSError), desk.password.trying("old"):  # noqa: PT011 - ours
            raise OSError

    def log_in() -> None:
        with desk.password.trying("old"):
            desk.password.taken("old")

    with ThreadPoolExecutor(1) as threads:
        threads.submit(break_off).result(timeout=5)
    with ThreadPoolExecutor(1) as threads:
        threads.submit(log_in).result(timeout=5)

    assert desk.password() == "old"


def test_a_password_that_was_taken_waits_for_nobody() -> None:
    desk = Desk()
    desk.password.taken("old")

    with desk.password.trying("old"), ThreadPoolExecutor(1) as threads:
        other = threads.submit(desk.password.trying("old").__enter__)

        assert other.result(timeout=5) is None
