"""Mail servers in this process, on real loopback sockets: for the demo and for tests.

Nothing of them outlives the `with` block. Without the packages of `triage-mail[demo]`,
importing this module raises ConfigError.
"""

import asyncio
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no types
from typing_extensions import override

from triage.errors import ConfigError

try:
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
    from proxyprotocol.reader import ProxyProtocolReader
    from proxyprotocol.version import ProxyProtocolVersion
    from pymap.backend.dict import Config, DictBackend
    from pymap.concurrent import Subsystem
    from pymap.imap import IMAPServer
    from pysasl.hashing import BuiltinHash
except ImportError as missing:
    raise ConfigError(
        f"the package {missing.name} is missing: pip install 'triage-mail[demo]'"
    ) from None

HOST = "127.0.0.1"
_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_DELIVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate and its key, two PEM files."""

    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to be put into a mailbox, as if it had come at that time."""

    octets: bytes
    received_at: datetime | None = None
    """Aware; None is now."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client handed over, and was told 250 for."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes


class LoopbackServer:
    """Listening sockets, served by an event loop in a thread of its own."""

    def __init__(self) -> None:
        self.port = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._is_up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leaving: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_up.wait(_START_SECONDS)
        if not self.port:
            raise ConfigError(f"{type(self).__name__} could not be started on {HOST}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._leaving is not None:
            self._loop.call_soon_threadsafe(self._leaving.set)
        self._thread.join(_STOP_SECONDS)

    async def listen(self) -> Sequence[asyncio.Server]:
        """Open the sockets; the first one's port becomes `port`."""
        raise NotImplementedError

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._is_up.set()

    async def _serve(self) -> None:
        self._loop, self._leaving = asyncio.get_running_loop(), asyncio.Event()
        listeners = await self.listen()
        self.port = port_of(listeners[0])
        self._is_up.set()
        await self._leaving.wait()
        for listener in listeners:
            listener.close()


class ImapServer(LoopbackServer):
    """pymap with one user: IDLE, MOVE and UIDPLUS, mail kept in memory.

    `port` speaks in clear. With a certificate there are `tls_port` for IMAPS and
    `starttls_port`, which takes no password before STARTTLS.
    """

    def __init__(
        self,
        user: str = "triage",
        password: str = "demo",  # noqa: S107 - of a server that nobody else reaches
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__()
        self.user = user
        self.password = password
        self.tls_port = 0
        self.starttls_port = 0
        self._certificate = certificate

    def deliver(self, deliveries: Iterable[Delivery], folder: str = "INBOX") -> None:
        """Append messages to a folder, made when missing, over its own connection."""
        with IMAPClient(
            HOST, self.port, ssl=False, timeout=_DELIVERY_SECONDS
        ) as client:
            # pymap delays its acknowledgements: 40 ms a command without this.
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.login(self.user, self.password)
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for delivery in deliveries:
                client.append(folder, delivery.octets, msg_time=delivery.received_at)

    @override
    async def listen(self) -> Sequence[asyncio.Server]:
        backend, config = await DictBackend.init(self._options(tls=False), **_quick())
        config.apply_context()
        listeners = [await _imap_on_loopback(backend, config)]
        if self._certificate is not None:
            tls = self._certificate.context()
            asking = Config.from_args(
                self._options(tls=True), **_quick(), ssl_context=tls
            )
            listeners.append(await _imap_on_loopback(backend, config, tls))
            listeners.append(await _imap_on_loopback(backend, asking))
            self.tls_port, self.starttls_port = map(port_of, listeners[1:])
        return listeners

    def _options(self, *, tls: bool) -> Namespace:
        """Return what pymap's command line would have been parsed to."""
        return Namespace(
            debug=False,
            host=None,
            port="0",
            cert=None,
            key=None,
            tls=tls,
            proxy_protocol=None,
            inherited_sockets=None,
            skip_services=[],
            passlib_cfg=None,
            demo_data=False,
            demo_user=self.user,
            demo_password=self.password,
        )


def _quick() -> dict[str, Any]:
    """Return pymap's settings for logins that take no half second of hashing each."""
    return {
        "hash_context": BuiltinHash(rounds=1),
        "cpu_subsystem": Subsystem.for_asyncio(),
        "invalid_user_sleep": 0.0,
    }


async def _imap_on_loopback(
    backend: DictBackend, config: Config, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    reader = ProxyProtocolReader(ProxyProtocolVersion.get(None))
    serve = reader.get_callback(IMAPServer(backend.login, config))
    return await asyncio.start_server(serve, HOST, 0, ssl=tls)


class SmtpSink(LoopbackServer):
    """aiosmtpd: takes every message and sends none on.

    `on_accepted` is called with each before it is answered, in a thread; what it raises
    becomes a 5xx. With a user, mail is taken only after AUTH; with a certificate, AUTH
    is offered only after STARTTLS.
    """

    def __init__(
        self,
        on_accepted: Callable[[Accepted], None] | None = None,
        *,
        user: str | None = None,
        password: str = "",
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__()
        self.accepted: list[Accepted] = []
        self._on_accepted = on_accepted
        self._login = None if user is None else (user.encode(), password.encode())
        self._certificate = certificate
        self._news = threading.Condition()

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Accepted]:
        """Return what was accepted once there are so many, or after so long."""
        with self._news:
            self._news.wait_for(lambda: len(self.accepted) >= count, seconds)
            return list(self.accepted)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name and shape
        self,
        _server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        mail_options: list[str],
    ) -> str:
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 go on"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        octets = envelope.content
        accepted = Accepted(
            sender=(envelope.mail_from or "").removeprefix("<>"),
            recipients=tuple(envelope.rcpt_tos),
            octets=octets if isinstance(octets, bytes) else b"",
        )
        if self._on_accepted is not None:
            await asyncio.to_thread(self._on_accepted, accepted)
        with self._news:
            self.accepted.append(accepted)
            self._news.notify_all()
        return "250 2.0.0 kept"

    @override
    async def listen(self) -> Sequence[asyncio.Server]:
        tls = self._certificate.context() if self._certificate else None
        loop = asyncio.get_running_loop()
        return [
            await loop.create_server(
                lambda: SMTP(
                    self,
                    hostname="localhost",
                    enable_SMTPUTF8=True,
                    tls_context=tls,
                    auth_require_tls=tls is not None,
                    authenticator=self._authenticated,
                    loop=loop,
                ),
                HOST,
                0,
            )
        ]

    def _authenticated(self, *call: Any) -> AuthResult:
        login = call[-1]
        is_right = isinstance(login, LoginPassword) and tuple(login) == self._login
        # handled=True would leave the answer to us, and the client waiting for it.
        return AuthResult(success=is_right, handled=False)


def port_of(listener: asyncio.Server) -> int:
    """Return the port that a listener was given."""
    return int(listener.sockets[0].getsockname()[1])
