"""A token that a command prints."""

import sys
from datetime import timedelta

import pytest

from triage.errors import LoginRefusedError, TransientError
from triage.oauth.command import CommandIssuer


def printing(text: str, status: int = 0) -> CommandIssuer:
    code = f"import sys; sys.stdout.write({text!r}); sys.exit({status})"
    return CommandIssuer((sys.executable, "-c", code))


def test_the_first_line_is_the_token() -> None:
    granted = printing("ya29.abc\nsomething else\n").grant()

    assert (granted.access_token, granted.lasts) == ("ya29.abc", None)


def test_json_says_how_long_it_lasts() -> None:
    granted = printing('{"access_token": "abc", "expires_in": 600}').grant()

    assert (granted.access_token, granted.lasts) == ("abc", timedelta(minutes=10))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("not a token", 0, id="words"),
        pytest.param("{half", 0, id="half a JSON"),
        pytest.param('{"token": "abc"}', 0, id="no access_token"),
        pytest.param("abc", 1, id="failure"),
    ],
)
def test_what_is_no_token_is_asked_for_again(text: str, status: int) -> None:
    with pytest.raises(TransientError) as caught:
        printing(text, status).grant()

    assert "abc" not in str(caught.value)
    assert not isinstance(caught.value, LoginRefusedError)


def test_a_refusal_is_told() -> None:
    with pytest.raises(LoginRefusedError, match="invalid_grant"):
        printing('{"error": "invalid_grant"}').grant()
