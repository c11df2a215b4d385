"""After a failure a server is left alone, the longer the more often it failed."""

from time import monotonic

from triage.mailbox import backoff


class Patience:
    """How long a job leaves a server alone after failures in a row."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        return monotonic() >= self._until

    def succeed(self) -> None:
        self._failures = 0

    def fail(self, error: Exception | None = None) -> float:
        """Note a failure; return the seconds to wait, doubling up to five minutes."""
        self._failures += 1
        pause = backoff(self._failures, error)
        self._until = monotonic() + pause
        return pause
