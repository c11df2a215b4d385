"""Octets to and from a server, within limits of time and amount.

The limits are wall-clock limits. A socket's own timeout starts anew with each octet
that drips in, and a length that a server announces costs nothing to invent.
"""

import socket
import ssl
from time import monotonic

from typing_extensions import Buffer

from triage.tls import Validity, validity_of

_CHUNK = 65_536
_LINE_COST = 64
"""What a line costs besides its octets, so that a flood of short ones ends too."""


class TooMuchError(ValueError):
    """The server sent, or announced, more than the command can have asked for."""


class Wire:
    """One connection. `cut` is for any thread, all else for the one that dials.

    Every method raises OSError (TimeoutError among them) or TooMuchError.
    """

    def __init__(self) -> None:
        self.is_cut = False
        self._held: socket.socket | None = None
        self._buffer = bytearray()
        self._deadline = 0.0
        self._line_octets = 0
        self._literal_octets = 0

    def allow(self, seconds: float, lines: int, literals: int = 0) -> None:
        """Begin a command that may take so long and be answered with so many octets."""
        self._deadline = monotonic() + seconds
        self._line_octets = lines
        self._literal_octets = literals

    def dial(self, host: str, port: int) -> None:
        """Connect to the first address that answers; each has its share of the time."""
        self.close()
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for left in range(len(addresses), 0, -1):
            family, kind, protocol, _, address = addresses[-left]
            self._hold(socket.socket(family, kind, protocol))
            self._socket.settimeout(self._time_left() / left)
            try:
                self._socket.connect(address)
                break
            except OSError:
                self.close()
                if left == 1:
                    raise
        # Without it, a server that delays its acknowledgements costs 40 ms a command.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS; whatever the server added in clear to its consent is an attack."""
        if self._buffer:
            raise ssl.SSLError("octets in clear where TLS begins")
        secured = context.wrap_socket(
            self._socket, server_hostname=host, do_handshake_on_connect=False
        )
        self._hold(secured)
        secured.settimeout(self._time_left())
        secured.do_handshake()

    @property
    def certificate(self) -> Validity | None:
        """How long the server's holds; None on a connection in clear."""
        return validity_of(self._held)

    def readline(self) -> bytes:
        """Return one line with its end."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > self._line_octets:
                raise TooMuchError("a line is too long")
            self._receive(self._time_left())
        return self._take_line(end + 1)

    def readline_within(self, seconds: float) -> bytes | None:
        """Return a line that is complete within some seconds; a part of one stays."""
        until = monotonic() + seconds
        while (end := self._buffer.find(b"\n")) < 0:
            try:
                self._receive(until - monotonic())
            except (TimeoutError, ssl.SSLWantReadError):
                return None
            if len(self._buffer) > self._line_octets:
                raise TooMuchError("a line is too long")
        return self._take_line(end + 1)

    def read(self, size: int) -> bytes:
        """Return the octets of a literal; one that is too large is never allocated."""
        self._literal_octets -= size
        if self._literal_octets < 0:
            raise TooMuchError("a literal is too large")
        while len(self._buffer) < size:
            self._receive(self._time_left())
        literal = bytes(self._buffer[:size])
        del self._buffer[:size]
        return literal

    def send(self, octets: Buffer) -> None:
        self._socket.settimeout(self._time_left())
        self._socket.sendall(octets)

    def cut(self) -> None:
        """End the connection for good, whatever another thread is waiting for."""
        self.is_cut = True
        self._shut_down()

    def close(self) -> None:
        self._shut_down()
        if self._held is not None:
            self._held.close()
        self._held = None
        self._buffer.clear()

    @property
    def _socket(self) -> socket.socket:
        if self._held is None:
            raise ConnectionAbortedError
        return self._held

    def _hold(self, new: socket.socket) -> None:
        self._held = new
        if self.is_cut:
            self.close()
            raise ConnectionAbortedError

    def _shut_down(self) -> None:
        try:
            # Not SSLSocket.shutdown, which drops the TLS state under a waiting reader.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            return

    def _time_left(self) -> float:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _receive(self, seconds: float) -> None:
        if seconds <= 0:
            raise TimeoutError
        self._socket.settimeout(seconds)
        octets = self._socket.recv(_CHUNK)
        if not octets:
            raise ConnectionAbortedError
        self._buffer += octets

    def _take_line(self, length: int) -> bytes:
        self._line_octets -= length + _LINE_COST
        if self._line_octets < 0:
            raise TooMuchError("the answer has too many lines")
        line = bytes(self._buffer[:length])
        del self._buffer[:length]
        return line
