"""A way to a server on which nothing more passes once certain words were said."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from triage.demo.servers import HOST


class Valve:
    """Passes octets on between clients and a server until it is shut.

    It shuts when a client says the words `at`: they do not reach the server, or, with
    `after`, reach it without any answer coming back. A `deaf` one passes nothing from
    the beginning. One that `is_away` refuses connections until it has come back.
    """

    def __init__(
        self,
        server_port: int,
        at: bytes | None = None,
        *,
        after: bool = False,
        deaf: bool = False,
        is_away: bool = False,
    ) -> None:
        self.shut = threading.Event()
        self.at, self.after, self.deaf = at, after, deaf
        self._server_port = server_port
        self._is_away = is_away
        self._listener = _bound(0)
        self._pipes: list[_Pipe] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        if not self._is_away:
            self.come_back()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._refuse()
        self.hang_up()
        for pipe in self._pipes:
            pipe.close()

    def come_back(self) -> None:
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def go_away(self) -> None:
        """Break all connections and refuse others, until it comes back."""
        port = self.port
        self._refuse()
        self._listener = _bound(port)
        self.hang_up()

    def _refuse(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def open(self) -> None:
        """Let connections that are made from now on pass freely."""
        self.at, self.deaf = None, False

    def let_go(self) -> None:
        """Let what was held back go to the server, and its answers come."""
        for pipe in self._pipes:
            pipe.let_go()

    def hang_up(self) -> None:
        """Break all connections."""
        for pipe in self._pipes:
            pipe.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self._server_port))
            pipe = _Pipe(self, client, server)
            self._pipes.append(pipe)
            pipe.start()


class _Pipe:
    """One connection; it stays shut once it was."""

    def __init__(
        self, valve: Valve, client: socket.socket, server: socket.socket
    ) -> None:
        self._valve = valve
        self._client, self._server = client, server
        self._is_shut = valve.deaf
        self._held_back = b""
        self._threads = [
            threading.Thread(target=side, daemon=True)
            for side in (self._carry_there, self._carry_back)
        ]

    def start(self) -> None:
        if self._is_shut:
            self._valve.shut.set()
        for thread in self._threads:
            thread.start()

    def let_go(self) -> None:
        if self._is_shut:
            self._is_shut = False
            self._server.sendall(self._held_back)

    def hang_up(self) -> None:
        for each in (self._client, self._server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for thread in self._threads:
            thread.join(5)
        self._client.close()
        self._server.close()

    def _carry_there(self) -> None:
        said = b""
        with suppress(OSError):
            while octets := self._client.recv(65_536):
                said = (said + octets)[-200_000:]
                if self._is_shut:
                    self._held_back += octets
                elif self._valve.at is not None and self._valve.at in said:
                    self._shut(octets)
                else:
                    self._server.sendall(octets)
        if not self._is_shut:
            self.hang_up()

    def _shut(self, octets: bytes) -> None:
        self._is_shut = True
        if self._valve.after:
            self._server.sendall(octets)
        else:
            self._held_back = octets
        self._valve.shut.set()

    def _carry_back(self) -> None:
        with suppress(OSError):
            while octets := self._server.recv(65_536):
                if not self._is_shut:
                    self._client.sendall(octets)
        if not self._is_shut:
            self.hang_up()


def _bound(port: int) -> socket.socket:
    """Bind and do not listen: the port is ours and refuses connections."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound
