"""What is said where a token stands for a password: XOAUTH2 and OAUTHBEARER (RFC 7628).

XOAUTH2 is older, of Google's making, and all that Microsoft offers. Both are one
message; a server that refuses it first says why in a challenge, and waits for an answer
before it says no.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

_CODE = re.compile(r"[a-z0-9_]{1,40}")


class Tokens(Protocol):
    """What a server is logged in to with, in place of a password."""

    def token(self) -> str:
        """Return a token that is good now.

        Raises LoginRefusedError where a person must act, TransientError, ConfigError.
        """

    def refuse(self, token: str) -> bool:
        """Note that a server refused it; True where another may be tried at once."""


class Mechanism(StrEnum):
    """How a token is offered, the better one first."""

    OAUTHBEARER = "OAUTHBEARER"
    XOAUTH2 = "XOAUTH2"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever logs in with a token, and where."""

    user: str
    token: str = field(repr=False)
    host: str
    port: int


def best_of(offered: Collection[str]) -> Mechanism | None:
    """Return how to offer a token to a server; None: it takes none."""
    names = {name.upper() for name in offered}
    return next((each for each in Mechanism if each in names), None)


def opening(mechanism: Mechanism, bearer: Bearer) -> bytes:
    """Return the message with the token."""
    credential = f"auth=Bearer {bearer.token}\x01\x01"
    match mechanism:
        case Mechanism.OAUTHBEARER:
            # RFC 5801 §4: these two would end the name.
            name = bearer.user.replace("=", "=3D").replace(",", "=2C")
            place = f"host={bearer.host}\x01port={bearer.port}\x01"
            return f"n,a={name},\x01{place}{credential}".encode()
        case Mechanism.XOAUTH2:
            return f"user={bearer.user}\x01{credential}".encode()


def closing(mechanism: Mechanism) -> bytes:
    """Return the answer to a challenge, after which the server says no."""
    match mechanism:
        case Mechanism.OAUTHBEARER:
            return b"\x01"  # RFC 7628 §3.2.3
        case Mechanism.XOAUTH2:
            return b""


def reason_in(challenge: bytes) -> str:
    """Return the code in a challenge, such as `invalid_token` or `400`; or nothing."""
    try:
        status = json.loads(challenge)["status"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    code = str(status)
    return code if _CODE.fullmatch(code) else ""
