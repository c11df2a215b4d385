"""What matches where in one message: patterns in sentences, expressions in fields."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

from triage.message.model import Message
from triage.ruleset.folding import folded_words
from triage.ruleset.index import ones
from triage.ruleset.patterns import Expression, Matcher
from triage.ruleset.reading import FieldText, Sentence, read_fields
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Where
from triage.ruleset.signals import FORWARDED_AS_TEXT, Asked, Signals

_MOST_REGEX_MATCHES = 100

LookUp = Callable[[bytes], Set[bytes]]
"""Gives the terms of a sentence, which decide what is tried there."""

Span = tuple[int, int]
"""A place in the words of a sentence, or in a field as it was written."""


@dataclass(slots=True)
class Trial:
    """One sentence, in which patterns are tried when they are asked for."""

    sentence: Sentence
    asked: Asked
    may_match: dict[int, list[int]]
    """By part: the patterns that may match."""
    matchers: Sequence[Matcher]
    _spans: dict[int, Span | None] = field(default_factory=dict)

    def match(self, part: int) -> Span | None:
        """Return the words that match a pattern of the part."""
        for pattern in self.may_match.get(part, ()):
            if pattern not in self._spans:
                match = self.matchers[pattern].search(self.sentence.words)
                self._spans[pattern] = match.span() if match else None
            if span := self._spans[pattern]:
                return span
        return None

    def match_all(self, parts: Sequence[int]) -> list[Span]:
        """Return the words of every part, in their order; [] where one has none."""
        if not all(part in self.may_match for part in parts):
            return []
        spans = []
        for part in parts:
            span = self.match(part)
            if span is None:
                return []
            spans.append(span)
        return sorted(spans)


@dataclass(frozen=True, slots=True)
class Scan:
    """A message laid out for its signals."""

    signals: Signals
    fields: Sequence[tuple[FieldText, frozenset[Where]]]
    """Every field, and the fields as which it is read."""
    trials: Sequence[Trial]
    """By sentence."""

    def visible(self, signal: int) -> list[FieldText]:
        """Return the fields that a signal looks at."""
        wanted = self.signals.all[signal].where
        return [
            read for read, as_field in self.fields if not wanted.isdisjoint(as_field)
        ]

    def regex_matches(
        self, regex: Expression, signal: int
    ) -> Iterator[tuple[int, Span]]:
        """Yield the matches of a regular expression, which runs on whole fields."""
        for read in self.visible(signal):
            encoded = read.written.encode(errors="replace")
            is_ascii = encoded.isascii()
            for match in islice(regex.finditer(encoded), _MOST_REGEX_MATCHES):
                start, end = match.span()
                if not is_ascii:
                    start, end = (len(encoded[:n].decode()) for n in (start, end))
                yield read.sentence_at(start).number, (start, end)


def scan(ruleset: Ruleset, message: Message, look_up: LookUp) -> Scan:
    """Cut the fields that signals ask for into sentences, and see what may match."""
    signals = ruleset.matching
    reads_forwarded = bool(message.forwarded) and (
        len(folded_words(message.text)) < ruleset.tables.intake.forward_words
    )
    wanted = set(signals.wanted)
    if reads_forwarded and "text" in wanted:
        wanted.add("forwarded")
    fields = [
        (read, _read_as(read.where, reads_forwarded))
        for read in read_fields(message, wanted)
    ]
    trials = [
        _trial(signals, sentence, as_field, look_up)
        for read, as_field in fields
        for sentence in read.sentences
    ]
    return Scan(signals, fields, trials)


def _trial(
    signals: Signals, sentence: Sentence, as_field: frozenset[Where], look_up: LookUp
) -> Trial:
    asked = signals.asked_in[as_field]
    may_match: dict[int, list[int]] = {}
    candidates = signals.index.candidates(look_up(sentence.words))
    for pattern in ones(candidates & asked.patterns):
        for part in asked.parts_of[pattern]:
            if part in may_match:
                may_match[part].append(pattern)
            else:
                may_match[part] = [pattern]
    return Trial(sentence, asked, may_match, signals.matchers)


def _read_as(where: Where, reads_forwarded: bool) -> frozenset[Where]:
    if where == "forwarded" and reads_forwarded:
        return FORWARDED_AS_TEXT
    return frozenset({where})
