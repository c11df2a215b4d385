"""The connection: smtplib's commands, with replies read strictly.

smtplib takes the last line's code of a reply for the whole, turns a reply that it
cannot read into -1, and forgets octets that were read too far when TLS begins. After
the final dot each of these would turn doubt into certainty.
"""

import re
import smtplib
import socket
import ssl

from typing_extensions import override

from triage.tls import Validity, validity_of

MOST_LINE_OCTETS = 4096
MOST_LINES = 100
_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)


class GarbledReplyError(smtplib.SMTPException):
    """What the server said is no reply (RFC 5321 §4.2)."""


class Wire(smtplib.SMTP):
    """One connection to a server."""

    def __init__(self, sock: socket.socket, cord: socket.socket, helo: str) -> None:
        super().__init__(local_hostname=helo)
        self.sock = sock
        self.cord = cord
        """A duplicate of the socket, by which others may cut the connection."""
        self._unread = b""

    @override
    def getreply(self) -> tuple[int, bytes]:
        """Read one whole reply: its code and its text, lines joined by LF.

        Raises GarbledReplyError, SMTPServerDisconnected, OSError.
        """
        codes: set[bytes] = set()
        texts: list[bytes] = []
        while True:
            match = _REPLY_LINE.fullmatch(self._line())
            if match is None:
                raise GarbledReplyError("the server's answer is no SMTP reply")
            code, separator, text = match.groups()
            codes.add(code)
            texts.append(text or b"")
            if len(codes) > 1 or len(texts) > MOST_LINES:
                raise GarbledReplyError("the server's answer contradicts itself")
            if separator != b"-":
                return int(code), b"\n".join(texts)

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > MOST_LINE_OCTETS:
                raise GarbledReplyError("the server's answer does not end")
            self._receive()
        line, _, self._unread = self._unread.partition(b"\n")
        return line.removesuffix(b"\r")

    def _receive(self) -> None:
        received = self._open_socket.recv(MOST_LINE_OCTETS)
        if not received:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        self._unread += received

    @property
    def _open_socket(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self.sock

    def has_spoken(self) -> bool:
        """Tell whether the server said something unasked.

        Raises SMTPServerDisconnected or OSError where it hung up.
        """
        if not self._unread:
            self._open_socket.settimeout(0)
            try:
                self._receive()
            except (BlockingIOError, ssl.SSLWantReadError):
                return False
            finally:
                self._open_socket.settimeout(None)
        return True

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS on an agreed connection; EHLO must be said anew.

        Raises GarbledReplyError where something was slipped in before TLS began.
        """
        if self._unread:
            raise GarbledReplyError("the server's answer to STARTTLS goes on in clear")
        self.sock = context.wrap_socket(self._open_socket, server_hostname=host)

    @property
    def certificate(self) -> Validity | None:
        """How long the server's holds; None on a connection in clear."""
        return validity_of(self.sock)

    @override
    def close(self) -> None:
        """Let go of the connection without a word."""
        super().close()
        self.cord.close()
