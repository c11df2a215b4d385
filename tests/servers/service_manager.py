"""A socket at which a service manager listens, as systemd does."""

import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

LARGEST = 65_536


class ServiceManager:
    """Keeps what it is told, datagram by datagram."""

    def __init__(self, *, is_abstract: bool = False) -> None:
        # Not pytest's folder: an address has at most 107 octets.
        self._folder = tempfile.TemporaryDirectory(prefix="triage-notify-")
        path = str(Path(self._folder.name) / "notify")
        self.address = f"@{path}" if is_abstract else path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{path}" if is_abstract else path)
        self._heard: list[tuple[str, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._folder.cleanup()

    def heard(self, seconds: float = 0.0) -> list[tuple[str, ...]]:
        """Return all datagrams so far, each as its lines; listen for so long first."""
        self._listen(seconds, lambda _lines: False)
        return list(self._heard)

    def wait_for(self, *wanted: str, seconds: float = 30.0) -> tuple[str, ...]:
        """Return the next datagram that has these lines, or lines that begin so."""

        def has_all(lines: tuple[str, ...]) -> bool:
            return all(any(line.startswith(each) for line in lines) for each in wanted)

        found = self._listen(seconds, has_all)
        assert found is not None, f"never heard {wanted} in {self.heard()[-10:]}"
        return found

    def statuses(self) -> list[str]:
        """Return every STATUS so far."""
        return [
            line.partition("=")[2]
            for lines in self.heard()
            for line in lines
            if line.startswith("STATUS=")
        ]

    def _listen(
        self, seconds: float, is_wanted: Callable[[tuple[str, ...]], bool]
    ) -> tuple[str, ...] | None:
        until = monotonic() + seconds
        while True:
            self._socket.settimeout(max(0.001, until - monotonic()))
            try:
                told = self._socket.recv(LARGEST).decode()
            except TimeoutError:
                return None
            lines = tuple(told.split("\n"))
            self._heard.append(lines)
            if is_wanted(lines):
                return lines
