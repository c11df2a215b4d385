"""A message laid out for its signals: its sentences and what matches in each."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice

from triage.message.model import Message
from triage.ruleset.folding import folded_words
from triage.ruleset.index import ones
from triage.ruleset.patterns import Expression
from triage.ruleset.reading import Sentence, read_fields
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Where
from triage.ruleset.signals import Signals

_MOST_REGEX_MATCHES = 100

LookUp = Callable[[bytes], Set[bytes]]
"""Gives the terms of a sentence, which decide what is tried there."""

Span = tuple[int, int]
"""A place in the words of a sentence, or in a field as it was written."""


@dataclass
class Scan:
    """The sentences of one message."""

    signals: Signals
    sentences: list[Sentence]
    terms: list[Set[bytes]]
    """By sentence."""
    reads_forwarded: bool
    """Whether the forwarded block counts as the writer's text."""
    _parts: dict[tuple[int, int], Span | None] = field(default_factory=dict)

    def asked(self) -> Iterator[tuple[int, list[int]]]:
        """Yield every sentence with the groups and patterns that may match there."""
        asked_of = {
            where: self._asked_of(where)
            for where in {sentence.field.where for sentence in self.sentences}
        }
        for sentence, terms in zip(self.sentences, self.terms, strict=True):
            asked = (
                self.signals.index.candidates(terms) & asked_of[sentence.field.where]
            )
            yield sentence.number, list(ones(asked))

    def _asked_of(self, where: Where) -> int:
        asked = 0
        for field_name in self._read_as(where):
            asked |= self.signals.asked_in.get(field_name, 0)
        return asked

    def is_visible(self, signal: int, sentence: int) -> bool:
        """Whether the signal looks at the field of the sentence."""
        fields = self._read_as(self.sentences[sentence].field.where)
        return not self.signals.all[signal].where.isdisjoint(fields)

    def visible(self, signal: int) -> list[Sentence]:
        return [s for s in self.sentences if self.is_visible(signal, s.number)]

    def _read_as(self, where: Where) -> tuple[Where, ...]:
        if where == "forwarded" and self.reads_forwarded:
            return "forwarded", "text"
        return (where,)

    def match(self, pattern: int, sentence: int) -> Span | None:
        """Return the first words of a sentence that match."""
        match = self.signals.patterns[pattern].search(self.sentences[sentence].words)
        return match.span() if match else None

    def match_part(self, part: int, sentence: int) -> Span | None:
        """Return words of a sentence that match one pattern of the part."""
        key = (part, sentence)
        if key not in self._parts:
            match = self.signals.parts[part].search(
                self.sentences[sentence].words, self.terms[sentence]
            )
            self._parts[key] = match.span() if match else None
        return self._parts[key]

    def match_all(self, parts: Iterable[int], sentence: int) -> list[Span]:
        """Return the words of every part, in their order; [] where one has none."""
        spans = []
        for part in parts:
            span = self.match_part(part, sentence)
            if not span:
                return []
            spans.append(span)
        return sorted(spans)

    def regex_matches(
        self, regex: Expression, signal: int
    ) -> Iterator[tuple[int, Span]]:
        """Yield the matches of a regular expression, which runs on whole fields."""
        for encoded, sentences in self._fields:
            if self.is_visible(signal, sentences[0].number):
                for match in islice(regex.finditer(encoded), _MOST_REGEX_MATCHES):
                    start, end = (len(encoded[:n].decode()) for n in match.span())
                    yield _sentence_at(start, sentences), (start, end)

    @cached_property
    def _fields(self) -> list[tuple[bytes, list[Sentence]]]:
        """Every field that has words, as written in UTF-8, with its sentences."""
        by_field = groupby(self.sentences, key=lambda sentence: sentence.field)
        return [
            (field.written.encode(errors="replace"), list(sentences))
            for field, sentences in by_field
        ]


def _sentence_at(place: int, sentences: Sequence[Sentence]) -> int:
    """Return the number of the sentence in which a character of the field stands."""
    nearest = bisect_right(sentences, place, key=lambda s: s.original_start)
    return sentences[max(0, nearest - 1)].number


def scan(ruleset: Ruleset, message: Message, look_up: LookUp) -> Scan:
    """Cut the fields that signals ask for into sentences, and look up their terms."""
    reads_forwarded = bool(message.forwarded) and (
        len(folded_words(message.text)) < ruleset.tables.intake.forward_words
    )
    wanted = {where for signal in ruleset.matching.all for where in signal.where}
    if reads_forwarded and "text" in wanted:
        wanted.add("forwarded")
    sentences = read_fields(message, wanted)
    terms = [look_up(sentence.words) for sentence in sentences]
    return Scan(ruleset.matching, sentences, terms, reads_forwarded)
