"""Any issuer: what it is asked, and what its answers and silences come to."""

import threading
import time
from pathlib import Path

import pytest

from tests.oauth.asking import HASTY, MORNING, QUICK, secret_file, table_of
from tests.servers.certificates import Authority
from tests.servers.issuer import (
    CLIENT,
    SECRET,
    Fault,
    TokenIssuer,
    down,
    dripping,
    elsewhere,
    garbage,
    huge,
    hung_up,
    page,
    refusing,
    saying,
    slow,
    too_many,
)
from triage.demo.servers import Certificate
from triage.errors import ConfigError, LoginRefusedError, TransientError
from triage.oauth.keeping import TokenFile
from triage.oauth.login import logged_in
from triage.oauth.open import OpenIssuer
from triage.web import Web


def test_the_secret_goes_in_the_header(issuer: TokenIssuer, tmp_path: Path) -> None:
    granted = OpenIssuer(table_of(issuer, tmp_path), QUICK).by_secret()

    (asked,) = issuer.asked
    assert issuer.knows(granted.access_token)
    assert asked.client == CLIENT
    assert "client_secret" not in asked.form


def test_the_secret_goes_in_the_body_where_that_is_said(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    table = table_of(issuer, tmp_path, credentials_in="body", scope="imap smtp")

    OpenIssuer(table, QUICK).by_secret()

    (asked,) = issuer.asked
    assert asked.form == {
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scope": "imap smtp",
    }


def test_a_refresh_token_brings_a_new_one(issuer: TokenIssuer, tmp_path: Path) -> None:
    app = OpenIssuer(table_of(issuer, tmp_path), QUICK)

    granted = app.by_refresh_token(issuer.new_refresh_token())

    assert issuer.knows(granted.access_token)
    assert granted.refresh_token in issuer.state.refresh


@pytest.mark.parametrize(
    "told",
    [None, 0, -1, 1e300, "soon", "NaN", True, [3600], {}],
    ids=str,
)
def test_a_life_that_makes_no_sense_is_that_of_one_login(
    issuer: TokenIssuer, tmp_path: Path, told: object
) -> None:
    issuer.fail(saying({"access_token": "good", "expires_in": told}))

    granted = OpenIssuer(table_of(issuer, tmp_path), QUICK).by_secret()

    assert (granted.access_token, granted.lasts) == ("good", None)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(down, r"no token at the moment \(500\)", id="down"),
        pytest.param(garbage, "nothing that makes sense", id="garbage"),
        pytest.param(huge, "no answer", id="huge"),
        pytest.param(page, "nothing that makes sense", id="a page"),
        pytest.param(too_many, r"at the moment \(429\)", id="too many"),
        pytest.param(hung_up, "no answer", id="hangs up"),
        pytest.param(slow, "in time", id="slow"),
        pytest.param(dripping, "in time", id="dripping"),
        pytest.param(elsewhere, "elsewhere", id="redirection"),
        pytest.param(saying({}), "no token", id="nothing"),
        pytest.param(saying({"access_token": 5}), "no token", id="a number"),
        pytest.param(saying({"access_token": "a\x01b"}), "no token", id="controls"),
        pytest.param(refusing("temporarily_unavailable"), "at the moment", id="busy"),
    ],
)
def test_an_issuer_in_trouble_is_tried_again(
    issuer: TokenIssuer, tmp_path: Path, fault: Fault, words: str
) -> None:
    issuer.fail(fault)
    app = OpenIssuer(table_of(issuer, tmp_path), HASTY)

    with pytest.raises(TransientError, match=words) as caught:
        app.by_secret()

    assert not isinstance(caught.value, LoginRefusedError)


