"""Where a mailbox is, how long a server is heard out, what a folder says of itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from typing_extensions import override

from triage.errors import ConfigError
from triage.logins import Trials
from triage.mailbox.folders import folder_problems
from triage.oauth.sasl import Tokens
from triage.web import is_loopback


class Security(StrEnum):
    """How the connection is protected (RFC 8314)."""

    IMAPS = "imaps"
    STARTTLS = "starttls"
    PLAIN = "plain"
    """Nothing at all; only to this machine itself."""


@dataclass(frozen=True, slots=True)
class Account:
    """One folder of one IMAP account; raises ConfigError with all that is wrong.

    `password` is called at each login, so that a changed secret is taken up; None:
    `tokens` are logged in with. `ca_file` names certificates (PEM) that are trusted
    besides those of the system.
    """

    host: str
    port: int
    security: Security
    user: str
    password: Callable[[], str] | None = field(repr=False)
    folder: str = "INBOX"
    ca_file: Path | None = None
    tokens: Tokens | None = field(default=None, repr=False)
    trials: Trials | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        problems = [
            f"IMAP folder: {problem}" for problem in folder_problems(self.folder)
        ]
        if self.security is Security.PLAIN and not is_loopback(self.host.strip("[]")):
            problems.append(
                f'IMAP security = "plain" would send the password in clear to '
                f'{self.host}: use "imaps" or "starttls"; "plain" is for 127.0.0.1, '
                "::1 and localhost"
            )
        if not self.user or not self.user.isprintable():
            problems.append("IMAP user: empty, or with characters that cannot be typed")
        if (self.password is None) == (self.tokens is None):
            problems.append("IMAP login: either a password or tokens")
        if self.ca_file is not None and not self.ca_file.is_file():
            problems.append(f"IMAP ca_file: there is no file {self.ca_file}")
        if problems:
            raise ConfigError(*problems)

    @override
    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, and for how many octets, a server is listened to.

    Times are wall-clock seconds for the whole of a step, however the octets drip in.
    """

    connect: float = 10.0
    """TCP and TLS, each."""
    command: float = 60.0
    farewell: float = 3.0
    """What is waited for when the program is to end."""
    whole: int = 262_144
    """Messages up to this size are fetched whole."""
    header: int = 262_144
    text: int = 262_144
    """Of each text part of a larger message."""
    batch_octets: int = 4_194_304
    batch_messages: int = 200
    poll: float = 30.0
    """How often a server without IDLE is asked."""
    idle_renewal: float = 240.0
    """RFC 2177 allows 29 minutes; middle boxes have been seen to cut after six."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What the server said when it opened the folder."""

    uidvalidity: int
    uidnext: int | None
    """The next UID to be given; None where the server does not say."""
    exists: int
