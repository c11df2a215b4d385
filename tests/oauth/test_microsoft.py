"""Microsoft 365 through msal, with a local issuer in Microsoft's place."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.oauth.asking import secret_file
from tests.servers.certificates import Authority
from tests.servers.issuer import (
    CLIENT,
    SECRET,
    Fault,
    TokenIssuer,
    down,
    garbage,
    huge,
    refusing,
    slow,
)
from triage.demo.servers import Certificate
from triage.errors import LoginRefusedError, TransientError
from triage.logins import MicrosoftTable
from triage.oauth.login import logged_in
from triage.oauth.microsoft import Microsoft
from triage.web import Web

pytest.importorskip("msal")


@pytest.fixture
def entra(certificate: Certificate) -> Iterator[TokenIssuer]:
    """msal takes https alone."""
    with TokenIssuer("ann@board.example", certificate) as server:
        yield server


@pytest.fixture
def web(authority: Authority) -> Web:
    return Web(10.0, authority.ca_file)


def table_of(entra: TokenIssuer, **more: Any) -> MicrosoftTable:
    return MicrosoftTable(
        tenant="tenant", client_id=CLIENT, authority=entra.address, **more
    )


def test_an_application_asks_for_itself(
    entra: TokenIssuer, web: Web, tmp_path: Path
) -> None:
    table = table_of(entra, client_secret=secret_file(tmp_path))

    granted = Microsoft(table, web).by_secret()

    (asked,) = entra.asked
    assert entra.knows(granted.access_token)
    assert granted.lasts is not None
    assert asked.form["scope"] == "https://outlook.office365.com/.default"


def test_each_token_is_a_new_one(entra: TokenIssuer, web: Web, tmp_path: Path) -> None:
    """msal's own cache would give a refused token again."""
    app = Microsoft(table_of(entra, client_secret=secret_file(tmp_path)), web)

    assert app.by_secret().access_token != app.by_secret().access_token


def test_a_refresh_token_brings_a_new_one(
    entra: TokenIssuer, web: Web, tmp_path: Path
) -> None:
    table = table_of(entra, refresh_token_file=tmp_path / "token")

    granted = Microsoft(table, web).by_refresh_token(entra.new_refresh_token())

    (asked,) = entra.asked
    assert entra.knows(granted.access_token)
    assert granted.refresh_token in entra.state.refresh
    assert "https://outlook.office.com/SMTP.Send" in asked.form["scope"].split()
    assert "offline_access" in asked.form["scope"].split()


def test_a_confidential_client_says_its_secret_with_the_refresh_token(
    entra: TokenIssuer, web: Web, tmp_path: Path
) -> None:
    table = table_of(
        entra, client_secret=secret_file(tmp_path), refresh_token_file=tmp_path / "t"
    )

    Microsoft(table, web).by_refresh_token(entra.new_refresh_token())

    assert [each.form.get("client_secret") for each in entra.asked] == [SECRET]


def test_a_person_types_a_code(entra: TokenIssuer, web: Web, tmp_path: Path) -> None:
    entra.state.pending.append("authorization_pending")
    table = table_of(entra, refresh_token_file=tmp_path / "token")

    prompt = Microsoft(table, web).begin_login()
    granted = logged_in(prompt, lambda _: None)

    assert prompt.code == "ABCD-EFGH"
    assert granted.refresh_token in entra.state.refresh


def test_a_refusal_is_told_by_its_number(
    entra: TokenIssuer, web: Web, tmp_path: Path
) -> None:
    entra.fail(refusing("invalid_client", error_codes=[7000222]))
    table = table_of(entra, client_secret=secret_file(tmp_path))

    with pytest.raises(LoginRefusedError, match="AADSTS7000222") as caught:
        Microsoft(table, web).by_secret()

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("fault", [down, garbage, huge, slow])
def test_microsoft_in_trouble_is_tried_again(
    entra: TokenIssuer, authority: Authority, tmp_path: Path, fault: Fault
) -> None:
    entra.fail(fault)
    table = table_of(entra, client_secret=secret_file(tmp_path))
    hasty = Web(1.0, authority.ca_file)

    with pytest.raises(TransientError) as caught:
        Microsoft(table, hasty).by_secret()

    assert not isinstance(caught.value, LoginRefusedError)


def test_microsoft_that_is_away_is_tried_again(
    entra: TokenIssuer, web: Web, tmp_path: Path
) -> None:
    table = table_of(entra, client_secret=secret_file(tmp_path))
    entra.__exit__(None, None, None)

    with pytest.raises(TransientError, match="no answer"):
        Microsoft(table, web).by_secret()


def test_nothing_of_a_secret_is_logged(
    entra: TokenIssuer, web: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    table = table_of(
        entra, client_secret=secret_file(tmp_path), refresh_token_file=tmp_path / "t"
    )
    app = Microsoft(table, web)
    app.by_secret()
    app.by_refresh_token(entra.new_refresh_token())
    with pytest.raises(LoginRefusedError):
        app.by_refresh_token("an-old-token")

    shown = [*entra.state.shown, SECRET, "an-old-token"]
    assert [each for each in shown if each in caplog.text] == []
