from datetime import UTC, datetime

import pytest

from triage.doctor.entry import about_clock, about_refusal, missing_secret
from triage.doctor.finding import Finding
from triage.errors import ConfigError, LoginRefusedError, Problem, TransientError

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MAILBOX = "[mailbox]"


class Supply:
    """Tokens as a test wants them."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def token(self) -> str:
        if self._error is not None:
            raise self._error
        return "token"

    def refuse(self, token: str) -> bool:
        return not token


def found(error: Exception) -> Finding:
    missing = missing_secret("imap.login", None, Supply(error), MAILBOX)
    assert missing is not None
    return missing


def test_a_secret_that_can_be_read_hinders_nobody() -> None:
    assert missing_secret("imap.login", lambda: "pw", None, MAILBOX) is None
    assert missing_secret("imap.login", None, Supply(), MAILBOX) is None
    assert missing_secret("smtp.login", None, None, MAILBOX) is None


def test_a_password_that_cannot_be_read_is_told_with_its_own_hint() -> None:
    def password() -> str:
        raise ConfigError(Problem("the secret is open", hint="run: chmod 600 it"))

    missing = missing_secret("imap.login", password, None, MAILBOX)

    assert missing is not None
    assert (missing.text, missing.to_do) == ("the secret is open", "run: chmod 600 it")


def test_an_empty_password_sends_nobody_to_host_and_port() -> None:
    def password() -> str:
        raise ConfigError("the secret in file imap-password is empty")

    missing = missing_secret("imap.login", password, None, MAILBOX)

    assert missing is not None
    assert missing.to_do is not None
    assert "port" not in missing.to_do
    assert "where it is kept" in missing.to_do


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LoginRefusedError("it takes the token no longer"), "docs/connect.md"),
        (TransientError("nothing listens there"), "gets to the issuer"),
    ],
    ids=["refused", "away"],
)
def test_an_issuer_that_gives_no_token_is_told_apart_from_the_mail_server(
    error: Exception, words: str
) -> None:
    missing = found(error)

    assert missing.text == str(error)
    assert missing.to_do is not None
    assert words in missing.to_do
    assert "password" not in missing.to_do


def test_who_logs_in_with_a_token_is_not_told_of_passwords() -> None:
    assert "password" in about_refusal(MAILBOX, None)
    assert "password" not in about_refusal(MAILBOX, Supply())


@pytest.mark.parametrize(
    ("said", "names_it"),
    [
        ("its certificate is not trusted: certificate is not yet valid", True),
        ("its certificate is not trusted: certificate has expired", True),
        ("its certificate is not trusted: unable to get local issuer", False),
    ],
)
def test_a_certificate_out_of_its_time_names_the_clock(
    said: str, names_it: bool
) -> None:
    to_do = about_clock(said, NOW)

    assert (to_do is not None and "clock, which says 2026-03-02 10:00" in to_do) == (
        names_it
    )
