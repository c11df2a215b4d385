"""Cuts a connection when its time is over.

A socket's own timeout counts anew at every read, so a server that sends one octet a
second would hold us for ever.
"""

import contextlib
import socket
import threading
import time
from enum import StrEnum
from types import TracebackType
from typing import Self

TICK_SECONDS = 0.1


class Cut(StrEnum):
    """Why a connection was cut."""

    DEADLINE = "time is over"
    STOP = "triage is stopping"


class Watch:
    """Watches one exchange from its beginning; entered once.

    The connection is cut through a duplicate of its socket, which stays valid while the
    socket itself is wrapped in TLS or used by another thread.
    """

    def __init__(self, seconds: float, stop: threading.Event | None = None) -> None:
        self.cut: Cut | None = None
        self._deadline = time.monotonic() + seconds
        self._stop = stop
        self._grace = 0.0
        self._stopped_at: float | None = None
        self._cord: socket.socket | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="smtp-watch", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return max(0.0, self._deadline - time.monotonic())

    def guard(self, cord: socket.socket) -> None:
        """Watch this connection from now on."""
        with self._lock:
            self._cord = cord
            if self.cut is not None:
                _cut(cord)

    def allow(self, seconds: float, grace: float) -> None:
        """Set a new deadline; a stop now leaves `grace` seconds."""
        with self._lock:
            self._deadline = time.monotonic() + seconds
            self._grace = grace

    def _run(self) -> None:
        while not self._done.wait(TICK_SECONDS):
            with self._lock:
                self.cut = self._reason()
                if self.cut is not None:
                    if self._cord is not None:
                        _cut(self._cord)
                    return

    def _reason(self) -> Cut | None:
        now = time.monotonic()
        if self._stop is not None and self._stop.is_set():
            self._stopped_at = self._stopped_at or now
            if now >= self._stopped_at + self._grace:
                return Cut.STOP
        return Cut.DEADLINE if now >= self._deadline else None


def _cut(cord: socket.socket) -> None:
    with contextlib.suppress(OSError):
        cord.shutdown(socket.SHUT_RDWR)
