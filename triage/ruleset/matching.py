"""Finding the evidence for signals in a message: words only, no judgement."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice

from triage.message.model import Message
from triage.ruleset.evidence import Evidence, Hit
from triage.ruleset.folding import folded_words
from triage.ruleset.index import Candidates
from triage.ruleset.patterns import Automaton
from triage.ruleset.reading import FieldText, Sentence, read_fields, shown
from triage.ruleset.ruleset import Ruleset, SignalPatterns
from triage.ruleset.schema import Where

MOST_HITS = 3
"""Hits kept for each signal; as many cancelled ones and hints."""

_MOST_REGEX_MATCHES = 100
_OPENING_WORDS = 8

LookUp = Callable[[Sequence[bytes]], Candidates]


@dataclass(frozen=True, slots=True)
class _Words:
    """Characters of a field, from `start` to `end`; `pieces` where they lie apart."""

    start: int
    end: int
    pieces: tuple[tuple[int, int], ...] = ()

    def overlaps(self, other: "_Words") -> bool:
        return self.start < other.end and other.start < self.end


_Found = dict[int, _Words]
"""The words that gave a signal, by number of the sentence."""


def find_evidence(
    ruleset: Ruleset, message: Message, look_up: LookUp | None = None
) -> Evidence:
    """Find every signal of the ruleset in the message.

    `look_up` says which patterns are tried in which sentences: by default the index does.
    """
    text = _Text.of(ruleset, message, look_up or ruleset.index.candidates)
    numbers = set(ruleset.asked_always)
    for pattern in text.candidates:
        numbers.update(ruleset.asked_by[pattern])
    evidence = _Collected()
    for number in sorted(numbers):
        signal = ruleset.signal_patterns[number]
        _collect_words(text, signal, evidence)
        _collect_facts(ruleset, message, text, signal, evidence)
    for attachment in message.attachments[:MOST_HITS]:
        hit = Hit("attachment", "attachment", shown(attachment.name))
        evidence.hits.append((len(text.sentences), 0, hit))
    return evidence.in_order()


@dataclass(slots=True)
class _Collected:
    """Hits with their place, to be put into the order of the text."""

    hits: list[tuple[int, int, Hit]] = field(default_factory=list)
    cancelled: list[tuple[int, int, Hit]] = field(default_factory=list)
    hints: list[tuple[int, int, Hit]] = field(default_factory=list)

    def in_order(self) -> Evidence:
        return Evidence(*map(_in_order, (self.hits, self.cancelled, self.hints)))


def _in_order(placed: list[tuple[int, int, Hit]]) -> tuple[Hit, ...]:
    return tuple(hit for *_, hit in sorted(placed, key=lambda entry: entry[:2]))


def _collect_words(text: "_Text", signal: SignalPatterns, into: _Collected) -> None:
    found: _Found = {}
    visible = text.visible(signal.where)
    for sentence, words in text.phrase_matches(signal.phrases, visible):
        _keep(found, sentence, words)
    for parts in signal.together:
        for sentence, words in text.together(parts, visible):
            _keep(found, sentence, words)
    for regex in signal.regex:
        for sentence, words in text.regex_matches(regex, visible):
            _keep(found, sentence, words)
    hints = [list(text.phrase_matches((pattern,), visible)) for pattern in signal.weak]
    hinted = [hint for of_pattern in hints for hint in of_pattern]
    if _two_differ(hints):
        for sentence, words in hinted:
            _keep(found, sentence, words)
    elif not found:
        into.hints += text.hits(signal.id, hinted)
    stands, cancelled = [], []
    for sentence, words in sorted(found.items()):
        is_cancelled = signal.unless is not None and text.match(signal.unless, sentence)
        (cancelled if is_cancelled else stands).append((sentence, words))
    into.hits += text.hits(signal.id, stands)
    into.cancelled += text.hits(signal.id, cancelled)


def _keep(found: _Found, sentence: int, words: _Words) -> None:
    """Keep the earliest words of a sentence, of these the most."""
    kept = found.get(sentence)
    if kept is None or (words.start, -words.end) < (kept.start, -kept.end):
        found[sentence] = words


def _two_differ(hints: Sequence[Sequence[tuple[int, _Words]]]) -> bool:
    """Whether two hints matched, and not the same words."""
    return any(
        place != other_place or not words.overlaps(other)
        for one, two in combinations(filter(None, hints), 2)
        for place, words in one
        for other_place, other in two
    )


def _collect_facts(
    ruleset: Ruleset,
    message: Message,
    text: "_Text",
    signal: SignalPatterns,
    into: _Collected,
) -> None:
    if signal.directory and message.sender:
        address = message.sender.address
        if ruleset.is_known_centre(address):
            hit = Hit(signal.id, "sender", address)
            into.hits.append((len(text.sentences), 0, hit))
    if signal.at_least_words is not None:
        visible = text.visible(signal.where)
        if sum(text.word_count(number) for number in visible) >= signal.at_least_words:
            first = text.sentences[min(visible)]
            opening = " ".join(first.as_written().split()[:_OPENING_WORDS])
            into.hits.append(
                (first.number, 0, Hit(signal.id, first.field.where, opening))
            )


@dataclass(slots=True)
class _Text:
    """The sentences of one message, and what was already found in them."""

    sentences: list[Sentence]
    candidates: Candidates
    patterns: tuple[Automaton, ...]
    reads_forwarded: bool
    """Whether the forwarded block counts as the writer's text."""
    _matches: dict[tuple[int, int], _Words | None] = field(default_factory=dict)
    _visible: dict[frozenset[Where], frozenset[int]] = field(default_factory=dict)
    _written: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ruleset: Ruleset, message: Message, look_up: LookUp) -> "_Text":
        wanted = ruleset.fields
        own = len(folded_words(message.text))
        reads_forwarded = own < ruleset.tables.intake.forward_words
        if reads_forwarded and "text" in wanted:
            wanted |= {"forwarded"}
        sentences = read_fields(message, wanted)
        candidates = look_up([sentence.words for sentence in sentences])
        return cls(sentences, candidates, ruleset.patterns, reads_forwarded)

    def visible(self, where: frozenset[Where]) -> frozenset[int]:
        """Return the numbers of the sentences in these fields."""
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

    def match(self, pattern: int, sentence: int) -> _Words | None:
        """Return the first words of a sentence that match."""
        key = (pattern, sentence)
        if key not in self._matches:
            self._matches[key] = None
            read = self.sentences[sentence]
            found = self.patterns[pattern].search(read.words)
            if found:
                self._matches[key] = _Words(*read.original(*found.span()))
        return self._matches[key]

    def phrase_matches(
        self, patterns: Iterable[int], visible: frozenset[int]
    ) -> Iterator[tuple[int, _Words]]:
        for pattern in patterns:
            for sentence in self.candidates.get(pattern, ()):
                if sentence in visible and (words := self.match(pattern, sentence)):
                    yield sentence, words

    def together(
        self, parts: tuple[int, ...], visible: frozenset[int]
    ) -> Iterator[tuple[int, _Words]]:
        """Yield the sentences in which every part matches, with all their words."""
        shared = visible.intersection(*(self.candidates.get(p, ()) for p in parts))
        for sentence in shared:
            matches = [self.match(part, sentence) for part in parts]
            pieces = sorted((w.start, w.end) for w in matches if w)
            if len(pieces) == len(parts):
                last = max(end for _, end in pieces)
                yield sentence, _Words(pieces[0][0], last, tuple(pieces))

    def regex_matches(
        self, regex: Automaton, visible: frozenset[int]
    ) -> Iterator[tuple[int, _Words]]:
        for of_field in self._by_field(visible):
            written = of_field[0].field.written
            starts = [sentence.original(0, 0)[0] for sentence in of_field]
            encoded = written.encode(errors="replace")
            for match in islice(regex.finditer(encoded), _MOST_REGEX_MATCHES):
                start, end = (
                    byte if written.isascii() else len(encoded[:byte].decode())
                    for byte in match.span()
                )
                nearest = max(0, bisect_right(starts, start) - 1)
                yield of_field[nearest].number, _Words(start, end)

    def _by_field(self, visible: frozenset[int]) -> Iterable[list[Sentence]]:
        fields: dict[Where, list[Sentence]] = {}
        for number in sorted(visible):
            sentence = self.sentences[number]
            fields.setdefault(sentence.field.where, []).append(sentence)
        return fields.values()

    def word_count(self, sentence: int) -> int:
        return len(self.sentences[sentence].words.split())

    def hits(
        self, signal: str, found: Iterable[tuple[int, _Words]]
    ) -> list[tuple[int, int, Hit]]:
        return [
            (number, words.start, self._hit(signal, number, words))
            for number, words in islice(found, MOST_HITS)
        ]

    def _hit(self, signal: str, number: int, words: _Words) -> Hit:
        sentence = self.sentences[number]
        if number not in self._written:
            self._written[number] = sentence.as_written()
        written = sentence.field.written
        pieces = words.pieces or ((words.start, words.end),)
        text = " … ".join(shown(written[start:end]) for start, end in pieces)
        return Hit(signal, sentence.field.where, text, self._written[number])
