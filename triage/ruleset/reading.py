"""A message's fields as folded sentences, with the way back to what was written."""

import re
from bisect import bisect_right
from collections.abc import Set
from dataclasses import dataclass, field

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


@dataclass(slots=True, eq=False)
class FieldText:
    """One field of a message, as it was written and folded."""

    where: Where
    written: str
    folded: Folded
    words: bytes
    """The folded text in lower case with spaces for punctuation, byte for byte."""
    sentences: list["Sentence"] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def sentence_at(self, place: int) -> "Sentence":
        """Return the sentence in which a character of the field stands."""
        if not self._starts:
            self._starts = [self.folded.original(s.start) for s in self.sentences]
        return self.sentences[max(0, bisect_right(self._starts, place) - 1)]


@dataclass(slots=True, eq=False)
class Sentence:
    """`words` are folded, with one space before and after each.

    `start` and `end` are bytes of the field's folded text; `number` counts from 0
    through all fields.
    """

    number: int
    source: FieldText
    start: int
    end: int
    words: bytes
    _places: list[tuple[int, int]] = field(default_factory=list)
    """The words as bytes of the field's folded text."""
    _shown: str = ""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Lead a span of `words` back to the characters that were written.

        A match begins with the space before its first word and ends with the space
        after its last.
        """
        if not self._places:
            found = _WORD.finditer(self.source.words, self.start, self.end)
            self._places = [word.span() for word in found]
        first = self.words.count(b" ", 0, start + 1) - 1
        last = first + self.words.count(b" ", start + 1, end - 1)
        to_original = self.source.folded.original
        return to_original(self._places[first][0]), to_original(self._places[last][1])

    def as_written(self) -> str:
        """Return the whole sentence, as evidence shows it."""
        if not self._shown:
            start, end = map(self.source.folded.original, (self.start, self.end))
            self._shown = shown(self.source.written[start:end])
        return self._shown


def read_fields(message: Message, wanted: Set[Where]) -> list[FieldText]:
    """Return the wanted fields that have words, in the order of `FIELDS`."""
    fields: list[FieldText] = []
    number = 0
    for where in FIELDS:
        if where in wanted and (text := field_text(message, where)):
            folded = fold(text)
            read = FieldText(where, text, folded, folded.words())
            for start, end in sentence_bounds(folded.text):
                words = b" %b " % b" ".join(read.words[start:end].split())
                read.sentences.append(Sentence(number, read, start, end, words))
                number += 1
            if read.sentences:
                fields.append(read)
    return fields


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
