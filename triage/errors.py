"""Errors, named by what the caller does about them.

TriageError
├── ConfigError      stop, list every problem, no traceback
├── TransientError   the next tick tries again
│   └── LoginRefusedError   … after a long pause, lest an account be locked
└── MessageError     this one message is set aside for a person
"""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

CANNOT_RUN = 2
"""Exit status where only a person can mend it."""


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """It cannot go live."""
    WARNING = "warning"
    """Somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file that a person wrote.

    `line` and `column` count from 1; `source` is the line itself, for a caret. `code`
    names the kind of mistake and stays the same, whatever the words.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None
    hint: str | None = None
    code: str = "wrong"
    severity: Severity = Severity.ERROR

    @override
    def __str__(self) -> str:
        parts = (self.file, self.line, self.column)
        place = ":".join(str(part) for part in parts if part)
        text = f"{place}: {self.message}" if place else self.message
        if self.source is not None:
            text += f"\n    {self.source}"
            if self.column and self.column <= len(self.source):
                text += f"\n    {' ' * (self.column - 1)}^"
        if self.hint:
            text += f"\n    {self.hint}"
        return text


class TriageError(Exception):
    """Whatever this program raises on purpose."""


class ConfigError(TriageError):
    """Something that a person wrote is wrong; carries every problem at once."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(
            each if isinstance(each, Problem) else Problem(each) for each in problems
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TransientError(TriageError):
    """A server or the network failed; the next tick tries again."""


class LoginRefusedError(TransientError):
    """A server or an issuer of tokens takes no login of ours; soon again is no use."""


class MessageError(TriageError):
    """One message cannot be taken up; it is set aside for a person."""
