"""What matches where in one message: patterns in sentences, expressions in fields."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

from triage.message.model import Message
from triage.ruleset.folding import folded_words
from triage.ruleset.patterns import Span
from triage.ruleset.reading import FieldText, Sentence, read_fields
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Where
from triage.ruleset.signals import FORWARDED_AS_TEXT, Asked, Signals

_MOST_REGEX_MATCHES = 100

LookUp = Callable[[bytes], Set[bytes]]
"""Gives the terms of a sentence, which decide what is tried there."""


@dataclass(slots=True)
class Trial:
    """One sentence, in which patterns are tried when they are asked for."""

    sentence: Sentence
    signals: Signals
    asked: Asked
    may_match: Mapping[int, Sequence[int]]
    """By part: the patterns of it that may match."""
    _of_parts: dict[int, Span | None] = field(default_factory=dict)
    _of_patterns: dict[int, Span | None] = field(default_factory=dict)

    def match(self, part: int) -> Span | None:
        """Return the words that match a pattern of the part."""
        if part not in self.may_match:
            return None
        if part not in self._of_parts:
            self._of_parts[part] = self._match(part)
        return self._of_parts[part]

    def _match(self, part: int) -> Span | None:
        known, matchers = self._of_patterns, self.signals.matchers
        for pattern in self.may_match[part]:
            if pattern not in known:
                known[pattern] = matchers[pattern].find(self.sentence.words)
            if span := known[pattern]:
                return span
        return None

    def match_all(self, parts: Sequence[int]) -> list[Span]:
        """Return the words of every part, in their order; [] where one has none."""
        if not all(map(self.may_match.__contains__, parts)):
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

    def regex_matches(self) -> Iterator[tuple[int, int, Span]]:
        """Yield signal, sentence and characters of what regular expressions match.

        They run on whole fields.
        """
        for read, as_field in self.fields:
            encoded = read.written.encode(errors="replace")
            is_ascii = encoded.isascii()
            for signal, regex in self.signals.by_regex:
                if self.signals.all[signal].where.isdisjoint(as_field):
                    continue
                for match in islice(regex.finditer(encoded), _MOST_REGEX_MATCHES):
                    start, end = match.span()
                    if not is_ascii:
                        start, end = (len(encoded[:n].decode()) for n in (start, end))
                    yield signal, read.sentence_at(start).number, (start, end)


def scan(ruleset: Ruleset, message: Message, look_up: LookUp) -> Scan:
    """Cut the fields that signals ask for into sentences, and see what may match."""
    if ruleset.only_decides:
        raise ValueError("these rules find nothing: they are to decide by")
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
    may_match: dict[int, list[int]] = defaultdict(list)
    for pattern in signals.index.candidates(look_up(sentence.words)):
        for part in signals.parts_of[pattern]:
            if part in asked.parts:
                may_match[part].append(pattern)
    return Trial(sentence, signals, asked, dict(may_match))


def _read_as(where: Where, reads_forwarded: bool) -> frozenset[Where]:
    if where == "forwarded" and reads_forwarded:
        return FORWARDED_AS_TEXT
    return frozenset({where})
