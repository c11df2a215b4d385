"""One login to one account: connecting, opening folders, and what fails on the way."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from triage.errors import ConfigError, TransientError, TriageError
from triage.mailbox.account import Account, Limits, Security, Selected
from triage.mailbox.client import SIMPLE_ANSWER, Client
from triage.mailbox.failures import (
    SERVER_FAULTS,
    UntrustedServerError,
    in_words,
)
from triage.mailbox.folders import Spelling
from triage.mailbox.login import TokenRefusedError, log_in, secret_of
from triage.mailbox.wire import Wire
from triage.tls import Validity

logger = logging.getLogger(__name__)


class Session:
    """A connection that is discarded at its first failure, never repaired."""

    last_certificate: Validity | None = None
    """Of the last connection that was made; for another thread, too."""

    def __init__(self, account: Account, limits: Limits) -> None:
        self.account = account
        self.limits = limits
        self._wire = Wire()
        self._client: Client | None = None
        self._spelling: Spelling | None = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def interrupt(self) -> None:
        """End the command under way, and refuse every later one; for another thread."""
        self._wire.cut()

    @property
    def is_interrupted(self) -> bool:
        return self._wire.is_cut

    def connect(self) -> None:
        """Greet, secure and log in; a session that is alive stays as it is.

        Raises UntrustedServerError before any secret is sent, LoginRefusedError after
        it, and TransientError or ConfigError. A token that is refused is renewed once.
        """
        if self._is_alive():
            return
        try:
            self._connect()
        except TokenRefusedError as error:
            logger.info("%s; it is renewed", error)
            self._connect()

    def _connect(self) -> None:
        secret = secret_of(self.account)
        tls = self._tls_context()
        try:
            client = self._greeted(tls)
            self._wire.allow(self.limits.command, SIMPLE_ANSWER)
            log_in(client, self.account, secret)
        except TriageError:
            self.discard()
            raise
        except ssl.SSLError as error:
            self.discard()
            raise UntrustedServerError(
                f"{self.account}: {in_words(error)}; "
                "check host, port, security and ca_file"
            ) from None
        except SERVER_FAULTS as error:
            self.discard()
            raise TransientError(
                f"{self.account}, while connecting: {in_words(error)}"
            ) from None
        self._client = client
        self.last_certificate = self.certificate

    def close(self) -> None:
        """Log out as far as the server lets us; never raises."""
        if self._client is not None:
            self._wire.allow(self.limits.farewell, SIMPLE_ANSWER)
            try:
                self._client.logout()
            except SERVER_FAULTS as error:
                logger.debug("%s, while logging out: %s", self.account, in_words(error))
        self.discard()

    def discard(self) -> None:
        """Drop the connection without a word."""
        self._client = None
        self._spelling = None
        self._wire.close()

    @contextmanager
    def step(
        self, doing: str, lines: int = SIMPLE_ANSWER, literals: int = 0
    ) -> Iterator[Client]:
        """Lend the client for one command within limits; a failure ends the session.

        Raises TransientError in place of all that the library and the server can raise.
        """
        if self._client is None:
            raise TransientError(f"{self.account} is not connected")
        self._wire.allow(self.limits.command, lines, literals)
        client = self._client
        try:
            yield client
        except SERVER_FAULTS as error:
            self.discard()
            raise TransientError(
                f"{self.account}, while {doing}: {in_words(error)}"
            ) from None
        if alert := client.connection.take_alert():
            logger.warning("%s says: %s", self.account, alert)

    def capabilities(self) -> frozenset[str]:
        """Return what the server offers to who is logged in (RFC 9051 §7.2.2)."""
        with self.step("asking what the server can do") as client:
            return frozenset(
                each.decode("ascii", "replace").upper()
                for each in client.capabilities()
            )

    @property
    def certificate(self) -> Validity | None:
        """How long the server's holds; None on a connection in clear."""
        return self._wire.certificate

    def open_folder(self, folder: str, *, writable: bool = False) -> Selected:
        """SELECT, or EXAMINE where nothing is to be written."""
        name = self.spelled(folder)
        with self.step(f'opening the folder "{folder}"') as client:
            answer = client.select_folder(name, readonly=not writable)
            return Selected(
                uidvalidity=int(answer[b"UIDVALIDITY"]),
                uidnext=answer.get(b"UIDNEXT"),
                exists=int(answer[b"EXISTS"]),
            )

    def spelled(self, folder: str) -> str:
        """Return the server's name of a folder; ConfigError where it has none."""
        return "INBOX" if folder.upper() == "INBOX" else self.spelling.of(folder)

    @property
    def spelling(self) -> Spelling:
        """How the server writes its folders."""
        if self._spelling is None:
            with self.step("asking how folders are named") as client:
                self._spelling = _spelling_of(client)
        return self._spelling

    def _is_alive(self) -> bool:
        """Ask the server, since many end a session that was silent for long."""
        if self._client is None:
            return False
        try:
            with self.step("asking whether the session is alive") as client:
                client.noop()
        except TransientError as error:
            logger.debug("%s", error)
            return False
        return True

    def _tls_context(self) -> ssl.SSLContext | None:
        if self.account.security is Security.PLAIN:
            return None
        # `create_default_context` writes the session's keys where SSLKEYLOGFILE says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_default_certs()
        if self.account.ca_file is not None:
            try:
                context.load_verify_locations(self.account.ca_file)
            except (OSError, ValueError):
                raise ConfigError(
                    f"ca_file {self.account.ca_file} holds no certificates in PEM"
                ) from None
        return context

    def _greeted(self, tls: ssl.SSLContext | None) -> Client:
        account = self.account
        at_once = tls if account.security is Security.IMAPS else None
        self._wire.allow(self.limits.connect, SIMPLE_ANSWER)
        client = Client(self._wire, account.host, account.port, at_once)
        if client.is_preauthenticated:
            raise UntrustedServerError(
                f"{account} claims that we are logged in already (PREAUTH)"
            )
        if tls is not None and at_once is None:
            if not client.can("STARTTLS"):
                raise UntrustedServerError(
                    f"{account} does not offer STARTTLS; "
                    'ask its operator, or use security = "imaps" with port 993'
                )
            client.starttls(tls)
        return client


def _spelling_of(client: Client) -> Spelling:
    if client.can("NAMESPACE"):
        personal = client.namespace().personal
        if personal:
            prefix, delimiter = personal[0]
            return Spelling(delimiter or "", prefix)
    _, delimiter, _ = client.list_folders("", "")[0]
    return Spelling(delimiter.decode("ascii") if delimiter else "", "")
