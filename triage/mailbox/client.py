"""imapclient over a `Wire`, with the few commands that it lacks or gets wrong.

The hazards that this answers:
- imaplib and imapclient log what passes over the line, mail and passwords included.
- Data that comes without a UID is filed under a sequence number, as if that were a UID.
- A change that is announced while IDLE begins counts as an error, and `idle_check`
  takes a lost connection for silence.
"""

import base64
import imaplib
import logging
import re
import ssl
import threading
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Literal

from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no types
from imapclient.response_parser import (  # type: ignore[import-untyped]  # ships no types
    parse_response,
)
from typing_extensions import Buffer, override

from triage.mailbox.account import Limits
from triage.mailbox.wire import Wire
from triage.oauth.sasl import Bearer, Mechanism, closing, opening

Answers = dict[int, dict[bytes, object]]
"""By UID: what the server said of a message, by the upper-cased name of the item."""

SIMPLE_ANSWER = 1_000_000
"""Octets that any command without literals may be answered with."""

MOST_AT_ONCE = 5_000
"""Octets of a login that are sent along with its command, before base64."""

_NEVER = logging.CRITICAL + 1
_LOGGERS = (
    "imapclient",
    "imapclient.imapclient",
    "imapclient.imaplib",
    "imapclient.util",
)
"""All of them repeat what a server said, `util` even as an error."""

_STOP_SLICE = 0.5
_ALERT = re.compile(
    rb"\S+ (?:OK|NO|BAD|BYE) \[ALERT\] ?([^\r\n]{0,200})", re.IGNORECASE
)
_COPYUID = re.compile(rb"\d{1,10} ([\d:,]+) ([\d:,]+)")
_EXISTS = re.compile(rb"\* \d+ EXISTS\b", re.IGNORECASE)


