"""From nothing to a connection that is encrypted, greeted and logged in."""

import contextlib
import ipaddress
import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from triage.errors import ConfigError
from triage.smtp.login import TokenRefusedError, log_in
from triage.smtp.replies import hoped_for, said, server_failed
from triage.smtp.server import Limits, Server
from triage.smtp.watch import TICK_SECONDS, Watch
from triage.smtp.wire import Wire

log = logging.getLogger(__name__)

_STREAM = socket.SOCK_STREAM
_Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
_T = TypeVar("_T")


def connected(server: Server, limits: Limits, watch: Watch) -> Wire:
    """Return a connection that is ready for letters.

    Raises NotTakenError, always with TryLater: no server that cannot be reached,
    secured or logged in to says anything about a letter.
    """
    try:
        return _connected(server, limits, watch)
    except TokenRefusedError as end:
        log.info("%s; it is renewed", end)
        return _connected(server, limits, watch)


def _connected(server: Server, limits: Limits, watch: Watch) -> Wire:
    with _explained(server, watch):
        context = server.tls_context()
        where = (server.host, server.port_number)
        found = looked_up(lambda: socket.getaddrinfo(*where, type=_STREAM), watch)
        sock, cord = _dialled(server, limits, watch, found)
        wire = Wire(sock, cord, server.helo or _literal(sock))
        try:
            _greet(wire, server, context)
            log_in(wire, server)
        except BaseException:
            wire.close()
            raise
    return wire


def looked_up(look_up: Callable[[], _T], watch: Watch) -> _T:
    """Look up a name for as long as the watch allows.

    A lookup that hangs cannot be ended from outside; it is left behind in its thread.
    Raises what it raises, or TimeoutError.
    """
    answer: Future[_T] = Future()

    def work() -> None:
        try:
            answer.set_result(look_up())
        except (OSError, UnicodeError) as error:
            # A UnicodeError: the name cannot be written as IDNA has it.
            answer.set_exception(error)

    threading.Thread(target=work, name="smtp-lookup", daemon=True).start()
    while watch.cut is None:
        with contextlib.suppress(TimeoutError):
            return answer.result(timeout=TICK_SECONDS)
    raise TimeoutError


def _dialled(
    server: Server, limits: Limits, watch: Watch, found: Sequence[_Found]
) -> tuple[socket.socket, socket.socket]:
    """Return a connected socket and its cord, from the first address that answers."""
    failure: OSError = OSError("it has no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        cord = sock.dup()
        watch.guard(cord)
        try:
            sock.settimeout(limits.connect)
            sock.connect(address)
            sock.settimeout(None)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _refuse_clear_text_abroad(server, sock)
        except OSError as error:
            failure = error
            sock.close()
            cord.close()
        else:
            return sock, cord
    raise failure


def _refuse_clear_text_abroad(server: Server, sock: socket.socket) -> None:
    """A name such as localhost may be made to lead elsewhere."""
    if server.security == "plain" and not _peer(sock).is_loopback:
        raise OSError("it is not this machine, and the connection is not encrypted")


def _peer(sock: socket.socket) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(sock.getpeername()[0])


def _literal(sock: socket.socket) -> str:
    """Return our address as EHLO takes it where we have no name (RFC 5321 §4.1.3)."""
    own = ipaddress.ip_address(sock.getsockname()[0])
    return f"[IPv6:{own}]" if isinstance(own, ipaddress.IPv6Address) else f"[{own}]"


def _greet(wire: Wire, server: Server, context: ssl.SSLContext) -> None:
    if server.security == "tls":
        wire.secure(context, server.host)
    hoped_for(said(*wire.getreply()), "the server does not take mail now")
    _say_ehlo(wire)
    if server.security != "starttls":
        return
    if not wire.has_extn("starttls"):
        raise server_failed(
            "the server does not offer STARTTLS, and nothing is sent in clear: check "
            "security and port"
        )
    hoped_for(said(*wire.docmd("STARTTLS")), "the server refuses STARTTLS")
    wire.secure(context, server.host)
    _say_ehlo(wire)


def _say_ehlo(wire: Wire) -> None:
    hoped_for(said(*wire.ehlo()), "the server refuses EHLO")


@contextlib.contextmanager
def _explained(server: Server, watch: Watch) -> Iterator[None]:
    """Turn whatever goes wrong on the way into words and what to do about it."""
    where = f"{server.host}:{server.port_number}"
    try:
        yield
    except ConfigError as error:
        raise server_failed(str(error)) from error
    except socket.gaierror as error:
        why = f"the name {server.host} is not found ({error.strerror})"
        raise server_failed(why) from error
    except UnicodeError as error:
        raise server_failed(f"{server.host} is no name of a server") from error
    except ssl.SSLCertVerificationError as error:
        why = f"the certificate of {where} cannot be trusted ({error.verify_message})"
        raise server_failed(f"{why}: nothing is sent") from error
    except ssl.SSLError as error:
        why = watch.cut or error.reason or "no agreement"
        raise server_failed(
            f"no encrypted connection to {where} ({why}): check security and port"
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        why = watch.cut or getattr(error, "strerror", None) or str(error)
        raise server_failed(f"no connection to {where} ({why})") from error
