"""A first refresh token where no code can be typed: a person agrees on a page.

The browser ends on an address of its own machine, where nothing answers; the person
pastes that address (RFC 8252 §7.3). It is of no use to anybody else (RFC 7636).
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from triage.errors import ConfigError, LoginRefusedError
from triage.oauth.token import Granted

NOWHERE = "http://127.0.0.1:9/"
"""The port at which nothing is kept (RFC 863)."""

Redeem = Callable[[Mapping[str, str]], Granted]


@dataclass(frozen=True, slots=True)
class Consent:
    """A page to agree on, and how what comes of it is turned into tokens."""

    page: str
    redeem: Redeem = field(repr=False)
    state: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(48))

    def address(self, **wanted: str) -> str:
        """Return where the person agrees."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "redirect_uri": NOWHERE,
            "state": self.state,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
            **wanted,
        }
        return f"{self.page}?{urlencode(asked)}"

    def granted(self, pasted: str) -> Granted:
        """Return the tokens; raises ConfigError for an address that is of no use."""
        try:
            found = parse_qs(urlsplit(pasted.strip()).query)
        except ValueError:
            found = {}
        if found.get("state") != [self.state]:
            raise ConfigError(
                "that is not the address on which the browser ended: begin again, and "
                f"paste all of it; it begins with {NOWHERE}"
            )
        if "code" not in found:
            raise LoginRefusedError("somebody declined: begin again")
        return self.redeem(
            {
                "grant_type": "authorization_code",
                "code": found["code"][0],
                "redirect_uri": NOWHERE,
                "code_verifier": self.verifier,
            }
        )
