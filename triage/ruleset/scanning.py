"""What matches where in one message: phrases in sentences, expressions in fields."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from triage.message.model import Message
from triage.ruleset.folding import folded_words
from triage.ruleset.index import Candidates
from triage.ruleset.patterns import Automaton
from triage.ruleset.reading import Sentence, read_fields
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Where

_MOST_REGEX_MATCHES = 100

LookUp = Callable[[Sequence[bytes]], Candidates]
"""Says by pattern in which of the sentences it is tried."""

Span = tuple[int, int]
"""First and last character of a field, as it was written."""


@dataclass(slots=True)
class Scan:
    """The sentences of one message, and where the patterns match."""

    ruleset: Ruleset
    sentences: list[Sentence]
    reads_forwarded: bool
    """Whether the forwarded block counts as the writer's text."""
    matches: Mapping[int, Mapping[int, Span]] = field(default_factory=dict)
    """By pattern and sentence: where the first words that match were written."""
    _visible: dict[frozenset[Where], frozenset[int]] = field(default_factory=dict)
    _written: dict[int, str] = field(default_factory=dict)

    def visible(self, where: frozenset[Where]) -> frozenset[int]:
        """Return the sentences that stand in these fields."""
        numbers = self._visible.get(where)
        if numbers is None:
            fields = where
            if self.reads_forwarded and "text" in where:
                fields |= {"forwarded"}
            numbers = frozenset(
                sentence.number
                for sentence in self.sentences
                if sentence.field.where in fields
            )
            self._visible[where] = numbers
        return numbers

    def spans(
        self, patterns: Iterable[int], visible: frozenset[int]
    ) -> Iterator[tuple[int, Span]]:
        """Yield sentence and place of every match of these patterns."""
        for pattern in patterns:
            if pattern in self.matches:
                for sentence, span in self.matches[pattern].items():
                    if sentence in visible:
                        yield sentence, span

    def has(self, pattern: int, sentence: int) -> bool:
        """Try a pattern that the index does not know."""
        automaton = self.ruleset.patterns[pattern]
        return automaton.search(self.sentences[sentence].words) is not None

    def has_words(self, sentences: Iterable[int], least: int) -> bool:
        """Whether these sentences have so many words in all."""
        return least <= sum(len(self.sentences[n].words.split()) for n in sentences)

    def regex_spans(
        self, regex: Automaton, visible: frozenset[int]
    ) -> Iterator[tuple[int, Span]]:
        """Yield the matches of a regular expression, which runs on whole fields."""
        for sentences in self._by_field(visible):
            written = sentences[0].field.written
            encoded = written.encode(errors="replace")
            starts = [sentence.original_start for sentence in sentences]
            for match in islice(regex.finditer(encoded), _MOST_REGEX_MATCHES):
                start, end = (len(encoded[:n].decode()) for n in match.span())
                nearest = max(0, bisect_right(starts, start) - 1)
                yield sentences[nearest].number, (start, end)

    def _by_field(self, visible: frozenset[int]) -> Iterable[list[Sentence]]:
        fields: dict[Where, list[Sentence]] = {}
        for number in sorted(visible):
            sentence = self.sentences[number]
            fields.setdefault(sentence.field.where, []).append(sentence)
        return fields.values()

    def as_written(self, number: int) -> str:
        """Return a whole sentence, as evidence shows it."""
        if number not in self._written:
            self._written[number] = self.sentences[number].as_written()
        return self._written[number]


def scan(ruleset: Ruleset, message: Message, look_up: LookUp) -> Scan:
    """Read a message and run the patterns that may match."""
    reads_forwarded = bool(message.forwarded) and (
        len(folded_words(message.text)) < ruleset.tables.intake.forward_words
    )
    wanted = ruleset.fields
    if reads_forwarded and "text" in wanted:
        wanted |= {"forwarded"}
    sentences = read_fields(message, wanted)
    scanned = Scan(ruleset, sentences, reads_forwarded)
    scanned.matches = _matches(scanned, look_up([s.words for s in sentences]))
    return scanned


def _matches(scanned: Scan, candidates: Candidates) -> dict[int, dict[int, Span]]:
    matches: dict[int, dict[int, Span]] = {}
    for pattern, numbers in candidates.items():
        visible = scanned.visible(scanned.ruleset.fields_of[pattern])
        search = scanned.ruleset.patterns[pattern].search
        found = {
            number: scanned.sentences[number].original(*match.span())
            for number in numbers
            if number in visible and (match := search(scanned.sentences[number].words))
        }
        if found:
            matches[pattern] = found
    return matches
