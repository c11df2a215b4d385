"""What an examination found."""

from dataclasses import dataclass
from enum import StrEnum

TRY_AGAIN = "try again in some minutes; ask who runs the server"


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Good to know; nothing is to be done."""
    WARNING = "warning"
    """It works today; somebody should see to it."""
    FAILED = "failed"
    """It does not work, or soon will not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; nothing secret and nothing of a mail is in it."""

    check: str
    """What was looked at: a name that stays the same, for scripts."""
    verdict: Verdict
    text: str
    to_do: str | None = None
    """What a person does about it; where something failed it is always said."""
    mailbox: str = ""
    """Which of several it is about; empty: all of them, or the only one."""


def ok(check: str, text: str) -> Finding:
    """Tell of what is right."""
    return Finding(check, Verdict.OK, text)


def note(check: str, text: str) -> Finding:
    """Tell of what is good to know."""
    return Finding(check, Verdict.NOTE, text)


def warning(check: str, text: str, to_do: str) -> Finding:
    """Tell of what somebody should see to."""
    return Finding(check, Verdict.WARNING, text, to_do)


def failed(check: str, text: str, to_do: str) -> Finding:
    """Tell of what does not work."""
    return Finding(check, Verdict.FAILED, text, to_do)
