"""A password that was refused is not tried on by other connections."""

from datetime import UTC, datetime, timedelta

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
    desk.password.refuse("old")

    with pytest.raises(LoginRefusedError, match="09:00:00") as caught:
        desk.password()
    desk.now += timedelta(minutes=5)

    assert "old" not in str(caught.value)
    assert desk.password() == "old"


def test_another_password_is_tried_at_once() -> None:
    desk = Desk()
    desk.password.refuse("old")
    desk.written = "new"

    assert desk.password() == "new"


def test_a_clock_that_is_set_back_does_not_prolong_the_pause() -> None:
    desk = Desk()
    desk.password.refuse("old")
    desk.now -= timedelta(days=1)

    assert desk.password() == "old"
