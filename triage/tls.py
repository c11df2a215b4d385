"""How long the certificate of a server holds that we are connected to."""

import socket
import ssl
from datetime import UTC, datetime


def valid_until(connection: socket.socket | None) -> datetime | None:
    """Return when the other side's certificate ends; None on a connection in clear."""
    if not isinstance(connection, ssl.SSLSocket):
        return None
    # Empty, or without an end, where nothing was verified: our contexts always do.
    ends = (connection.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
