"""What is said to a mail server, octet by octet."""

import pytest

from triage.oauth.sasl import Bearer, Mechanism, best_of, closing, opening, reason_in

BEARER = Bearer("ann,b=c@board.example", "vF9dft4qmT", "server.example.com", 143)


def test_oauthbearer_names_user_and_place() -> None:
    """RFC 7628 §4.1; comma and equals sign as RFC 5801 §4 has them."""
    said = opening(Mechanism.OAUTHBEARER, BEARER)

    assert said == (
        b"n,a=ann=2Cb=3Dc@board.example,\x01host=server.example.com\x01port=143\x01"
        b"auth=Bearer vF9dft4qmT\x01\x01"
    )


def test_xoauth2_names_the_user_as_it_is() -> None:
    said = opening(Mechanism.XOAUTH2, BEARER)

    assert said == b"user=ann,b=c@board.example\x01auth=Bearer vF9dft4qmT\x01\x01"


def test_a_challenge_is_answered_as_each_mechanism_has_it() -> None:
    assert closing(Mechanism.OAUTHBEARER) == b"\x01"
    assert closing(Mechanism.XOAUTH2) == b""


@pytest.mark.parametrize(
    ("offered", "best"),
    [
        pytest.param(["PLAIN", "XOAUTH2", "OAUTHBEARER"], "OAUTHBEARER", id="both"),
        pytest.param(["xoauth2"], "XOAUTH2", id="Microsoft"),
        pytest.param(["PLAIN", "LOGIN"], None, id="neither"),
    ],
)
def test_the_better_mechanism_is_taken(offered: list[str], best: str | None) -> None:
    assert best_of(offered) == best


@pytest.mark.parametrize(
    ("challenge", "reason"),
    [
        pytest.param(b'{"status":"invalid_token"}', "invalid_token", id="RFC 7628"),
        pytest.param(b'{"status":"400","schemes":"Bearer"}', "400", id="Google"),
        pytest.param(b'{"status":401}', "401", id="a number"),
        pytest.param(b'{"status":"<script> vF9dft4qmT"}', "", id="what is no code"),
        pytest.param(b"not JSON", "", id="no JSON"),
        pytest.param(b"[]", "", id="no object"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_of_a_challenge_only_its_code_is_repeated(
    challenge: bytes, reason: str
) -> None:
    assert reason_in(challenge) == reason


def test_no_token_is_shown_where_values_are_shown() -> None:
    assert "vF9dft4qmT" not in repr(BEARER)
