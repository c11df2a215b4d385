"""The packages of the extras are wanted only where they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.oauth.asking import MORNING, secret_file
from triage.errors import ConfigError
from triage.logins import GoogleTable, MicrosoftTable
from triage.oauth.google import Google
from triage.oauth.microsoft import Microsoft

EXTRAS = ("msal", "google.auth", "requests", "cryptography")


def test_no_command_imports_them() -> None:
    code = f"import sys, triage.cli; print([e for e in {EXTRAS} if e in sys.modules])"

    done = subprocess.run(  # noqa: S603 - the program under test
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_without_msal_it_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "msal", None)
    table = MicrosoftTable(
        tenant="t", client_id="c", client_secret=secret_file(tmp_path)
    )

    for ask in (Microsoft(table).check, Microsoft(table).by_secret):
        with pytest.raises(
            ConfigError, match=r"pip install 'triage-mail\[microsoft\]'"
        ):
            ask()


def test_without_google_auth_it_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.oauth2.credentials", None)
    table = GoogleTable(
        client_id="c",
        client_secret=secret_file(tmp_path),
        refresh_token_file=tmp_path / "token",
    )

    with pytest.raises(ConfigError, match=r"pip install 'triage-mail\[google\]'"):
        Google(table, "ann", lambda: MORNING).check()
