"""What every way to reach somebody has in common."""

from typing import Protocol

from triage.alarm.book import Notice
from triage.alarm.model import Kind

TELLING_SECONDS = 30.0
"""A channel that has not taken a message by then has failed."""


class NotToldError(Exception):
    """A message did not get through; says why in words for people."""


class Channel(Protocol):
    """One way to reach somebody who looks after triage."""

    @property
    def name(self) -> str:
        """What it is called in the configuration."""
        ...

    @property
    def fails_with(self) -> frozenset[Kind]:
        """What takes this channel along when it fails."""
        ...

    def tell(self, notice: Notice) -> None:
        """Get one message through; raises NotToldError."""
        ...
