"""Whether the address at which the daemon tells how it is can be its own."""

import socket
from contextlib import closing
from errno import EADDRINUSE
from http.client import HTTPConnection, HTTPException

from triage.doctor.finding import Finding, failed, ok, warning

CHECK = "http"
ANSWERS = frozenset({200, 503})
"""What the daemon says to a probe."""
SECONDS = 5.0


def examine_listening(host: str, port: int, *, runs: bool) -> Finding:
    """Look whether the address is free, or answers as a daemon does that `runs`."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        is_free = _is_free(host, port)
    except OSError as error:
        return failed(
            CHECK,
            f"nothing can listen on {where}: {error.strerror or error}",
            "name an address of this machine in listen of [http]",
        )
    if not runs and is_free:
        return ok(CHECK, f"{where} is free for the daemon")
    if runs and not is_free and _answers(host, port):
        return ok(CHECK, f"the daemon answers on {where}")
    if is_free:
        return warning(
            CHECK,
            f"the daemon runs, and does not listen on {where}",
            "restart it, if listen of [http] was changed; otherwise its log says why",
        )
    return warning(
        CHECK,
        f"something else listens on {where}: nobody is told there how it is",
        "name another port in listen of [http]; mail is answered all the same",
    )


def _is_free(host: str, port: int) -> bool:
    """Bind it for a moment; raises OSError where that can never be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == EADDRINUSE:
                return False
            raise
    return True


def _answers(host: str, port: int) -> bool:
    with closing(HTTPConnection(host, port, timeout=SECONDS)) as client:
        try:
            client.request("GET", "/livez", headers={"Host": "localhost"})
            return client.getresponse().status in ANSWERS
        except (OSError, HTTPException):
            return False
