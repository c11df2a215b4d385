"""What must become of three letters, by the stage of the dialogue and the fault.

The table is the promise; nothing in it is worked out by the program under test.
"""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a fault is like, to somebody who must go on."""

    USUAL = "unusual, and yet a good answer"
    OTHER_DONE = "another 2xx than the usual"
    GO_ON = "a 3xx"
    NOT_NOW = "a 4xx"
    NEVER = "a 5xx"
    LOG_IN = "530"
    GARBLED = "no answer that can be read"
    GONE = "the connection is lost"
    SILENT = "no answer in time"


class Course(StrEnum):
    """What becomes of letters, from the fault until all is settled."""

    SENT = "sent at once"
    SERVER_WAITS = "the server is left alone; all are sent once it is well"
    LOGIN_WAITS = "no login is tried for a quarter of an hour; then all are sent"
    SECOND_WAITS = "one is sent; then the server is left alone"
    EVERY_OTHER = (
        "answers are mixed up; the next letter is put off, on a new connection"
    )
    LETTER_WAITS = "put off one by one; all are sent once it is well"
    REFUSED = "refused, and a person is told"
    SENDER_REFUSED = "one is refused; the others wait and are sent"
    ARRIVED = "one is uncertain until its copy is found; the others wait and are sent"
    VANISHED = "one is uncertain, then held; the others wait and are sent"


_K, _C = Kind, Course
States = tuple[str, str, str]

# Before the envelope nothing is about a letter.
_BEFORE_MAIL = {
    _K.USUAL: _C.SENT,
    _K.OTHER_DONE: _C.SENT,
    _K.GO_ON: _C.SERVER_WAITS,
    _K.NOT_NOW: _C.SERVER_WAITS,
    _K.NEVER: _C.SERVER_WAITS,
    _K.LOG_IN: _C.SERVER_WAITS,
    _K.GARBLED: _C.SERVER_WAITS,
    _K.GONE: _C.SERVER_WAITS,
    _K.SILENT: _C.SERVER_WAITS,
}
# A password that was refused is not offered again and again: accounts are locked.
_LOGIN = _BEFORE_MAIL | {_K.NEVER: _C.LOGIN_WAITS, _K.LOG_IN: _C.LOGIN_WAITS}
# From the envelope on the next letter may fare better.
_ENVELOPE = {
    _K.USUAL: _C.SENT,
    _K.OTHER_DONE: _C.SENT,
    _K.GO_ON: _C.LETTER_WAITS,
    _K.NOT_NOW: _C.LETTER_WAITS,
    _K.NEVER: _C.REFUSED,
    _K.LOG_IN: _C.LOGIN_WAITS,
    _K.GARBLED: _C.LETTER_WAITS,
    _K.GONE: _C.LETTER_WAITS,
    _K.SILENT: _C.SERVER_WAITS,
}

EXPECTED: Mapping[str, Mapping[Kind, Course]] = {
    "greeting": _BEFORE_MAIL,
    "ehlo": _BEFORE_MAIL,
    "starttls": _BEFORE_MAIL,
    "ehlo-tls": _BEFORE_MAIL,
    "auth": _LOGIN,
    # A question in other words is answered.
    "auth-login": _LOGIN | {_K.GO_ON: _C.SENT},
    "auth-user": _LOGIN | {_K.GO_ON: _C.SENT},
    "auth-password": _LOGIN,
    # Our own address is refused: every letter would be.
    "mail": _ENVELOPE | {_K.NEVER: _C.SENDER_REFUSED},
    "rcpt": _ENVELOPE,
    # The copy is only our witness.
    "rcpt-copy": _ENVELOPE
    | {
        _K.GO_ON: _C.SENT,
        _K.NOT_NOW: _C.SENT,
        _K.NEVER: _C.SENT,
        _K.LOG_IN: _C.SENT,
    },
    # A 2xx is no leave to go on, another 3xx is.
    "data": _ENVELOPE | {_K.OTHER_DONE: _C.LETTER_WAITS, _K.GO_ON: _C.SENT},
    # A connection that is no good any more is made anew.
    "rset": dict.fromkeys(Kind, _C.SENT) | {_K.SILENT: _C.SECOND_WAITS},
    "quit": dict.fromkeys(Kind, _C.SENT),
}

GONE_WITH_THE_COPY: Mapping[tuple[str, str], Course] = {
    ("rcpt-copy", "421 and gone"): _C.LETTER_WAITS,
    ("rcpt-copy", "554 and gone"): _C.LETTER_WAITS,
}
"""A copy that is refused harms no letter; a connection that is gone does."""

TO_THE_DOT: Mapping[Kind, Course] = {
    # Proof that it was taken, and proof that it was not.
    _K.USUAL: _C.SENT,
    _K.OTHER_DONE: _C.SENT,
    _K.NOT_NOW: _C.LETTER_WAITS,
    _K.NEVER: _C.REFUSED,
    _K.LOG_IN: _C.REFUSED,
    # No proof of anything. Where the server took it all the same: see IN_DOUBT.
    _K.GO_ON: _C.VANISHED,
    _K.GARBLED: _C.VANISHED,
    _K.GONE: _C.VANISHED,
    _K.SILENT: _C.VANISHED,
}

IN_DOUBT = frozenset({Kind.GO_ON, Kind.GARBLED, Kind.GONE, Kind.SILENT})
"""After the dot each of these happens twice: the server took the letter, or did not."""


AT_FIRST: Mapping[Course, States] = {
    _C.SENT: ("sent", "sent", "sent"),
    _C.SERVER_WAITS: ("queued", "queued", "queued"),
    _C.LOGIN_WAITS: ("queued", "queued", "queued"),
    _C.SECOND_WAITS: ("sent", "queued", "queued"),
    _C.EVERY_OTHER: ("sent", "queued", "sent"),
    _C.LETTER_WAITS: ("queued", "queued", "queued"),
    _C.REFUSED: ("refused", "refused", "refused"),
    _C.SENDER_REFUSED: ("refused", "queued", "queued"),
    _C.ARRIVED: ("uncertain", "queued", "queued"),
    _C.VANISHED: ("uncertain", "queued", "queued"),
}
AT_FIRST_ONCE: Mapping[Course, States] = {
    _C.LETTER_WAITS: ("queued", "sent", "sent"),
    _C.REFUSED: ("refused", "sent", "sent"),
}
AT_LAST: Mapping[Course, States] = {
    _C.SENT: ("sent", "sent", "sent"),
    _C.SERVER_WAITS: ("sent", "sent", "sent"),
    _C.LOGIN_WAITS: ("sent", "sent", "sent"),
    _C.SECOND_WAITS: ("sent", "sent", "sent"),
    _C.EVERY_OTHER: ("sent", "sent", "sent"),
    _C.LETTER_WAITS: ("sent", "sent", "sent"),
    _C.REFUSED: ("refused", "refused", "refused"),
    _C.SENDER_REFUSED: ("refused", "sent", "sent"),
    _C.ARRIVED: ("sent", "sent", "sent"),
    _C.VANISHED: ("held", "sent", "sent"),
}
AT_LAST_ONCE: Mapping[Course, States] = {_C.REFUSED: ("refused", "sent", "sent")}


def states(course: Course, *, lasts: bool) -> States:
    """Return the letters' states after the pass that met the fault.

    It `lasts` for the whole pass, or happens to the first letter only.
    """
    return AT_FIRST[course] if lasts else AT_FIRST_ONCE.get(course, AT_FIRST[course])


def ends(course: Course, *, lasts: bool) -> States:
    """Return the letters' states once all is settled."""
    return AT_LAST[course] if lasts else AT_LAST_ONCE.get(course, AT_LAST[course])
