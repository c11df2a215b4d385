"""Issuers of every kind over one local server, and a clock that tests set."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.servers.issuer import CLIENT, SECRET, TokenIssuer
from triage.logins import IssuerTable, Secret
from triage.oauth.granting import BySecret
from triage.oauth.open import OpenIssuer
from triage.oauth.source import Supply, TokenSource
from triage.web import Web

MORNING = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
QUICK = Web(seconds=10.0)
HASTY = Web(seconds=0.5)


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


def secret_file(folder: Path, text: str = SECRET) -> Secret:
    path = folder / "client-secret"
    path.touch(0o600)
    path.write_text(f"{text}\n")
    return Secret(file=path)


def table_of(issuer: TokenIssuer, folder: Path, **changes: Any) -> IssuerTable:
    usual: dict[str, Any] = {"token_url": issuer.token_url, "client_id": CLIENT}
    if "client_secret" not in changes:
        usual["client_secret"] = secret_file(folder)
    return IssuerTable(**(usual | changes))


def source_of(
    issuer: TokenIssuer, folder: Path, clock: Clock, web: Web = QUICK
) -> TokenSource:
    app = OpenIssuer(table_of(issuer, folder), web)
    return TokenSource(Supply(BySecret(app), clock), clock)
