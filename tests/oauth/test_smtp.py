"""Tokens at a submission server: the words, the challenge, one renewal, a pause."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.oauth.asking import Clock, source_of
from tests.servers.certificates import Authority
from tests.servers.issuer import TokenIssuer, down, refusing
from tests.servers.token_smtp import TokenSmtp
from tests.smtp.scripted import ScriptedServer, Talk
from tests.smtp.sending import ENVELOPE, LETTER, PATIENT
from triage.demo.servers import Certificate
from triage.smtp import Accepted, Concern, Outcome, Server, Submission, TryLater

pytestmark = pytest.mark.servers
USER = "ann@board.example"


class Office:
    """A submission server, an issuer, and who logs in."""

    def __init__(self, issuer: TokenIssuer, folder: Path) -> None:
        self.issuer = issuer
        self.clock = Clock()
        self.tokens = source_of(issuer, folder, self.clock)

    def submit(self, port: int) -> Outcome:
        server = Server("127.0.0.1", port, "plain", USER, tokens=self.tokens)
        submission = Submission(server, PATIENT)
        try:
            return submission.submit(ENVELOPE, LETTER, lambda: None)
        finally:
            submission.close()


@pytest.fixture
def office(issuer: TokenIssuer, tmp_path: Path) -> Office:
    return Office(issuer, tmp_path)


@contextmanager
def smtp_with(office: Office, *mechanisms: str) -> Iterator[TokenSmtp]:
    with TokenSmtp(office.issuer, mechanisms) as server:
        yield server


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        pytest.param(["XOAUTH2"], "XOAUTH2", id="Microsoft"),
        pytest.param(["OAUTHBEARER"], "OAUTHBEARER", id="the standard"),
        pytest.param(["XOAUTH2", "OAUTHBEARER"], "OAUTHBEARER", id="both"),
    ],
)
@pytest.mark.parametrize("padding", [0, 500], ids=["short", "too long for a command"])
def test_a_letter_is_handed_over_after_a_login_with_a_token(
    office: Office, offered: Sequence[str], taken: str, padding: int
) -> None:
    office.issuer.state.padding = padding
    with smtp_with(office, *offered) as server:
        outcome = office.submit(server.port)

        assert isinstance(outcome, Accepted)
        assert server.logins == [(taken, True)]


@pytest.mark.parametrize(
    ("mechanism", "answer"), [("XOAUTH2", b""), ("OAUTHBEARER", b"\x01")]
)
def test_a_token_that_was_ended_early_is_renewed_once(
    office: Office, mechanism: str, answer: bytes
) -> None:
    with smtp_with(office, mechanism) as server:
        office.submit(server.port)
        office.issuer.expire()
        outcome = office.submit(server.port)

        assert isinstance(outcome, Accepted)
        assert server.logins == [
            (mechanism, True),
            (mechanism, False),
            (mechanism, True),
        ]
        assert server.after_challenge == [answer]
    assert len(office.issuer.asked) == 2


def test_a_login_that_is_refused_with_a_new_token_too_is_not_tried_on(
    office: Office,
) -> None:
    office.issuer.state.user = "somebody else"
    with smtp_with(office, "XOAUTH2") as server:
        outcomes = [office.submit(server.port) for _ in range(5)]

        assert server.logins == [("XOAUTH2", False)] * 2
    assert len(office.issuer.asked) == 2
    for outcome in outcomes:
        assert isinstance(outcome, TryLater)
        assert outcome.concern is Concern.LOGIN


def test_an_issuer_that_refuses_concerns_the_login(office: Office) -> None:
    office.issuer.fail(refusing("invalid_grant"))
    with smtp_with(office, "XOAUTH2") as server:
        outcome = office.submit(server.port)

        assert server.logins == []
    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LOGIN
    assert "triage login" in outcome.text


def test_an_issuer_that_is_down_is_tried_again_soon(office: Office) -> None:
    office.issuer.fail(down)
    with smtp_with(office, "XOAUTH2") as server:
        outcome = office.submit(server.port)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER


def test_a_server_that_takes_passwords_alone_is_told(office: Office) -> None:
    with smtp_with(office) as server:
        outcome = office.submit(server.port)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LOGIN
    assert "AUTH OAUTHBEARER or XOAUTH2" in outcome.text


def test_no_token_is_asked_for_or_sent_before_the_server_is_trusted(
    issuer: TokenIssuer, certificate: Certificate, tmp_path: Path
) -> None:
    tokens = source_of(issuer, tmp_path, Clock())
    with TokenSmtp(issuer, certificate=certificate) as smtp:
        server = Server("127.0.0.1", smtp.port, "starttls", USER, tokens=tokens)
        outcome = Submission(server, PATIENT).check()

        assert smtp.logins == []
    assert isinstance(outcome, TryLater)
    assert issuer.asked == []


def test_over_tls_a_token_is_taken(
    issuer: TokenIssuer, certificate: Certificate, authority: Authority, tmp_path: Path
) -> None:
    tokens = source_of(issuer, tmp_path, Clock())
    with TokenSmtp(issuer, certificate=certificate) as smtp:
        server = Server(
            "127.0.0.1",
            smtp.port,
            "starttls",
            USER,
            tokens=tokens,
            ca_file=authority.ca_file,
        )

        assert Submission(server, PATIENT).check() is None


def test_no_answer_that_repeats_a_token_is_told(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def repeat(talk: Talk) -> None:
        said = talk.server.commands[-1]
        talk.say(f"535 5.7.8 what is {said}?\r\n".encode())

    with ScriptedServer(
        {"auth": [repeat, repeat]}, extensions=["AUTH XOAUTH2"]
    ) as server:
        outcome = office.submit(server.port)
        said = [each for each in server.commands if each.startswith("AUTH")]

    assert isinstance(outcome, TryLater)
    assert len(said) == 2
    shown = [*office.issuer.state.shown, *(each.split()[2] for each in said)]
    assert [each for each in shown if each in f"{outcome.text}{caplog.text}"] == []


def test_a_server_that_is_busy_costs_no_token(office: Office) -> None:
    busy = b"454 4.7.0 Temporary authentication failure\r\n"
    with ScriptedServer({"auth": busy}, extensions=["AUTH XOAUTH2"]) as server:
        outcomes = [office.submit(server.port) for _ in range(3)]

    assert [isinstance(each, TryLater) for each in outcomes] == [True] * 3
    assert len(office.issuer.asked) == 1
