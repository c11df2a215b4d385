"""What an account and a folder's name must be."""

from pathlib import Path

import pytest

from triage.errors import ConfigError
from triage.mailbox import Account, Security
from triage.mailbox.folders import Spelling, folder_problems


def make_account(
    host: str = "imap.board.example",
    security: Security = Security.IMAPS,
    user: str = "complaints",
    folder: str = "INBOX",
    ca_file: Path | None = None,
) -> Account:
    return Account(host, 993, security, user, str, folder, ca_file)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"]
)
def test_plain_is_allowed_to_this_machine(host: str) -> None:
    account = make_account(host=host, security=Security.PLAIN)

    assert account.security is Security.PLAIN


@pytest.mark.parametrize(
    "host",
    [
        "imap.board.example",
        "192.168.0.1",
        "localhost.example.org",
        "127.0.0.1.example",
        "::2",
        "",
    ],
)
def test_plain_is_refused_to_any_other_machine(host: str) -> None:
    with pytest.raises(ConfigError, match="in clear"):
        make_account(host=host, security=Security.PLAIN)


@pytest.mark.parametrize("user", ["", "a\r\nX LOGOUT", "a\0b"])
def test_a_user_that_cannot_be_typed_is_refused(user: str) -> None:
    with pytest.raises(ConfigError, match="IMAP user"):
        make_account(user=user)


def test_everything_wrong_with_an_account_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        make_account(
            security=Security.PLAIN,
            user="",
            folder="a//b",
            ca_file=tmp_path / "none.pem",
        )

    assert len(caught.value.problems) == 4


def test_an_account_is_shown_by_host_and_port() -> None:
    assert str(make_account()) == "imap.board.example:993"


@pytest.mark.parametrize(
    "folder", ["INBOX", "Complaints", "Complaints/School first", "Überblick", "A&B"]
)
def test_a_name_that_a_person_would_give_is_fine(folder: str) -> None:
    assert folder_problems(folder) == []


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param("/Complaints", "begins", id="slash first"),
        pytest.param("Complaints/", "ends", id="slash last"),
        pytest.param("A//B", "//", id="an empty level"),
        pytest.param("A\r\nB", "cannot be typed", id="a line end"),
        pytest.param("A\x7fB", "cannot be typed", id="a control character"),
        pytest.param("A /B", "spaces", id="a space before the slash"),
        pytest.param(" A", "spaces", id="a space first"),
        pytest.param("All*", "wildcards", id="an asterisk"),
        pytest.param("50%", "wildcards", id="a per cent sign"),
    ],
)
def test_a_name_that_a_server_could_mistake_is_refused(folder: str, why: str) -> None:
    (problem,) = folder_problems(folder)

    assert why in problem


@pytest.mark.parametrize(
    ("spelling", "folder", "expected"),
    [
        pytest.param(Spelling("/"), "A/B c", "A/B c", id="a server like us"),
        pytest.param(Spelling("."), "A/B c", "A.B c", id="dots"),
        pytest.param(Spelling(".", "INBOX."), "A/B", "INBOX.A.B", id="below INBOX"),
        pytest.param(Spelling(".", "INBOX."), "INBOX/A", "INBOX.A", id="said already"),
        pytest.param(Spelling(".", "INBOX."), "inbox", "INBOX", id="INBOX itself"),
        pytest.param(Spelling(""), "A", "A", id="no hierarchy, one level"),
        pytest.param(Spelling("/"), "v1.2", "v1.2", id="a dot in a name"),
    ],
)
def test_a_folder_is_spelled_as_the_server_has_it(
    spelling: Spelling, folder: str, expected: str
) -> None:
    assert spelling.of(folder) == expected


@pytest.mark.parametrize(
    ("spelling", "folder", "why"),
    [
        pytest.param(Spelling(""), "A/B", "no folders in folders", id="no hierarchy"),
        pytest.param(Spelling("."), "A/v1.2", 'divides folders by "."', id="a dot"),
    ],
)
def test_a_folder_that_a_server_cannot_have_is_refused(
    spelling: Spelling, folder: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        spelling.of(folder)
