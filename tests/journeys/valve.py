"""A connection through which nothing more passes once certain words were said."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from triage.demo.servers import HOST


class Valve:
    """Passes octets on between clients and a server until it is shut.

    It shuts itself when the client says `at`: with `after` the words still reach the
    server, but no answer comes back. Connections made after `open` pass freely. Given a
    `port`, it listens there.
    """

    def __init__(
        self, server_port: int, at: bytes | None = None, *, after: bool = False
    ) -> None:
        self.shut = threading.Event()
        self._at, self._after = at, after
        self._server_port = server_port
        self._listener = socket.create_server((HOST, 0))
        self._sockets: list[socket.socket] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def open(self) -> None:
        """Let new connections pass freely."""
        self._at = None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self._server_port))
            self._sockets += [client, server]
            pipe = _Pipe(self, client, server)
            for side in (pipe.carry_there, pipe.carry_back):
                threading.Thread(target=side, daemon=True).start()

    def words(self) -> bytes | None:
        return self._at

    @property
    def lets_words_through(self) -> bool:
        return self._after


class _Pipe:
    """One connection; it stays shut once it was."""

    def __init__(
        self, valve: Valve, client: socket.socket, server: socket.socket
    ) -> None:
        self._valve = valve
        self._client, self._server = client, server
        self._is_shut = False

    def carry_there(self) -> None:
        said = b""
        with suppress(OSError):
            while octets := self._client.recv(65_536):
                said = (said + octets)[-200_000:]
                words = self._valve.words()
                if words is not None and words in said:
                    self._is_shut = True
                    if self._valve.lets_words_through:
                        self._server.sendall(octets)
                    self._valve.shut.set()
                    return
                self._server.sendall(octets)
        self._hang_up()

    def carry_back(self) -> None:
        with suppress(OSError):
            while octets := self._server.recv(65_536):
                if self._is_shut:
                    return
                self._client.sendall(octets)
        self._hang_up()

    def _hang_up(self) -> None:
        for each in (self._client, self._server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
