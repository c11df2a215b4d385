"""A message's fields as folded sentences, with the way back to what was written."""

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field of a message, as it was written and folded."""

    where: Where
    written: str
    folded: Folded


@dataclass(frozen=True, slots=True)
class Sentence:
    """`words` are folded, with one space before the first and after the last.

    `start` and `end` are bytes of the field's folded text; `number` counts from 0
    through all fields.
    """

    number: int
    field: FieldText
    start: int
    end: int
    words: bytes

    @property
    def original_start(self) -> int:
        return self.field.folded.original(self.start)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Lead a match back to the characters that were written.

        A match begins with the space before its first word and ends with the spaces
        after its last.
        """
        last = len(self.words[:end].rstrip())
        to_original = self.field.folded.original
        return to_original(self.start + start), to_original(self.start + last - 1)

    def as_written(self) -> str:
        end = self.field.folded.original(self.end)
        return shown(self.field.written[self.original_start : end])


def read_fields(message: Message, wanted: frozenset[Where]) -> list[Sentence]:
    """Return the sentences of the wanted fields, in the order of `FIELDS`."""
    sentences: list[Sentence] = []
    for where in FIELDS:
        if where in wanted:
            field = FieldText(where, text := field_text(message, where), fold(text))
            sentences.extend(_sentences(field, len(sentences)))
    return sentences


def _sentences(field: FieldText, number: int) -> Iterator[Sentence]:
    words = field.folded.words()
    for start, end in sentence_bounds(field.folded.text):
        yield Sentence(number, field, start, end, b" %b " % words[start:end])
        number += 1


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