def test_an_issuer_that_drips_keeps_nobody(issuer: TokenIssuer, tmp_path: Path) -> None:
    issuer.fail(dripping)
    began = time.monotonic()

    with pytest.raises(TransientError):
        OpenIssuer(table_of(issuer, tmp_path), HASTY).by_secret()

    assert time.monotonic() - began < 10
    until = time.monotonic() + 10
    while any(each.name == "web" for each in threading.enumerate()):
        assert time.monotonic() < until, "its thread goes on"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param("invalid_grant", "triage login", id="revoked"),
        pytest.param("invalid_client", "client_secret", id="secret over"),
        pytest.param("invalid_scope", "check scope", id="scope"),
        pytest.param("unauthorized_client", "administrator", id="not allowed"),
        pytest.param("something_new", "something_new", id="unknown"),
        pytest.param("<b>not a code</b>", "without a reason", id="no code"),
    ],
)
def test_a_refusal_says_what_to_do_and_repeats_its_code_alone(
    issuer: TokenIssuer, tmp_path: Path, code: str, words: str
) -> None:
    issuer.fail(refusing(code))

    with pytest.raises(LoginRefusedError, match=words) as caught:
        OpenIssuer(table_of(issuer, tmp_path), QUICK).by_secret()

    assert SECRET not in str(caught.value)
    assert "<b>" not in str(caught.value)


def test_a_wrong_secret_is_refused(issuer: TokenIssuer, tmp_path: Path) -> None:
    table = table_of(issuer, tmp_path, client_secret=secret_file(tmp_path, "wrong"))

    with pytest.raises(LoginRefusedError, match="invalid_client"):
        OpenIssuer(table, QUICK).by_secret()


def test_an_issuer_that_is_away_is_told_by_its_name(tmp_path: Path) -> None:
    with TokenIssuer("ann") as gone:
        table = table_of(gone, tmp_path)

    with pytest.raises(TransientError, match=r"no answer from 127\.0\.0\.1"):
        OpenIssuer(table, QUICK).by_secret()


def test_over_https_the_certificate_must_be_trusted(
    certificate: Certificate, authority: Authority, tmp_path: Path
) -> None:
    with TokenIssuer("ann", certificate) as secured:
        table = table_of(secured, tmp_path)
        trusting = Web(10.0, authority.ca_file)

        granted = OpenIssuer(table, trusting).by_secret()
        assert secured.knows(granted.access_token)
        with pytest.raises(TransientError, match="cannot be trusted"):
            OpenIssuer(table, QUICK).by_secret()

    assert len(secured.asked) == 1


def test_a_person_types_a_code_and_the_token_is_kept(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    issuer.state.pending.extend(["authorization_pending", "slow_down"])
    device = f"{issuer.address}/device"
    app = OpenIssuer(table_of(issuer, tmp_path, device_url=device), QUICK)
    waits: list[float] = []

    prompt = app.begin_login()
    granted = logged_in(prompt, waits.append)
    TokenFile(tmp_path / "token").begin(granted, MORNING)

    assert (prompt.code, waits) == ("ABCD-EFGH", [1.0, 1.0, 6.0])
    assert TokenFile(tmp_path / "token").read().refresh_token in issuer.state.refresh


def test_a_person_who_declines_is_told(issuer: TokenIssuer, tmp_path: Path) -> None:
    issuer.state.pending.append("access_denied")
    device = f"{issuer.address}/device"
    app = OpenIssuer(table_of(issuer, tmp_path, device_url=device), QUICK)

    with pytest.raises(LoginRefusedError, match="declined"):
        logged_in(app.begin_login(), lambda _: None)


def test_a_code_that_nobody_types_ends(issuer: TokenIssuer, tmp_path: Path) -> None:
    issuer.state.pending.extend(["authorization_pending"] * 1000)
    device = f"{issuer.address}/device"
    app = OpenIssuer(table_of(issuer, tmp_path, device_url=device), QUICK)

    with pytest.raises(LoginRefusedError, match="in time"):
        logged_in(app.begin_login(), lambda _: None)


def test_without_a_place_for_codes_that_is_told(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="device_url"):
        OpenIssuer(table_of(issuer, tmp_path), QUICK).begin_login()
