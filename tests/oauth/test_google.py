"""Google Workspace through google-auth, with a local issuer in Google's place."""

import base64
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.oauth.asking import QUICK, secret_file
from tests.servers.issuer import (
    CLIENT,
    SECRET,
    Grant,
    TokenIssuer,
    garbage,
    refusing,
)
from triage.errors import ConfigError, LoginRefusedError, TransientError
from triage.logins import GoogleTable, Secret
from triage.oauth.google import Google

pytest.importorskip("google.auth")
USER = "complaints@board.example"


@pytest.fixture(scope="session")
def key_pem(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("google") / "key.pem"
    subprocess.run(  # noqa: S603 - a key for this test alone
        ["openssl", "genrsa", "-out", path, "2048"],  # noqa: S607
        check=True,
        capture_output=True,
    )
    return path.read_text()


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - as google-auth reads it


def service_account(issuer: TokenIssuer, key_pem: str, folder: Path) -> GoogleTable:
    path = folder / "key.json"
    path.touch(0o600)
    key = {
        "type": "service_account",
        "client_email": "triage@project.example",
        "private_key_id": "1",
        "private_key": key_pem,
        "token_uri": issuer.token_url,
    }
    path.write_text(json.dumps(key, indent=2))
    return GoogleTable(service_account=Secret(file=path))


def claims_in(assertion: str) -> dict[str, Any]:
    body = assertion.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=="))
    return found


def test_a_service_account_acts_for_the_user(
    issuer: TokenIssuer, key_pem: str, tmp_path: Path
) -> None:
    table = service_account(issuer, key_pem, tmp_path)

    granted = Google(table, USER, clock, QUICK).by_secret()

    (asked,) = issuer.asked
    claims = claims_in(asked.form["assertion"])
    assert issuer.knows(granted.access_token)
    assert asked.form["grant_type"] == Grant.JWT
    assert (claims["sub"], claims["scope"]) == (USER, "https://mail.google.com/")
    assert granted.lasts is not None
    assert timedelta(minutes=59) < granted.lasts <= timedelta(minutes=61)


def client_of(folder: Path) -> GoogleTable:
    return GoogleTable(
        client_id=CLIENT,
        client_secret=secret_file(folder),
        refresh_token_file=folder / "token",
    )


def test_a_refresh_token_is_used_and_a_new_one_taken(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    app = Google(client_of(tmp_path), USER, clock, QUICK, issuer.token_url)

    granted = app.by_refresh_token(issuer.new_refresh_token())

    assert issuer.knows(granted.access_token)
    assert granted.refresh_token in issuer.state.refresh


def test_a_revoked_token_is_told_with_what_to_do(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    app = Google(client_of(tmp_path), USER, clock, QUICK, issuer.token_url)

    with pytest.raises(LoginRefusedError, match="invalid_grant") as caught:
        app.by_refresh_token("an-old-token")

    assert "an-old-token" not in str(caught.value)


def test_a_refusal_repeats_its_code_alone(
    issuer: TokenIssuer, key_pem: str, tmp_path: Path
) -> None:
    issuer.fail(refusing("unauthorized_client"))
    table = service_account(issuer, key_pem, tmp_path)

    with pytest.raises(LoginRefusedError, match="domain-wide delegation") as caught:
        Google(table, USER, clock, QUICK).by_secret()

    assert SECRET not in str(caught.value)


def test_google_that_makes_no_sense_is_tried_again(
    issuer: TokenIssuer, key_pem: str, tmp_path: Path
) -> None:
    issuer.fail(garbage)
    table = service_account(issuer, key_pem, tmp_path)

    with pytest.raises(TransientError) as caught:
        Google(table, USER, clock, QUICK).by_secret()

    assert not isinstance(caught.value, LoginRefusedError)


def test_google_that_is_away_is_tried_again(tmp_path: Path, key_pem: str) -> None:
    with TokenIssuer(USER) as gone:
        table = service_account(gone, key_pem, tmp_path)

    with pytest.raises(TransientError, match="no answer"):
        Google(table, USER, clock, QUICK).by_secret()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"client_email": "x"}'])
def test_what_is_no_key_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.json"
    path.touch(0o600)
    path.write_text(text)
    table = GoogleTable(service_account=Secret(file=path))

    with pytest.raises(ConfigError, match="no key of a service account"):
        Google(table, USER, clock, QUICK).by_secret()


def agreed(address: str, **changes: str) -> str:
    """Return where the browser ends after a person has agreed."""
    asked = parse_qs(urlsplit(address).query)
    found = {
        "state": asked["state"][0],
        "code": f"code for {asked['code_challenge'][0]}",
        **changes,
    }
    return f"{asked['redirect_uri'][0]}?{urlencode(found)}"


def test_a_person_agrees_on_a_page_and_pastes_where_it_ends(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    app = Google(client_of(tmp_path), USER, clock, QUICK, issuer.token_url)

    address, consent = app.begin_consent()
    granted = consent.granted(f" {agreed(address)}\n")

    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == ["https://mail.google.com/"]
    assert (asked["access_type"], asked["login_hint"]) == (["offline"], [USER])
    assert granted.refresh_token in issuer.state.refresh


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"state": "of somebody else"}, ConfigError, id="another page"),
        pytest.param({"code": "a wrong one"}, LoginRefusedError, id="a wrong code"),
    ],
)
def test_an_address_that_did_not_come_of_our_page_is_of_no_use(
    issuer: TokenIssuer,
    tmp_path: Path,
    changes: dict[str, str],
    error: type[Exception],
) -> None:
    app = Google(client_of(tmp_path), USER, clock, QUICK, issuer.token_url)
    address, consent = app.begin_consent()

    with pytest.raises(error):
        consent.granted(agreed(address, **changes))


def test_who_declines_is_told(issuer: TokenIssuer, tmp_path: Path) -> None:
    app = Google(client_of(tmp_path), USER, clock, QUICK, issuer.token_url)
    address, consent = app.begin_consent()
    ended = agreed(address).replace("code=", "error=access_denied&no=")

    with pytest.raises(LoginRefusedError, match="declined"):
        consent.granted(ended)
