"""One template file as it was written, and its subject line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from triage.errors import MessageError, Problem
from triage.reply.grammar import is_line
from triage.reply.variables import LETTER_VARIABLES, NOTICE_VARIABLES

_SUBJECT = re.compile(r"Subject:[ \t]*(.*)")
_REFERENCE = re.compile(r"\{\{-?\s*reference\s*-?\}\}")
_EXAMPLE = "such as: Subject: Your complaint {{ reference }}"


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A fixed subject; `after` is None where no case reference belongs into it."""

    before: str
    after: str | None = None

    def with_reference(self, reference: str | None) -> str:
        """Return the subject; MessageError where it needs a reference and gets none."""
        if self.after is None:
            return self.before
        if reference is None:
            raise MessageError("a subject needs a case reference")
        return f"{self.before}{reference}{self.after}"


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A file's name and text.

    Files that begin with `_` are pieces which templates extend or include; templates
    whose name begins with `notice` are for our own people.
    """

    name: str
    text: str

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def is_piece(self) -> bool:
        return self.name.startswith("_")

    @property
    def has_subject(self) -> bool:
        return not self.is_piece and self.name.endswith(".txt")

    @property
    def variables(self) -> frozenset[str]:
        """The variables that this file may name."""
        if self.is_piece:
            return LETTER_VARIABLES | NOTICE_VARIABLES
        return NOTICE_VARIABLES if self.is_notice else LETTER_VARIABLES

    @property
    def subject(self) -> SubjectLine:
        return SubjectLine(*self._fixed_parts)

    @property
    def body(self) -> str:
        """What Jinja compiles: the subject is blanked out, lines keep their numbers."""
        if not self._fixed_parts:
            return self.text
        return "{# the subject -#}\n" + self.text.partition("\n")[2]

    def subject_problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the first line, where it has to be a subject."""
        if self.has_subject and (fault := self._fault_of_subject()):
            problem = self.problem(fault, 1, hint=_EXAMPLE)
            yield replace(problem, code="template-subject")

    def _fault_of_subject(self) -> str | None:
        match self._fixed_parts:
            case []:
                return "the first line must be the subject"
            case parts if any(mark in part for part in parts for mark in "{}"):
                return "a subject is fixed words and {{ reference }}, nothing else"
            case [_] if not self.is_notice:
                return "a subject names {{ reference }} exactly once"
            case [_, _, _, *_]:
                return "a subject names {{ reference }} exactly once"
            case parts if not is_line("".join(parts)):
                return "the subject has no words"
            case _:
                return None

    def problem(
        self, message: str, line: int, at: str = "", hint: str | None = None
    ) -> Problem:
        """Return a problem on a line, with its caret under `at` where that is found."""
        lines = self.text.splitlines()
        source = lines[line - 1] if 0 < line <= len(lines) else None
        column = source.find(at) + 1 if source and at else 0
        return Problem(message, self.name, line, column or None, source, hint)

    def line_with(self, words: str) -> tuple[int, str] | None:
        """Find words in the file, whatever their case: the line and how they stand."""
        for number, line in enumerate(self.text.splitlines(), 1):
            start = line.casefold().find(words)
            if words and start >= 0:
                return number, line[start : start + len(words)]
        return None

    @property
    def is_notice(self) -> bool:
        return self.name.startswith("notice")

    @property
    def _fixed_parts(self) -> list[str]:
        """The subject, split where the case reference stands; empty: there is none."""
        first = _SUBJECT.fullmatch(self.text.partition("\n")[0].rstrip())
        if first is None or not self.has_subject:
            return []
        return _REFERENCE.split(" ".join(first[1].split()))
