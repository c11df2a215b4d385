"""How long the certificate of a server holds that we are connected to."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate holds."""

    begins: datetime
    ends: datetime


def validity_of(connection: socket.socket | None) -> Validity | None:
    """Return how long the other side's holds; None on a connection in clear."""
    if not isinstance(connection, ssl.SSLSocket):
        return None
    # Empty, or without an end, where nothing was verified: our contexts always do.
    shown = connection.getpeercert() or {}
    begins, ends = shown.get("notBefore"), shown.get("notAfter")
    if not isinstance(begins, str) or not isinstance(ends, str):
        return None
    return Validity(_moment(begins), _moment(ends))


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
