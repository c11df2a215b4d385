"""A message's fields as folded sentences, with the way back to what was written."""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from triage.message.model import Message
from triage.ruleset.folding import Folded, fold
from triage.ruleset.schema import Where
from triage.ruleset.sentences import sentence_bounds

FIELDS: tuple[Where, ...] = (
    "subject",
    "text",
    "forwarded",
    "signature",
    "quoted",
    "sender",
    "attachment",
)
"""In the order in which their evidence is shown."""

_LONGEST_SHOWN = 300
_WORD = re.compile(rb"[^ ]+")


@dataclass(frozen=True, eq=False)
class FieldText:
    """One field of a message, as it was written and folded."""

    where: Where
    written: str
    folded: Folded
    words: bytes
    """The folded text in lower case with spaces for punctuation, byte for byte."""

    @cached_property
    def encoded(self) -> bytes:
        """The field as it was written, in UTF-8."""
        return self.written.encode(errors="replace")


@dataclass(eq=False)
class Sentence:
    """`words` are folded, with one space before and after each.

    `start` and `end` are bytes of the field's folded text; `number` counts from 0
    through all fields.
    """

    number: int
    field: FieldText
    start: int
    end: int
    words: bytes

    @cached_property
    def original_start(self) -> int:
        return self.field.folded.original(self.start)

    @cached_property
    def as_written(self) -> str:
        """The whole sentence, as evidence shows it."""
        end = self.field.folded.original(self.end)
        return shown(self.field.written[self.original_start : end])

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        """The words as bytes of the field's folded text."""
        found = _WORD.finditer(self.field.words, self.start, self.end)
        return [word.span() for word in found]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Lead a span of `words` back to the characters that were written.

        A match begins with the space before its first word and ends with the space
        after its last.
        """
        first = self.words.count(b" ", 0, start + 1) - 1
        last = self.words.count(b" ", 0, end - 1) - 1
        to_original = self.field.folded.original
        return to_original(self._places[first][0]), to_original(self._places[last][1])


def read_fields(message: Message, wanted: Set[Where]) -> list[Sentence]:
    """Return the sentences of the wanted fields, in the order of `FIELDS`."""
    sentences: list[Sentence] = []
    for where in FIELDS:
        if where in wanted and (text := field_text(message, where)):
            folded = fold(text)
            field = FieldText(where, text, folded, folded.words())
            for start, end in sentence_bounds(folded.text):
                words = b" %b " % b" ".join(field.words[start:end].split())
                sentences.append(Sentence(len(sentences), field, start, end, words))
    return sentences


def field_text(message: Message, where: Where) -> str:
    """Return a field as the rules see it."""
    match where:
        case "subject" | "text" | "forwarded" | "signature" | "quoted":
            return str(getattr(message, where))
        case "sender":
            return "\n\n".join(f"{a.name} <{a.address}>".strip() for a in message.from_)
        case "attachment":
            return "\n\n".join(attachment.name for attachment in message.attachments)


def shown(written: str) -> str:
    """Return words as evidence shows them: on one line, and not too many."""
    line = " ".join(written[: 2 * _LONGEST_SHOWN].split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"
