"""What a mail server can do wrong, in sentences that carry nothing of a message."""

import imaplib
import re
import socket
import ssl

from triage.errors import LoginRefusedError, TransientError
from triage.mailbox.wire import TooMuchError

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0

SERVER_FAULTS = (
    imaplib.IMAP4.error,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    MemoryError,
)
"""All that imaplib and imapclient raise on answers that make no sense."""


class UntrustedServerError(TransientError):
    """The connection is not as safe as was asked for; no password was sent."""


def backoff(failures: int, error: Exception | None = None) -> float:
    """Return how many seconds to wait after so many failures in a row.

    After a refused login it is long at once: many servers lock an account after some.
    """
    if isinstance(error, LoginRefusedError):
        return LONGEST_PAUSE
    return min(FIRST_PAUSE * 2.0 ** min(max(failures - 1, 0), 20), LONGEST_PAUSE)


_CODES = {
    "ALREADYEXISTS": "it is there already",
    "AUTHENTICATIONFAILED": "user or password are wrong",
    "AUTHORIZATIONFAILED": "this user may not use the mailbox",
    "CANNOT": "the server does not allow the name",
    "CONTACTADMIN": "the server asks you to contact its administrator",
    "EXPIRED": "the password has expired",
    "INUSE": "the mailbox is in use by somebody else",
    "LIMIT": "a limit of the server is reached",
    "NONEXISTENT": "it does not exist",
    "NOPERM": "this user lacks the permission",
    "OVERQUOTA": "the mailbox is full",
    "PRIVACYREQUIRED": "the server wants an encrypted connection",
    "SERVERBUG": "the server has a fault of its own",
    "TRYCREATE": "it does not exist",
    "UNAVAILABLE": "the server is not available at the moment",
}
"""RFC 5530 and RFC 9051 response codes; other words of a server are not repeated."""

_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "no secure connection could be agreed on"),
    (socket.gaierror, "the name of the server is not known"),
    (TimeoutError, "no complete answer in time"),
    (ConnectionRefusedError, "nothing listens on that port"),
    (OSError, "the connection could not be made, or was lost"),
    (TooMuchError, "the answer is larger than it can rightly be"),
    (MemoryError, "the answer is larger than the memory"),
    (RecursionError, "the answer is nested too deep"),
    (imaplib.IMAP4.readonly, "the folder may only be read"),
    (imaplib.IMAP4.abort, "the connection was lost"),
    (imaplib.IMAP4.error, "refused, or the answer makes no sense"),
)
"""The first that fits."""

_CODE = re.compile(r"\[([A-Z]+)")


def response_code(error: BaseException) -> str:
    """Return the response code in a server's refusal, or ''."""
    return next((code for code in _CODE.findall(str(error)) if code in _CODES), "")


def in_words(error: BaseException) -> str:
    """Say what went wrong without repeating anything that the server sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if code := response_code(error):
        return f"refused: {_CODES[code]}"
    for kind, words in _KINDS:
        if isinstance(error, kind):
            return words
    return "the answer makes no sense"
