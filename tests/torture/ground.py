"""What a row stands on: a folder of its own, the servers, and how much to try."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.servers.dovecot import Dovecot


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Lent to one row; the row leaves nothing running."""

    folder: Path
    """Empty, and of this row alone."""
    is_full: bool
    """False: a few seconds, and the same every time."""
    dovecot: Callable[[], Dovecot]
    """The Dovecot of this run, started when it is first asked for."""
    say: Callable[[str], None]
    """Tells of progress, for long rows."""
