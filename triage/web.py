"""One request and its answer over HTTPS, within limits of time and amount.

No redirection is followed: what is posted here are secrets, which are for the server
that somebody named.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from triage.errors import TransientError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MOST_OCTETS = 262_144
SHORTEST = 0.01
"""Seconds; a socket with none at all would not wait."""
Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""An address, as it is looked up."""
_NOTHING: Mapping[str, str] = {}


class NoAnswerError(TransientError):
    """No answer that could be used; carries neither the address nor the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Web:
    """How servers are asked."""

    seconds: float = 30.0
    """Wall-clock time for looking up, connecting, asking and reading together."""
    ca_file: Path | None = None
    """Authorities that are trusted besides those of the system."""
    reads_body: bool = True
    """False: nothing but the status is of interest."""

    def ask(
        self,
        method: str,
        address: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = _NOTHING,
    ) -> Answer:
        """Send one request; raises NoAnswerError, and for a redirection too."""
        if problem := why_no_web_address(address):
            raise NoAnswerError(f"nothing is asked there: {problem}")
        url = urlsplit(address)
        asking = Asking(url, self)
        try:
            answer = asking.answer(method, body, headers)
        except ssl.SSLCertVerificationError as error:
            why = f"its certificate cannot be trusted ({error.verify_message})"
            raise NoAnswerError(f"{url.hostname}: {why}") from None
        except TimeoutError:
            raise NoAnswerError(f"no answer from {url.hostname} in time") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NoAnswerError(f"no answer from {url.hostname} ({why})") from None
        if answer.status in range(300, 400):
            raise NoAnswerError(
                f"{url.hostname} sends us elsewhere ({answer.status}), and nobody "
                "follows: name the final address"
            )
        return answer


def is_loopback(host: str) -> bool:
    """Tell whether a name or number is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def why_no_web_address(text: str) -> str | None:
    """Say why nothing is posted to a web address; None: it may be used.

    The address itself is never quoted, since it may be a secret.
    """
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        return "it is no web address"
    if not host or url.scheme not in {"https", "http"} or port == 0:
        return "it is no web address: write https://…"
    if url.scheme == "http" and host not in LOOPBACK:
        return f"http goes in clear; it is for {', '.join(LOOPBACK)} only"
    if url.username is not None:
        return "no user name or password can be part of it"
    return None


class Asking:
    """One request, in a thread that can be left behind: a lookup cannot be ended."""

    def __init__(self, url: SplitResult, web: Web) -> None:
        self._url, self._web = url, web
        self._socket: socket.socket | None = None
        self._is_left = False
        self._connecting = threading.Lock()
        self._answer: Future[Answer] = Future()

    def answer(
        self, method: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        def work() -> None:
            try:
                self._answer.set_result(self.exchange(method, body, headers))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._answer.set_exception(error)

        threading.Thread(target=work, name="web", daemon=True).start()
        try:
            return self._answer.result(self._web.seconds)
        finally:
            self.give_up()

    def exchange(
        self, method: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Ask in this thread; raises TimeoutError where it was given up meanwhile."""
        with contextlib.closing(self._connected()) as connection:
            with self._connecting:
                # What is posted may be good for one time only.
                if self._is_left:
                    raise TimeoutError
                self._socket = connection.sock
            if self._url.scheme == "http":
                _refuse_clear_text_abroad(connection.sock)
            query = f"?{self._url.query}" if self._url.query else ""
            path = f"{self._url.path or '/'}{query}"
            connection.request(method, path, body, {**headers, "Connection": "close"})
            response = connection.getresponse()
            octets = response.read(MOST_OCTETS + 1) if self._web.reads_body else b""
        if len(octets) > MOST_OCTETS:
            raise ValueError("it has too many octets")
        return Answer(response.status, octets, dict(response.getheaders()))

    def _connected(self) -> http.client.HTTPConnection:
        until = monotonic() + self._web.seconds
        host = self._url.hostname or ""
        context = self._context() if self._url.scheme == "https" else None
        connection = (
            http.client.HTTPConnection(host, self._url.port)
            if context is None
            else http.client.HTTPSConnection(host, self._url.port, context=context)
        )
        where = (connection.host, connection.port)
        found = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)
        connection.sock = first_to_answer(found, until)
        connection.sock.settimeout(self._web.seconds)
        if context is None:
            return connection
        try:
            sock = connection.sock
            connection.sock = context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            connection.close()
            raise
        return connection

    def _context(self) -> ssl.SSLContext:
        # `create_default_context` writes the session's keys where SSLKEYLOGFILE says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_default_certs()
        if self._web.ca_file is not None:
            context.load_verify_locations(self._web.ca_file)
        return context

    def give_up(self) -> None:
        """End what is under way, whatever its thread is waiting for."""
        with self._connecting:
            self._is_left = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown, which drops the TLS state under a reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def first_to_answer(found: Sequence[Found], until: float) -> socket.socket:
    """Connect to the first address that answers; each has its share of the time.

    Families take turns: often all addresses of one of them are silent (RFC 8305).
    Raises OSError.
    """
    turns = Counter[int]()
    ranked: list[tuple[int, Found]] = []
    for each in found:
        ranked.append((turns[each[0]], each))
        turns[each[0]] += 1
    in_turn = [each for _, each in sorted(ranked, key=itemgetter(0))]
    failure: OSError = OSError(0, "it has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(in_turn):
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(max((until - monotonic()) / (len(in_turn) - tried), SHORTEST))
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _refuse_clear_text_abroad(sock: socket.socket) -> None:
    """A name such as localhost may be made to lead elsewhere."""
    if not ipaddress.ip_address(sock.getpeername()[0]).is_loopback:
        raise OSError(0, "it is not this machine, and the connection is in clear")
