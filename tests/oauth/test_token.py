"""For how long a token is good, and when it is renewed."""

from datetime import timedelta

import pytest

from tests.oauth.asking import MORNING
from triage.oauth.refusals import granted_in
from triage.oauth.token import Granted, is_token, lasting, token_of


def good_for(minutes: float | None) -> Granted:
    return Granted("t", None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("lasts", "after", "is_fresh", "is_good"),
    [
        pytest.param(60, 0, True, True, id="just given"),
        pytest.param(60, 54, True, True, id="still good for a while"),
        pytest.param(60, 56, False, True, id="five minutes before its end"),
        pytest.param(60, 61, False, False, id="over"),
        pytest.param(10, 8, True, True, id="short-lived"),
        pytest.param(10, 9.5, False, True, id="in its last tenth"),
        pytest.param(60, -1, False, False, id="after the clock was set back"),
        pytest.param(None, 0, False, False, id="of unknown life"),
    ],
)
def test_a_token_is_renewed_in_time(
    lasts: float | None, after: float, is_fresh: bool, is_good: bool
) -> None:
    token = token_of(good_for(lasts), MORNING)
    now = MORNING + timedelta(minutes=after)

    assert (token.is_fresh(now), token.is_good(now)) == (is_fresh, is_good)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param(3599, 3599, id="a number"),
        pytest.param("3599", 3599, id="a number in quotes"),
        pytest.param(0, None, id="zero"),
        pytest.param(-5, None, id="negative"),
        pytest.param(True, None, id="true"),
        pytest.param("soon", None, id="words"),
        pytest.param(float("nan"), None, id="not a number"),
        pytest.param(1e99, None, id="for ever"),
        pytest.param(None, None, id="nothing"),
        pytest.param([1], None, id="a list"),
    ],
)
def test_how_long_it_lasts_is_read_or_unknown(
    said: object, seconds: float | None
) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert lasting(said) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a b", "a\x01b", "a\r\nA1 LOGOUT", "a\n", "é", "=", "a=b"],
)
def test_what_could_say_more_than_a_token_is_none(text: str) -> None:
    assert not is_token(text)


def test_a_token_is_not_shown_where_values_are_shown() -> None:
    granted = Granted("access-secret", None, "refresh-secret")

    assert "secret" not in repr((granted, token_of(granted, MORNING)))


@pytest.mark.parametrize("key", ["refresh_expires_in", "refresh_token_expires_in"])
def test_the_end_of_a_refresh_token_has_several_names(key: str) -> None:
    answer = {"access_token": "abc", "refresh_token": "def", key: 1_728_000}

    granted = granted_in(answer, "issuer.example")

    assert granted.refresh_lasts == timedelta(days=20)
