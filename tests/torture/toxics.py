"""A bad way to a good server: slow, chopped, cut off, silent.

`with BadWay(server.port) as way:` gives a port (`way.port`) that leads to the server.
`way.back = Slices()` makes what the server says arrive so, on connections that are open
and on those to come; `way.there` is the other direction. `way.heal()` ends it for
connections to come; those that were cut stay so. `way.struck` is set once a toxic has
changed anything, and `way.connections` counts.

The words are those of Toxiproxy: Latency is its latency, Trickle its bandwidth, Slices
its slicer, SlowClose its slow_close; Cut is its limit_data, and with an Ending its
reset_peer and timeout.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from random import Random  # noqa: TID251 - seeded: the same jitter every time
from types import TracebackType
from typing import Self

from triage.demo.servers import HOST

_CHUNK = 65_536
_TICK = 0.02
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Clean:
    """Everything passes at once."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Everything comes so much later, give or take the jitter."""

    seconds: float
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Trickle:
    """So many octets pass in a second."""

    octets_per_second: int


@dataclass(frozen=True, slots=True)
class Slices:
    """Everything comes in pieces of a few octets."""

    smallest: int = 1
    largest: int = 7
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class SlowClose:
    """The end of a connection is told so much later."""

    seconds: float


class Ending(StrEnum):
    """How a connection goes on that was cut."""

    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"
    """Both ends stay open, and nothing passes either way any more."""
    HALF_OPEN = "half open"
    """The server sees it closed, the client is told nothing."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Of each connection so many octets pass in this direction, then it is cut."""

    after: int
    ending: Ending = Ending.CLOSED


Toxic = Clean | Latency | Trickle | Slices | SlowClose | Cut
CLEAN = Clean()


class BadWay:
    """A way to a server on this machine; see the module."""

    def __init__(
        self,
        server_port: int,
        *,
        there: Toxic = CLEAN,
        back: Toxic = CLEAN,
        seed: int = 1,
    ) -> None:
        self.there: Toxic = there
        self.back: Toxic = back
        self.struck = threading.Event()
        self.closing = threading.Event()
        self.connections = 0
        self.server_port = server_port
        self.dice = Random(seed)  # noqa: S311 - the same jitter every time
        self._listener = socket.create_server((HOST, 0))
        self._lines: list[_Line] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(_PATIENCE)
        self._listener.close()
        for line in self._lines:
            line.end(Ending.CLOSED)
        for line in self._lines:
            line.join()

    def heal(self) -> None:
        """Let everything pass from now on, but for what was cut."""
        self.there = self.back = CLEAN

    def hang_up(self, ending: Ending = Ending.CLOSED) -> None:
        """End every connection that is open."""
        for line in self._lines:
            line.end(ending)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((HOST, self.server_port), _PATIENCE)
            except OSError:
                continue
            server.settimeout(None)
            self.connections += 1
            line = _Line(self, client, server)
            self._lines.append(line)
            line.start()


class _Line:
    """One connection, in two directions."""

    def __init__(
        self, way: BadWay, client: socket.socket, server: socket.socket
    ) -> None:
        self._way = way
        self._client, self._server = client, server
        self._passed = {client: 0, server: 0}
        self._is_dead = False
        for each in (client, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._threads = [
            threading.Thread(target=self._carry, args=pair, daemon=True)
            for pair in ((client, server), (server, client))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._client.close()
        self._server.close()

    def end(self, ending: Ending) -> None:
        """Cut it; what is silent can still be closed."""
        self._is_dead = True
        match ending:
            case Ending.CLOSED:
                _shut(self._client)
                _shut(self._server)
            case Ending.RESET:
                _reset(self._client)
                _shut(self._server)
            case Ending.HALF_OPEN:
                _shut(self._server)
            case Ending.SILENT:
                pass

    def _toxic(self, source: socket.socket) -> Toxic:
        return self._way.there if source is self._client else self._way.back

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while octets := source.recv(_CHUNK):
                for piece in self._pieces(octets, source):
                    target.sendall(piece)
                    self._passed[source] += len(piece)
        if self._is_dead:
            return
        toxic = self._toxic(source)
        if isinstance(toxic, SlowClose):
            self._strike(toxic.seconds)
        _shut(source)
        _shut(target)

    def _pieces(self, octets: bytes, source: socket.socket) -> Iterator[bytes]:
        if self._is_dead:
            # It is swallowed, so that nobody notices.
            return
        match self._toxic(source):
            case Clean() | SlowClose():
                yield octets
            case Latency(seconds, jitter):
                self._strike(seconds + self._way.dice.uniform(-jitter, jitter))
                yield octets
            case Trickle(octets_per_second):
                yield from self._trickled(octets, octets_per_second)
            case Slices() as slices:
                yield from self._sliced(octets, slices)
            case Cut(after, ending):
                yield from self._cut(octets, after - self._passed[source], ending)

    def _trickled(self, octets: bytes, octets_per_second: int) -> Iterator[bytes]:
        share = max(1, int(octets_per_second * _TICK))
        for start in range(0, len(octets), share):
            self._strike(_TICK)
            yield octets[start : start + share]

    def _sliced(self, octets: bytes, slices: Slices) -> Iterator[bytes]:
        start = 0
        while start < len(octets):
            length = self._way.dice.randint(slices.smallest, slices.largest)
            yield octets[start : start + length]
            start += length
            self._strike(slices.pause)

    def _cut(self, octets: bytes, left: int, ending: Ending) -> Iterator[bytes]:
        if len(octets) <= left:
            yield octets
            return
        yield octets[: max(0, left)]
        self._way.struck.set()
        self.end(ending)

    def _strike(self, seconds: float) -> None:
        self._way.struck.set()
        if seconds > 0:
            self._way.closing.wait(seconds)


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)


def _reset(each: socket.socket) -> None:
    """Close it with RST; the other thread may be waiting for it still."""
    with suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # A shutdown would send FIN first; while a thread reads, close sends nothing.
        each.shutdown(socket.SHUT_RD)
        each.close()
