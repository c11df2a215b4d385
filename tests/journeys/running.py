"""The daemon as an operator runs it: a process of its own."""

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

START_SECONDS = 30.0


class RunningDaemon:
    """`triage run` on an installation; killed at the end if it still runs.

    `within` are words of a program that ends in becoming it, as `nice` does; without an
    `environment` it has that of the tests.
    """

    def __init__(
        self,
        config: Path,
        environment: Mapping[str, str] | None = None,
        *,
        within: Sequence[str] = (),
    ) -> None:
        self._config = config
        self._within = within
        self._environment = environment
        self._lines: list[str] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - the program under test
            [
                *(*self._within, sys.executable, "-m", "triage"),
                *("run", "--config", str(self._config)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self.wait()
        assert self._process.stderr is not None
        self._reading.join(5)
        self._process.stderr.close()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.append(line)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return "".join(self._lines)

    def wait_for(
        self, words: str, seconds: float = START_SECONDS, times: int = 1
    ) -> None:
        """Wait until the log says something, or said it so often."""
        until = monotonic() + seconds
        while self.log.count(words) < times:
            assert self._process.poll() is None, f"it ended:\n{self.log}"
            assert monotonic() < until, f"it never said {words!r}:\n{self.log}"
            sleep(0.02)

    def terminate(self) -> float:
        """Send SIGTERM; return how many seconds it took to end, cleanly."""
        started = monotonic()
        self.send_sigterm()
        assert self.wait() == 0, self.log
        return monotonic() - started

    def send_sigterm(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def send(self, which: signal.Signals) -> None:
        self._process.send_signal(which)

    def interrupt(self) -> None:
        """Send SIGINT, as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def reload(self) -> None:
        """Send SIGHUP, as systemctl reload does."""
        self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()
        self.wait()

    def wait(self, seconds: float = 20.0) -> int:
        """Wait for its end; return the exit status."""
        status = self._process.wait(seconds)
        self._reading.join(5)
        return status
