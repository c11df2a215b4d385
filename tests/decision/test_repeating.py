"""How often one person wrote, as people see it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decision import Excess, excesses, written_within
from triage.decision.sender import is_repeating
from triage.ruleset.schema import Window

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
TWO_A_DAY = Window(messages=2, hours=24)


def hour(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def at(*hours: float) -> list[datetime]:
    return [hour(each) for each in hours]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param((), [], id="nothing"),
        pytest.param((0, 1), [], id="as many as allowed"),
        pytest.param((0, 1, 25), [], id="spread"),
        pytest.param((0, 1, 24), [(0, 24, 24, 3)], id="on the edge"),
        pytest.param((24, 1, 0), [(0, 24, 24, 3)], id="in any order"),
        pytest.param((0, 1, 2, 3), [(0, 2, 3, 4)], id="message after message"),
        pytest.param(
            (0, 1, 2, 100, 101, 102),
            [(0, 2, 2, 3), (100, 102, 102, 3)],
            id="twice",
        ),
    ],
)
def test_each_time_of_too_many_mails_is_told_with_its_dates(
    hours: tuple[float, ...], expected: list[tuple[float, float, float, int]]
) -> None:
    wanted = [
        Excess(TWO_A_DAY, hour(first), hour(over), hour(last), most)
        for first, over, last, most in expected
    ]

    assert wanted == list(excesses(at(*hours), TWO_A_DAY))


def test_what_came_later_than_now_is_not_counted() -> None:
    assert written_within(at(-25, -24, 0, 1), TWO_A_DAY, NOON) == 2


@given(st.lists(st.floats(0, 200), max_size=12), st.integers(0, 3))
def test_what_is_told_agrees_with_what_raises_the_flag(
    hours: list[float], allowed: int
) -> None:
    window = Window(messages=allowed, hours=24)
    times = sorted(set(at(*hours)))

    flagged = {
        each
        for number, each in enumerate(times)
        if is_repeating(times[:number], each, [window])
    }
    told = {
        each
        for each in times
        for excess in excesses(times, window)
        if excess.over_at <= each <= excess.last_at
    }

    assert flagged == told
