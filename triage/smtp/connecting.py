"""From nothing to a connection that is encrypted, greeted and logged in."""

import base64
import contextlib
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, TypeVar

from triage.errors import ConfigError
from triage.smtp.outcome import Concern, TryLater
from triage.smtp.replies import Kind, NotTakenError, Said, said, server_failed
from triage.smtp.server import Limits, Server
from triage.smtp.watch import TICK_SECONDS, Watch
from triage.smtp.wire import Wire

_STREAM = socket.SOCK_STREAM
_Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
_T = TypeVar("_T")


def connected(server: Server, limits: Limits, watch: Watch) -> Wire:
    """Return a connection that is ready for letters.

    Raises NotTakenError, always with TryLater: no server that cannot be reached,
    secured or logged in to says anything about a letter.
    """
    with _explained(server, watch):
        context = server.tls_context()
        where = (server.host, server.port_number)
        found = looked_up(lambda: socket.getaddrinfo(*where, type=_STREAM), watch)
        sock, cord = _dialled(server, limits, watch, found)
        wire = Wire(sock, cord, server.helo or _literal(sock))
        try:
            _greet(wire, server, context)
            _log_in(wire, server)
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
    _hoped_for(said(*wire.getreply()), "the server does not take mail now")
    _say_ehlo(wire)
    if server.security != "starttls":
        return
    if not wire.has_extn("starttls"):
        raise server_failed(
            "the server does not offer STARTTLS, and nothing is sent in clear: check "
            "security and port"
        )
    _hoped_for(said(*wire.docmd("STARTTLS")), "the server refuses STARTTLS")
    wire.secure(context, server.host)
    _say_ehlo(wire)


def _say_ehlo(wire: Wire) -> None:
    _hoped_for(said(*wire.ehlo()), "the server refuses EHLO")


_SHORTEST_ECHO = 6


def _unless_it_echoes(answer: Said, *secrets: str) -> Said:
    """Return an answer without its words where these repeat what we said.

    `500 unknown command AUTH PLAIN …` would bring the password into the log.
    """
    text = answer.text.lower()
    pieces = (
        each.lower()[start : start + _SHORTEST_ECHO]
        for each in secrets
        for start in range(max(1, len(each) - _SHORTEST_ECHO + 1))
    )
    if any(piece in text for piece in pieces):
        return replace(answer, text="its words repeat ours and are left out")
    return answer


def _log_in(wire: Wire, server: Server) -> None:
    if server.user is None or server.password is None:
        return
    try:
        password = server.password()
    except ConfigError as error:
        raise server_failed(str(error), Concern.LOGIN) from None
    offered = wire.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        answer = said(*wire.docmd("AUTH", f"PLAIN {_plain(server.user, password)}"))
    elif "LOGIN" in offered:
        answer = _auth_login(wire, server.user, password)
    else:
        raise server_failed(
            "the server offers no login with a password (AUTH PLAIN or LOGIN): check "
            "security, port and user",
            Concern.LOGIN,
        )
    secrets = (password, _base64(password), _plain(server.user, password))
    _hoped_for(
        _unless_it_echoes(answer, *secrets),
        "the server refuses the login: check user and password",
        Concern.LOGIN if answer.kind == Kind.NEVER else Concern.SERVER,
    )


def _plain(user: str, password: str) -> str:
    """RFC 4616."""
    return _base64(f"\0{user}\0{password}")


def _auth_login(wire: Wire, user: str, password: str) -> Said:
    for step in ("AUTH LOGIN", _base64(user)):
        answer = said(*wire.docmd(step))
        if answer.kind != Kind.GO_ON:
            return answer
    return said(*wire.docmd(_base64(password)))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _hoped_for(answer: Said, problem: str, concern: Concern = Concern.SERVER) -> None:
    if answer.kind != Kind.DONE:
        text = f"{problem} ({answer.code} {answer.text})"
        raise NotTakenError(TryLater(answer.code, answer.enhanced, text, concern))


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
