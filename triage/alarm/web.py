"""An alarm as JSON to a web address, and the ping of a dead man's switch.

One request, one answer: no redirection is followed, and nothing but the status is read.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from triage.alarm.book import Notice
from triage.alarm.channel import TELLING_SECONDS, NotToldError
from triage.alarm.errand import Errand
from triage.alarm.model import Kind
from triage.alarm.wording import as_json
from triage.errors import ConfigError
from triage.web import NoAnswerError, Web, why_no_web_address

_GOOD = range(200, 300)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Address:
    """A web address, read at every use: it may be a secret that changes."""

    read: Callable[[], str]
    ca_file: Path | None = None
    """Only where the server's certificate is of an own authority."""

    def post(self, body: bytes, seconds: float) -> None:
        """Send one POST; raises NotToldError with what the server said to it."""
        try:
            text = self.read()
        except ConfigError as error:
            raise NotToldError(str(error)) from None
        if problem := why_no_web_address(text):
            raise NotToldError(problem)
        web = Web(seconds, self.ca_file, reads_body=False)
        try:
            answer = web.ask("POST", text, body, {"Content-Type": "application/json"})
        except NoAnswerError as error:
            raise NotToldError(str(error)) from None
        if answer.status not in _GOOD:
            raise NotToldError(f"{urlsplit(text).hostname} answers {answer.status}")


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Posts a notice as JSON."""

    address: Address
    host: str
    seconds: float = TELLING_SECONDS
    name: str = "webhook"
    fails_with: frozenset[Kind] = frozenset()

    def tell(self, notice: Notice) -> None:
        """Post it; raises NotToldError."""
        self.address.post(json.dumps(as_json(notice, self.host)).encode(), self.seconds)


@dataclass(frozen=True, kw_only=True)
class Ping:
    """Tells a service that all is well; it alarms when nothing comes any more."""

    address: Address
    seconds: float = TELLING_SECONDS

    def send(self) -> None:
        """Send one ping; raises NotToldError."""
        self.address.post(b"", self.seconds)


class Pinger:
    """Sends a ping every so often, but only while all is well."""

    def __init__(self, ping: Ping, every: float = 60.0) -> None:
        self._ping = ping
        self._every = every
        self._errand: Errand[str] = Errand("alarm-ping")
        self._last: float | None = None
        self.failed: str | None = None
        """Why the last one did not get through."""

    def turn(self, at: float, *, is_well: bool) -> None:
        """Send the next one if it is due; waits for nothing."""
        outcome = self._errand.result()
        if outcome is not None:
            self._note(outcome or None)
        is_due = self._last is None or at - self._last >= self._every
        if is_well and is_due and not self._errand.is_under_way:
            self._last = at
            self._errand.begin(self._sent)

    def _sent(self) -> str:
        try:
            self._ping.send()
        except NotToldError as error:
            return str(error)
        return ""

    def _note(self, failed: str | None) -> None:
        if failed is not None and self.failed is None:
            log.warning("alarm: the ping does not get through: %s", failed)
        self.failed = failed
