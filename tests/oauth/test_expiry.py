"""What comes to its end is told in time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.oauth.asking import MORNING
from triage.oauth.expiry import Expiry, countdown, is_soon, warning


def ending_in(**time: float) -> Expiry:
    at = MORNING + timedelta(**time)
    return Expiry(name="secret", what="the client secret", at=at, remedy="act")


@pytest.mark.parametrize(
    ("days", "expected"), [(31, False), (30, True), (7, True), (0, True), (-9, True)]
)
def test_somebody_is_told_from_thirty_days_before(days: int, expected: bool) -> None:
    assert is_soon(ending_in(days=days), MORNING) is expected


def test_a_token_that_begins_its_short_life_anew_at_each_use_needs_nobody() -> None:
    token = replace(ending_in(days=13), life=timedelta(days=14))

    assert not is_soon(token, MORNING)
    assert is_soon(replace(token, at=MORNING + timedelta(days=2)), MORNING)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        pytest.param({"days": 12, "hours": 3}, "12 days left", id="days"),
        pytest.param({"days": 1}, "1 day left", id="a day"),
        pytest.param({"hours": 3, "minutes": 5}, "3 h 5 min left", id="hours"),
        pytest.param({"minutes": 5}, "5 min left", id="minutes"),
        pytest.param({}, "over", id="none"),
    ],
)
def test_what_is_left_is_counted_down(left: dict[str, float], words: str) -> None:
    assert countdown(MORNING + timedelta(**left), MORNING) == words


def test_a_warning_says_the_last_day_and_what_to_do() -> None:
    said = warning(ending_in(days=20, hours=15), MORNING)

    assert said == "the client secret ends on 2026-12-15 (20 days left): act"


def test_in_the_last_week_it_says_what_will_happen() -> None:
    assert "then no login works" in warning(ending_in(days=7), MORNING)
    assert "then no login works" not in warning(ending_in(days=8), MORNING)


def test_what_is_over_is_said_to_be() -> None:
    said = warning(ending_in(hours=-9), MORNING)

    assert said == "the client secret is over since the end of 2026-11-24: act"
