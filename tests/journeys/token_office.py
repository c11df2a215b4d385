"""An installation whose mailbox and submission take tokens alone."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.installing import Inline, Settings
from tests.journeys.journey import Journey
from tests.servers.issuer import CLIENT, SECRET, TokenIssuer
from tests.servers.token_smtp import TokenSmtp


@dataclass
class Office:
    """A journey between servers that take tokens of one issuer."""

    journey: Journey
    issuer: TokenIssuer
    smtp: TokenSmtp

    @property
    def refresh_token_file(self) -> Path:
        return self.journey.folder / "state" / "refresh-token"

    def install(self, *, logs_in_first: bool = True, **servers: int) -> Path:
        folder = self.journey.folder
        (folder / "state").mkdir(mode=0o700)
        _write(folder / "client-secret", SECRET)
        if logs_in_first:
            _write(self.refresh_token_file, self.issuer.new_refresh_token())
        oauth = {
            "issuer": {
                "token_url": self.issuer.token_url,
                "device_url": f"{self.issuer.address}/device",
                "client_id": CLIENT,
                "client_secret": Inline("file", "client-secret"),
                "refresh_token_file": "state/refresh-token",
            }
        }
        user = {"user": self.journey.user, "password": None, "oauth": oauth}
        mailbox = {**user, "poll_seconds": 1}
        settings = Settings(mailbox=mailbox, submission=user)
        return self.journey.install(settings, **servers)

    def agree_for(self, days: int) -> None:
        """Have a refresh token that a person was given for so many days."""
        kept = {
            "refresh_token": self.issuer.new_refresh_token(),
            "renewed_at": None,
            "expires_at": None,
            "life": days * 86400,
        }
        self.refresh_token_file.write_text(json.dumps(kept))


def _write(path: Path, secret: str) -> None:
    path.touch(0o600)
    path.write_text(f"{secret}\n", encoding="utf-8")
