"""An alarm as JSON to a web address, and the ping of a dead man's switch.

One request, one answer: no redirection is followed, and nothing but the status is read.
"""

import http.client
import ipaddress
import json
import logging
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from triage.alarm.book import Notice
from triage.alarm.channel import TELLING_SECONDS, NotToldError
from triage.alarm.errand import Errand
from triage.alarm.model import Kind
from triage.alarm.wording import as_json
from triage.errors import ConfigError
from triage.smtp.watch import Watch
from triage.web import why_no_web_address

_GOOD = range(200, 300)
_ELSEWHERE = range(300, 400)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Address:
    """A web address, read at every use: it may be a secret that changes."""

    read: Callable[[], str]
    ca_file: Path | None = None
    """Only where the server's certificate is of an own authority."""

    def post(self, body: bytes, seconds: float) -> None:
        """Send one POST; raises NotToldError with what the server said to it."""
        try:
            text = self.read()
        except ConfigError as error:
            raise NotToldError(str(error)) from None
        if problem := why_no_web_address(text):
            raise NotToldError(problem)
        url = urlsplit(text)
        try:
            status = self._status(url, body, seconds)
        except ssl.SSLCertVerificationError as error:
            why = f"its certificate cannot be trusted ({error.verify_message})"
            raise NotToldError(f"{url.hostname}: {why}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NotToldError(f"no answer from {url.hostname} ({why})") from None
        if status in _ELSEWHERE:
            raise NotToldError(
                f"{url.hostname} sends us elsewhere ({status}), and nobody follows: "
                "name the final address"
            )
        if status not in _GOOD:
            raise NotToldError(f"{url.hostname} answers {status}")

    def _status(self, url: SplitResult, body: bytes, seconds: float) -> int:
        connection = self._connection(url, seconds)
        path = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
        with Watch(seconds) as watch, closing(connection):
            connection.connect()
            if url.scheme == "http":
                _refuse_clear_text_abroad(connection.sock)
            # A duplicate below TLS: what is cut there wakes whoever reads above.
            with socket.socket(fileno=os.dup(connection.sock.fileno())) as cord:
                watch.guard(cord)
                kind = {"Content-Type": "application/json"}
                connection.request("POST", path, body, kind)
                return connection.getresponse().status

    def _connection(
        self, url: SplitResult, seconds: float
    ) -> http.client.HTTPConnection:
        host = url.hostname or ""
        if url.scheme == "http":
            return http.client.HTTPConnection(host, url.port, timeout=seconds)
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return http.client.HTTPSConnection(
            host, url.port, timeout=seconds, context=context
        )


def _refuse_clear_text_abroad(sock: socket.socket) -> None:
    """A name such as localhost may be made to lead elsewhere."""
    if not ipaddress.ip_address(sock.getpeername()[0]).is_loopback:
        raise NotToldError("it is not this machine, and the connection is in clear")


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Posts a notice as JSON."""

    address: Address
    host: str
    seconds: float = TELLING_SECONDS
    name: str = "webhook"
    fails_with: frozenset[Kind] = frozenset()

    def tell(self, notice: Notice) -> None:
        """Post it; raises NotToldError."""
        self.address.post(json.dumps(as_json(notice, self.host)).encode(), self.seconds)


@dataclass(frozen=True, kw_only=True)
class Ping:
    """Tells a service that all is well; it alarms when nothing comes any more."""

    address: Address
    seconds: float = TELLING_SECONDS

    def send(self) -> None:
        """Send one ping; raises NotToldError."""
        self.address.post(b"", self.seconds)


class Pinger:
    """Sends a ping every so often, but only while all is well."""

    def __init__(self, ping: Ping, every: float = 60.0) -> None:
        self._ping = ping
        self._every = every
        self._errand: Errand[str] = Errand("alarm-ping")
        self._last: float | None = None
        self.failed: str | None = None
        """Why the last one did not get through."""

    def turn(self, at: float, *, is_well: bool) -> None:
        """Send the next one if it is due; waits for nothing."""
        outcome = self._errand.result()
        if outcome is not None:
            self._note(outcome or None)
        is_due = self._last is None or at - self._last >= self._every
        if is_well and is_due and not self._errand.is_under_way:
            self._last = at
            self._errand.begin(self._sent)

    def _sent(self) -> str:
        try:
            self._ping.send()
        except NotToldError as error:
            return str(error)
        return ""

    def _note(self, failed: str | None) -> None:
        if failed is not None and self.failed is None:
            log.warning("alarm: the ping does not get through: %s", failed)
        self.failed = failed
