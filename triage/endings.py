"""JOB every few minutes → what ends on a known day is seen in time.

Secrets and refresh tokens say when they end; of a certificate a server tells that to
whoever connects. A connection that stands for weeks, or a server that is seldom used,
shows no new one: so each is connected to anew once a day, and once an hour while its
certificate comes to its end.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from triage.errors import TriageError
from triage.oauth.expiry import Expiry, is_soon
from triage.tls import Validity

LOOK_AFTER = timedelta(days=1)
LOOK_SOON = timedelta(minutes=5)
"""After a start at which none was seen yet."""
LOOK_AGAIN_AFTER = timedelta(hours=1)
"""While it comes to its end, or could not be seen."""

log = logging.getLogger(__name__)

Ends = Mapping[str, Expiry | None]
"""What may end, by its name; None: it cannot be told now when."""


class Server(Protocol):
    """A server that shows a certificate."""

    @property
    def name(self) -> str:
        """What its certificate is called in figures and alarms."""
        ...

    @property
    def what(self) -> str:
        """The same in words."""
        ...

    def seen(self) -> Validity | None:
        """Return what the last connection showed."""

    def look(self) -> None:
        """Connect anew; raises TriageError."""


@dataclass(kw_only=True)
class Endings:
    """Knows what ends when; `known` may be read by any thread."""

    logins: Callable[[], Iterable[Expiry]]
    """Secrets and tokens, as far as it is known when they end."""
    names: Collection[str]
    """Of all these that there can be."""
    servers: Sequence[Server]
    clock: Callable[[], datetime]
    within: timedelta
    """Before the end of a certificate it is looked at every hour."""
    known: Ends = field(init=False)
    _look_from: dict[str, datetime] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        servers = (each.name for each in self.servers)
        self.known = dict.fromkeys((*self.names, *servers))

    def run(self, stopping: Callable[[], bool] = lambda: False) -> str:
        """Look at everything; what is away or refuses is for others to tell."""
        known: dict[str, Expiry | None] = dict.fromkeys(self.known)
        known |= {each.name: each for each in self.logins()}
        for server in self.servers:
            known[server.name] = self._certificate(server, stopping)
        self.known = known
        return ""

    def _certificate(
        self, server: Server, stopping: Callable[[], bool]
    ) -> Expiry | None:
        now, expiry = self.clock(), _expiry(server)
        first = LOOK_AFTER if expiry is not None else LOOK_SOON
        due = self._look_from.setdefault(server.name, now + first)
        pause = LOOK_AGAIN_AFTER if self._is_soon(expiry, now) else LOOK_AFTER
        # Further away than its pause, it was noted under another clock or certificate.
        if stopping() or now < due <= now + pause:
            return expiry
        try:
            server.look()
        except TriageError as error:
            log.debug("%s: %s", server.name, error)
            self._look_from[server.name] = now + LOOK_AGAIN_AFTER
            return expiry
        expiry = _expiry(server)
        soon = self._is_soon(expiry, now)
        self._look_from[server.name] = now + (LOOK_AGAIN_AFTER if soon else LOOK_AFTER)
        return expiry

    def _is_soon(self, expiry: Expiry | None, now: datetime) -> bool:
        return expiry is not None and is_soon(expiry, now, self.within)


def _expiry(server: Server) -> Expiry | None:
    seen = server.seen()
    if seen is None:
        return None
    return Expiry(
        name=server.name,
        what=server.what,
        at=seen.ends,
        remedy="have whoever runs the server renew it; once it has ended, no mail goes "
        "or comes",
        life=seen.ends - seen.begins,
    )
