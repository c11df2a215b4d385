"""What a server's reply means for a letter that was not accepted."""

import re
from dataclasses import dataclass
from enum import IntEnum

from triage.smtp.outcome import Concern, Refused, TryLater

MOST_TEXT = 300
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


class Kind(IntEnum):
    """First digit of a reply (RFC 5321 §4.2.1)."""

    DONE = 2
    GO_ON = 3
    NOT_NOW = 4
    NEVER = 5


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that was read."""

    code: int
    enhanced: str | None
    text: str

    @property
    def kind(self) -> int:
        """The first digit; see Kind."""
        return self.code // 100


def said(code: int, text: bytes) -> Said:
    """Return a reply with its enhanced code, if it has one of the same kind."""
    words = " ".join(text.decode("ascii", "replace").split())
    plain = "".join(c if c.isprintable() else "?" for c in words)[:MOST_TEXT]
    found = _ENHANCED.match(plain)
    enhanced = found[1] if found and found[1][0] == str(code)[0] else None
    return Said(code, enhanced, plain)


def negative(reply: Said, concern: Concern) -> TryLater | Refused:
    """Return what a reply means that is not the one hoped for."""
    if reply.kind == Kind.NEVER:
        return Refused(reply.code, reply.enhanced, reply.text, concern)
    return TryLater(reply.code, reply.enhanced, reply.text, concern)


class NotTakenError(Exception):
    """Ends a submission whose letter was certainly not accepted."""

    def __init__(self, outcome: TryLater | Refused) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


def server_failed(text: str, concern: Concern = Concern.SERVER) -> NotTakenError:
    """Return the end of a submission that no reply explains."""
    return NotTakenError(TryLater(None, None, text, concern))


def hoped_for(answer: Said, problem: str, concern: Concern = Concern.SERVER) -> None:
    """Raise NotTakenError with what stands in the way, unless an answer is good."""
    if answer.kind != Kind.DONE:
        raise NotTakenError(refused(answer, problem, concern))


def refused(answer: Said, problem: str, concern: Concern) -> TryLater:
    """Return what an answer comes to that keeps us from submitting anything."""
    text = f"{problem} ({answer.code} {answer.text})"
    return TryLater(answer.code, answer.enhanced, text, concern)
