"""Tokens in time, one renewal after a refusal, then a pause."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.oauth.asking import Clock
from triage.errors import ConfigError, LoginRefusedError, TransientError, TriageError
from triage.oauth.source import Supply, TokenSource
from triage.oauth.token import Granted


@dataclass
class Issuer:
    """Gives t1, t2, …, or what stands in the way."""

    lasts: timedelta | None = timedelta(hours=1)
    given: int = 0
    asked: int = 0
    trouble: TriageError | None = None
    name: str = "issuer.example"

    def grant(self) -> Granted:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        self.given += 1
        return Granted(f"t{self.given}", self.lasts)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def supply(issuer: Issuer, clock: Clock) -> Supply:
    return Supply(issuer, clock)


@pytest.fixture
def source(supply: Supply, clock: Clock) -> TokenSource:
    return TokenSource(supply, clock)


def test_a_token_is_used_until_shortly_before_its_end(
    source: TokenSource, clock: Clock
) -> None:
    tokens = []
    for _ in range(3):
        tokens.append(source.token())
        clock.wait(minutes=28)

    assert tokens == ["t1", "t1", "t2"]


def test_a_token_of_unknown_life_is_asked_for_at_each_login(
    source: TokenSource, issuer: Issuer
) -> None:
    issuer.lasts = None

    assert [source.token(), source.token()] == ["t1", "t2"]


def test_many_connections_at_once_ask_once(source: TokenSource, issuer: Issuer) -> None:
    threads = [threading.Thread(target=source.token) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(5)

    assert issuer.asked == 1


def test_while_the_issuer_is_away_the_old_token_is_used_to_its_end(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    source.token()
    issuer.trouble = TransientError("away")
    clock.wait(minutes=57)

    assert source.token() == "t1"
    clock.wait(minutes=5)
    with pytest.raises(TransientError, match="away"):
        source.token()


def test_an_issuer_that_is_away_is_not_asked_by_each_connection(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    issuer.trouble = TransientError("away")
    for _ in range(6):
        with pytest.raises(TransientError):
            source.token()
    clock.wait(seconds=6)
    with pytest.raises(TransientError):
        source.token()

    assert issuer.asked == 2


def test_an_issuer_that_refuses_is_left_alone_for_five_minutes(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    issuer.trouble = LoginRefusedError("no")
    for _ in range(11):
        with pytest.raises(LoginRefusedError):
            source.token()
        clock.wait(seconds=31)

    assert issuer.asked == 2


def test_what_a_person_mended_is_taken_up_after_the_pause(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    issuer.trouble = LoginRefusedError("no")
    with pytest.raises(LoginRefusedError):
        source.token()
    issuer.trouble = None
    clock.wait(minutes=5)

    assert source.token() == "t1"
    assert source.standing.failing_since is None


def test_a_wrong_configuration_is_told_each_time(
    source: TokenSource, clock: Clock, issuer: Issuer
) -> None:
    issuer.trouble = ConfigError("no such file")
    for _ in range(2):
        with pytest.raises(ConfigError):
            source.token()
        clock.wait(minutes=1)

    assert issuer.asked == 2
    assert source.standing.why == "no such file"


def test_while_nothing_can_be_written_the_old_token_is_used_to_its_end(
    source: TokenSource, clock: Clock, issuer: Issuer
) -> None:
    source.token()
    issuer.trouble = ConfigError("refresh-token cannot be written: no space")
    clock.wait(minutes=56)

    assert source.token() == "t1"
    clock.wait(minutes=4)
    with pytest.raises(ConfigError):
        source.token()


def test_an_issuer_that_gives_the_same_token_again_ends_it_too(
    source: TokenSource, clock: Clock, issuer: Issuer
) -> None:
    source.token()
    assert source.refuse("t1")
    issuer.given = 0

    assert source.token() == "t1"
    assert not source.refuse("t1")
    clock.wait(minutes=4)
    with pytest.raises(LoginRefusedError):
        source.token()


def test_a_refused_token_is_renewed_once(source: TokenSource) -> None:
    first = source.token()

    assert source.refuse(first)
    assert source.token() == "t2"


def test_a_second_refused_token_ends_it_for_five_minutes(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    source.refuse(source.token())

    assert not source.refuse(source.token())
    clock.wait(minutes=4)
    with pytest.raises(LoginRefusedError, match=r"had just given was refused"):
        source.token()
    assert issuer.asked == 2


def test_after_the_pause_one_login_is_tried_and_no_more(
    source: TokenSource, clock: Clock
) -> None:
    source.refuse(source.token())
    source.refuse(source.token())
    clock.wait(minutes=5)

    assert source.token() == "t3"
    assert not source.refuse("t3")


def test_a_server_that_refuses_all_tokens_stops_no_other_server(
    source: TokenSource, supply: Supply, clock: Clock
) -> None:
    other = TokenSource(supply, clock)
    source.refuse(source.token())
    source.refuse(source.token())

    assert other.token() == "t3"
    with pytest.raises(LoginRefusedError):
        source.token()
    assert other.standing.failing_since is None
    assert source.standing.failing_since == clock.now


def test_tokens_revoked_now_and_then_are_renewed_each_time(
    source: TokenSource, clock: Clock
) -> None:
    for _ in range(5):
        assert source.refuse(source.token())
        source.token()
        clock.wait(minutes=10)


def test_one_connection_is_not_held_for_what_another_was_refused(
    source: TokenSource,
) -> None:
    """Both were refused the same old token; the renewed one is for both."""
    old = source.token()

    assert source.refuse(old)
    renewed = source.token()
    assert source.refuse(old)
    assert source.token() == renewed


def test_a_clock_that_is_set_back_does_not_prolong_a_pause(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    issuer.trouble = LoginRefusedError("no")
    with pytest.raises(LoginRefusedError):
        source.token()
    issuer.trouble = None
    clock.wait(days=-1)

    assert source.token() == "t1"


def test_how_it_stands_is_told_without_the_token(
    source: TokenSource, issuer: Issuer, clock: Clock
) -> None:
    source.token()
    given_at = clock.now
    issuer.trouble = TransientError("away")
    clock.wait(minutes=61)
    with pytest.raises(TransientError):
        source.token()

    standing = source.standing
    assert standing.renewed_at == given_at
    assert standing.expires_at == given_at + timedelta(hours=1)
    assert (standing.failing_since, standing.why) == (clock.now, "away")
    assert "t1" not in repr(standing)
