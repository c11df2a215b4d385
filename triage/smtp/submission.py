"""Hands one letter after another to a server.

smtplib's own sendmail() cannot be used: it raises for letters that were accepted (a 2xx
other than 250, a 421 to QUIT), and raises the same for a connection lost before the
body and after the final dot.
"""

import smtplib
import threading
from collections.abc import Callable

from triage.smtp.connecting import connected
from triage.smtp.exchange import Exchange, why_unfit
from triage.smtp.outcome import (
    Accepted,
    Envelope,
    Outcome,
    Refused,
    Rehearsal,
    TryLater,
)
from triage.smtp.replies import Kind, NotTakenError, said
from triage.smtp.server import Limits, Server
from triage.smtp.watch import Watch
from triage.smtp.wire import Wire
from triage.tls import Validity

QUIT_SECONDS = 5.0


class Submission:
    """A server that letters are handed to; used by one thread.

    The connection is made at the first letter and used again for the next ones, until
    something goes wrong or `close` is called.
    """

    last_certificate: Validity | None = None
    """Of the last connection that was made; for another thread, too."""

    def __init__(
        self,
        server: Server,
        limits: Limits | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.server = server
        self._limits = limits or Limits()
        self._stop = stop
        self._wire: Wire | None = None

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        """Hand over one letter and tell what became of it.

        `before_final_dot` is called once the body is written; afterwards nothing can be
        taken back. Whatever it raises is raised here, and no dot has been written then.
        """
        problem = why_unfit(envelope, data)
        if problem is not None:
            return Refused(None, None, problem)
        with Watch(self._limits.before_dot, self._stop) as watch:
            try:
                wire = self._ready(watch)
            except NotTakenError as end:
                return end.outcome
            outcome = None
            try:
                exchange = Exchange(wire, watch, self._limits)
                outcome = exchange.run(envelope, data, before_final_dot)
            finally:
                if not isinstance(outcome, Accepted):
                    self._hang_up()
        return outcome

    def check(self) -> TryLater | Refused | None:
        """Connect and log in, send nothing; return what is in the way, if any."""
        with Watch(self._limits.before_dot, self._stop) as watch:
            try:
                self._ready(watch)
            except NotTakenError as end:
                return end.outcome
        self.close()
        return None

    def rehearse(self, envelope: Envelope) -> Rehearsal:
        """Say to the server everything that comes before a letter, and no letter."""
        with Watch(self._limits.before_dot, self._stop) as watch:
            try:
                wire = self._ready(watch)
            except NotTakenError as end:
                return Rehearsal(not_ready=end.outcome)
            certificate = wire.certificate
            refused = Exchange(wire, watch, self._limits).rehearse(envelope)
        self.close()
        return Rehearsal(not_taken=refused, certificate=certificate)

    def close(self) -> None:
        """Say goodbye; whatever the server answers, no letter depends on it."""
        if self._wire is None:
            return
        with Watch(QUIT_SECONDS, self._stop) as watch:
            watch.guard(self._wire.cord)
            try:
                self._wire.docmd("QUIT")
            except (OSError, smtplib.SMTPException):
                pass  # the letters were answered for before
            finally:
                self._hang_up()

    def _ready(self, watch: Watch) -> Wire:
        """Return the connection in use if the server still talks, else a new one."""
        if self._wire is not None:
            watch.guard(self._wire.cord)
            if not _is_healthy(self._wire):
                self._hang_up()
        if self._wire is None:
            self._wire = connected(self.server, self._limits, watch)
            self.last_certificate = self._wire.certificate
        return self._wire

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


def _is_healthy(wire: Wire) -> bool:
    try:
        return said(*wire.docmd("RSET")).kind == Kind.DONE
    except (OSError, smtplib.SMTPException):
        return False
