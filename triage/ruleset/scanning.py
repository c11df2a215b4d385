"""What matches where in one message: patterns in sentences, expressions in fields."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby, islice

from triage.message.model import Message
from triage.ruleset.folding import folded_words
from triage.ruleset.index import ones
from triage.ruleset.patterns import Expression, Matcher
from triage.ruleset.reading import Sentence, read_fields
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

    def match_all(self, parts: Iterable[int]) -> list[Span]:
        """Return the words of every part, in their order; [] where one has none."""
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
    trials: Sequence[Trial]
    """By sentence."""
    reads_forwarded: bool
    """Whether the forwarded block counts as the writer's text."""

    def visible(self, signal: int) -> list[Sentence]:
        """Return the sentences of the fields that a signal looks at."""
        wanted = self.signals.all[signal].where
        return [
            trial.sentence
            for trial in self.trials
            if not wanted.isdisjoint(
                _read_as(trial.sentence.field.where, self.reads_forwarded)
            )
        ]

    def regex_matches(
        self, regex: Expression, signal: int
    ) -> Iterator[tuple[int, Span]]:
        """Yield the matches of a regular expression, which runs on whole fields."""
        visible = self.visible(signal)
        for of_field, group in groupby(visible, key=lambda sentence: sentence.field):
            sentences = list(group)
            for match in islice(regex.finditer(of_field.encoded), _MOST_REGEX_MATCHES):
                start, end = (len(of_field.encoded[:n].decode()) for n in match.span())
                yield _sentence_at(start, sentences), (start, end)


def _sentence_at(place: int, sentences: Sequence[Sentence]) -> int:
    """Return the number of the sentence in which a character of the field stands."""
    nearest = bisect_right(sentences, place, key=lambda s: s.original_start)
    return sentences[max(0, nearest - 1)].number


def scan(ruleset: Ruleset, message: Message, look_up: LookUp) -> Scan:
    """Cut the fields that signals ask for into sentences, and see what may match."""
    signals = ruleset.matching
    reads_forwarded = bool(message.forwarded) and (
        len(folded_words(message.text)) < ruleset.tables.intake.forward_words
    )
    wanted = {where for signal in signals.all for where in signal.where}
    if reads_forwarded and "text" in wanted:
        wanted.add("forwarded")
    trials = [
        _trial(signals, sentence, look_up, reads_forwarded)
        for sentence in read_fields(message, wanted)
    ]
    return Scan(signals, trials, reads_forwarded)


def _trial(
    signals: Signals, sentence: Sentence, look_up: LookUp, reads_forwarded: bool
) -> Trial:
    asked = signals.asked_in[_read_as(sentence.field.where, reads_forwarded)]
    may_match: dict[int, list[int]] = {}
    candidates = signals.index.candidates(look_up(sentence.words))
    for pattern in ones(candidates & asked.patterns):
        for part in asked.parts_of[pattern]:
            may_match.setdefault(part, []).append(pattern)
    return Trial(sentence, asked, may_match, signals.matchers)


def _read_as(where: Where, reads_forwarded: bool) -> frozenset[Where]:
    if where == "forwarded" and reads_forwarded:
        return FORWARDED_AS_TEXT
    return frozenset({where})
