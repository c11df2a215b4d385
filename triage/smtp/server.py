"""Which server takes our letters, and how long it may take."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from triage.errors import ConfigError
from triage.logins import Trials
from triage.oauth.sasl import Tokens
from triage.web import LOOPBACK

PORTS = {"tls": 465, "starttls": 587, "plain": 25}


@dataclass(frozen=True)
class Server:
    """A submission server (RFC 6409) and the login there.

    Raises ConfigError for a plain connection to another machine.
    """

    host: str
    port: int | None = None
    """None: the usual one for `security`."""
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)
    """Called at each login, so that a new secret is taken up; may raise ConfigError."""
    tokens: Tokens | None = field(default=None, repr=False)
    """What is logged in with in place of a password."""
    trials: Trials | None = field(default=None, repr=False)
    ca_file: Path | None = None
    helo: str | None = None
    """Our name in EHLO; None: our address on that connection."""

    def __post_init__(self) -> None:
        if self.security == "plain" and self.host not in LOOPBACK:
            raise ConfigError(
                f"mail to {self.host} would go in clear; plain is for this machine only"
            )

    @property
    def port_number(self) -> int:
        return self.port or PORTS[self.security]

    def tls_context(self) -> ssl.SSLContext:
        """Return a context that verifies certificate and name; TLS 1.2 or later.

        Raises ConfigError for a file of authorities that cannot be used.
        """
        # `create_default_context` writes the session's keys where SSLKEYLOGFILE says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if self.ca_file is None:
                context.load_default_certs()
            else:
                context.load_verify_locations(self.ca_file)
        except OSError as error:
            why = error.strerror or "it holds no certificate"
            raise ConfigError(
                f"ca_file {self.ca_file} cannot be used: {why}"
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


@dataclass(frozen=True, slots=True)
class Limits:
    """Wall-clock seconds."""

    connect: float = 30.0
    """For each address of the server."""
    before_dot: float = 300.0
    """From the beginning of a submission to the dot, connecting included."""
    after_dot: float = 600.0
    """RFC 5321 §4.5.3.2.6: a shorter wait makes letters uncertain for no reason."""
    after_stop: float = 5.0
    """For the reply to the dot, once the program is told to end."""