class Connection(imaplib.IMAP4):
    """imaplib over a wire that is already limited in time and octets."""

    def __init__(
        self, wire: Wire, host: str, port: int, tls: ssl.SSLContext | None
    ) -> None:
        self.wire = wire
        self.alert = ""
        self.challenge = b""
        self._tls = tls
        super().__init__(host, port)

    @override
    def open(
        self, host: str = "", port: int = 143, timeout: float | None = None
    ) -> None:
        self.host = host
        self.wire.dial(host, port)
        if self._tls is not None:
            self.wire.secure(self._tls, host)

    @override
    def read(self, size: int) -> bytes:
        return self.wire.read(size)

    @override
    def readline(self) -> bytes:
        line = self.wire.readline()
        if alert := _ALERT.match(line):
            self.alert = "".join(
                c for c in alert[1].decode("ascii", "ignore") if c.isprintable()
            )
        return line

    @override
    def send(self, data: Buffer) -> None:
        self.wire.send(data)

    @override
    def shutdown(self) -> None:
        self.wire.close()

    @override
    def starttls(
        self, ssl_context: ssl.SSLContext | None = None
    ) -> tuple[Literal["OK"], list[None]]:
        """Begin TLS; imaplib's own would go on with a buffer filled in clear."""
        typ, _ = self._simple_command("STARTTLS")
        if typ != "OK" or ssl_context is None:
            raise self.error("STARTTLS is refused")
        self.wire.secure(ssl_context, self.host)
        self._tls_established = True
        return "OK", [None]

    def authenticate_once(
        self, mechanism: str, first: bytes, last: bytes, *, at_once: bool
    ) -> None:
        """Say one message, `at_once` with the command (RFC 4959), and `last` after it.

        A server that does not take the message keeps its reason in `challenge`.
        """
        unsaid = [last] if at_once else [last, first]

        def answer(challenge: bytes) -> bytes:
            if len(unsaid) == 1:
                self.challenge = challenge
            return unsaid.pop()

        way = imaplib._Authenticator(answer)  # noqa: SLF001 - how it answers challenges
        self.literal = way.process  # type: ignore[assignment]  # typed as a text only
        along = [base64.b64encode(first).decode("ascii")] if at_once else []
        typ, data = self._simple_command("AUTHENTICATE", mechanism, *along)
        if typ != "OK":
            raise self.error(data[-1])
        self.state = "AUTH"

    def watch(self, seconds: float, stop: threading.Event, limits: Limits) -> bool:
        """IDLE until mail is announced, for so many seconds at most (RFC 2177)."""
        tag = self._command("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[tag] is not None:
                raise self.error("IDLE is refused")
        until = monotonic() + seconds
        while not self.has_announced and not stop.is_set() and monotonic() < until:
            line = self.wire.readline_within(min(_STOP_SLICE, until - monotonic()))
            if line is not None:
                self._note_while_idle(line)
        patience = limits.farewell if stop.is_set() else limits.command
        self.wire.allow(patience, SIMPLE_ANSWER)
        self.send(b"DONE\r\n")
        self._command_complete("IDLE", tag)
        return self.has_announced

    def take_alert(self) -> str:
        """Return, once, what a person must read (RFC 9051 §7.1)."""
        alert, self.alert = self.alert, ""
        return alert

    @property
    def has_announced(self) -> bool:
        """True when the folder was said to have grown since `forget_announcements`."""
        return "EXISTS" in self.untagged_responses

    def forget_announcements(self) -> None:
        self.untagged_responses.pop("EXISTS", None)

    def _note_while_idle(self, line: bytes) -> None:
        if _EXISTS.match(line):
            self.untagged_responses["EXISTS"] = [line]
        elif not line.startswith(b"* ") or line[2:5].upper() == b"BYE":
            raise self.abort("the server ended IDLE")


class Client(IMAPClient):  # type: ignore[misc]  # imapclient ships no types
    """imapclient, quiet and within limits; the wire's owner sets them per command."""

    _imap: Connection

    def __init__(
        self, wire: Wire, host: str, port: int, tls: ssl.SSLContext | None
    ) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(_NEVER)
        self._parts = (wire, host, port, tls)
        super().__init__(host, port, ssl=tls is not None)
        self._imap.debug = 0

    @override
    def _create_IMAP4(self) -> Connection:
        return Connection(*self._parts)

    @override
    def _set_read_timeout(self) -> None:
        """Leave the time to the wire."""

    @property
    def connection(self) -> Connection:
        return self._imap

    @property
    def is_preauthenticated(self) -> bool:
        return bool(self._imap.state == "AUTH")

    def can(self, capability: str) -> bool:
        return bool(self.has_capability(capability))

    def answers(self, uids: Iterable[int], items: str) -> Answers:
        """Ask for items of messages; what names no UID, or another, is left out."""
        wanted = set(uids)
        self._imap.untagged_responses.pop("FETCH", None)
        typ, data = self._imap.uid(
            "FETCH", ",".join(map(str, sorted(wanted))), f"({items})"
        )
        self._checkok("FETCH", typ, data)
        found: Answers = {}
        for answer in _messages(parse_response(data)):
            uid = answer.get(b"UID")
            if isinstance(uid, int) and uid in wanted:
                found.setdefault(uid, {}).update(answer)
        return found

    def copied(self, uids: Iterable[int], name: str) -> frozenset[int]:
        """Copy messages; return those of which the server tells where they are now.

        That is COPYUID (RFC 4315 §3), which may be left out; OK alone proves nothing.
        """
        wanted = frozenset(uids)
        self._imap.untagged_responses.pop("COPYUID", None)
        self.copy(sorted(wanted), name)
        told = self._imap.untagged_responses.pop("COPYUID", [b""])[-1]
        return _sources(told if isinstance(told, bytes) else b"", len(wanted)) & wanted

    def rights(self, folder: str) -> str:
        """MYRIGHTS (RFC 4314 §3.5); raises imaplib's errors."""
        typ, data = self._imap.myrights(self._normalise_folder(folder))
        self._checkok("MYRIGHTS", typ, data)
        answer = parse_response(data)
        if not isinstance(answer[-1], bytes):
            raise TypeError("MYRIGHTS without rights")
        return answer[-1].decode("ascii", "replace")

    def offer_token(self, mechanism: Mechanism, bearer: Bearer) -> None:
        """Log in with a token; what the server has against it is in `challenge`."""
        first = opening(mechanism, bearer)
        # RFC 7162 §4 has servers take command lines of 8192 octets.
        at_once = self.can("SASL-IR") and len(first) <= MOST_AT_ONCE
        self._imap.authenticate_once(
            mechanism, first, closing(mechanism), at_once=at_once
        )

    def quoted_login(self, user: str, password: str) -> None:
        """LOGIN with a quoted user, for servers without AUTH=PLAIN; ASCII only."""
        self.login(self._imap._quote(user), password)  # noqa: SLF001 - imaplib quotes half of it


def _messages(response: tuple[object, ...]) -> Iterator[dict[bytes, object]]:
    for number, pairs in zip(response[::2], response[1::2], strict=True):
        if not isinstance(number, int) or not isinstance(pairs, tuple):
            raise TypeError("FETCH data that is not of a message")
        names = [
            name.upper() if isinstance(name, bytes) else b"" for name in pairs[::2]
        ]
        yield dict(zip(names, pairs[1::2], strict=True))


def _sources(told: bytes, most: int) -> frozenset[int]:
    """Return the UIDs that COPYUID says are copied; none where it makes no sense."""
    found = _COPYUID.fullmatch(told)
    if found is None:
        return frozenset()
    sources, targets = (_numbers(each, most) for each in found.groups())
    return sources if len(sources) == len(targets) else frozenset()


def _numbers(written: bytes, most: int) -> frozenset[int]:
    """Return what a set of UIDs names; nothing where that is more than it may be."""
    found: set[int] = set()
    for each in written.split(b","):
        ends = sorted(int(end) for end in each.split(b":") if end.isdigit())
        if not ends or ends[-1] - ends[0] >= most:
            return frozenset()
        found.update(range(ends[0], ends[-1] + 1))
    return frozenset(found)
