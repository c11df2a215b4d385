"""Which patterns can match at all, and where: a look-up of the words of a message.

Every pattern names words without which it cannot match, and how far from its first word
they stand (`Pattern.needs`). It is filed under the need that fewest patterns share.
Places in the text are bits, so that whether the words stand in the right distance is
asked for all places at once. What a message costs follows its words and hardly the
number of phrases in the rules, and an automaton is tried almost only where it matches.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from triage.ruleset.patterns import Need, Pattern

# Sentences are taken in blocks of about this size: numbers of more bits would make a
# long message cost more than linear time.
_BLOCK_OCTETS = 6_000
# No word: it stands between sentences.
_BREAK = b"."
_MOST_WORDS_SEEN = 20_000
_LONGEST_WORD_SEEN = 40

Candidates = Mapping[int, Sequence[int]]
"""By pattern: the sentences in which it may match."""

_Distance = tuple[frozenset[bytes], int, int]
"""What a pattern needs, the words from its beginning, and the words of leeway."""
_Filed = tuple[int, frozenset[bytes], tuple[_Distance, ...]]
"""A pattern, terms that must all be there, and where its needs stand."""


class Index:
    """Built once for a ruleset's patterns, which go by their number."""

    def __init__(self, patterns: Mapping[int, Pattern]) -> None:
        usage = Counter(need.either for p in patterns.values() for need in p.needs)
        self._vocabulary = _Vocabulary({term for either in usage for term in either})
        self._filed: dict[bytes, list[_Filed]] = defaultdict(list)
        for number, pattern in patterns.items():
            needs = sorted(pattern.needs, key=lambda need: _commonness(need, usage))
            certain = frozenset().union(
                *(n.either for n in needs if len(n.either) == 1)
            )
            distances = tuple(
                (n.either, n.earliest, n.latest - n.earliest) for n in needs
            )
            for term in needs[0].either:
                self._filed[term].append((number, certain, distances))

    def candidates(self, sentences: Sequence[bytes]) -> Candidates:
        """Return the patterns that may match; `sentences` are folded words."""
        found: dict[int, list[int]] = defaultdict(list)
        for start, block in _blocks(sentences):
            words = _BREAK.join(block).split()
            terms = self._vocabulary.terms(words)
            there = frozenset(terms)
            places = _Places(words, terms)
            tried: set[int] = set()
            for term in there & self._filed.keys():
                for number, certain, distances in self._filed[term]:
                    if certain <= there and number not in tried:
                        tried.add(number)
                        if begins := places.begins(distances):
                            found[number] += places.sentences(begins, start)
        return found


def _commonness(need: Need, usage: Mapping[frozenset[bytes], int]) -> tuple[int, ...]:
    return usage[need.either], len(need.either), -min(map(len, need.either))


def _blocks(sentences: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Yield sentences in blocks, each with the number of its first."""
    start = size = 0
    for number, sentence in enumerate(sentences):
        if size > _BLOCK_OCTETS:
            yield start, sentences[start:number]
            start, size = number, 0
        size += len(sentence)
    yield start, sentences[start:]


class _Vocabulary:
    """The words, beginnings and neighbours that patterns need."""

    def __init__(self, terms: Iterable[bytes]) -> None:
        self._pairs: dict[tuple[bytes, bytes], bytes] = {}
        self._words: dict[bytes, tuple[bytes, ...]] = {}
        self._beginnings: set[bytes] = set()
        self._seen: dict[bytes, tuple[bytes, ...]] = {}
        for term in terms:
            first, _, second = term.partition(b" ")
            if second:
                self._pairs[first, second] = term
            elif term.endswith(b"*"):
                self._beginnings.add(term)
            else:
                self._words[term] = (term,)
        self._lengths = sorted({len(term) - 1 for term in self._beginnings})

    def terms(self, words: Sequence[bytes]) -> Mapping[bytes, Sequence[bytes]]:
        """Return the terms that these words give, each with the words that give it."""
        different = set(words)
        terms: dict[bytes, Sequence[bytes]] = {
            word: self._words[word] for word in self._words.keys() & different
        }
        for word in different:
            for term in self._begun(word):
                terms[term] = (*terms.get(term, ()), word)
        for pair in self._pairs.keys() & pairwise(words):
            terms[self._pairs[pair]] = pair
        return terms

    def _begun(self, word: bytes) -> tuple[bytes, ...]:
        begun = self._seen.get(word)
        if begun is None:
            beginnings = (word[:n] + b"*" for n in self._lengths if n <= len(word))
            begun = tuple(term for term in beginnings if term in self._beginnings)
            # Most words come again and again.
            if len(self._seen) < _MOST_WORDS_SEEN and len(word) <= _LONGEST_WORD_SEEN:
                self._seen[word] = begun
        return begun


class _Places:
    """Where the words of some sentences stand: bit 0 is the first word of all."""

    def __init__(
        self, words: Sequence[bytes], terms: Mapping[bytes, Sequence[bytes]]
    ) -> None:
        self._terms = terms
        self._words: dict[bytes, int] = defaultdict(int)
        bit = 1
        for word in words:
            self._words[word] |= bit
            bit <<= 1
        self._breaks = self._words.get(_BREAK, 0)
        self._known: dict[frozenset[bytes], int] = {}

    def begins(self, distances: Iterable[_Distance]) -> int:
        """Return where a pattern may begin whose needs stand in these distances."""
        begins = -1
        for either, words, leeway in distances:
            places = self._known.get(either)
            if places is None:
                places = self._known[either] = self._of(either)
            places >>= words
            begins &= _with_leeway(places, leeway) if leeway else places
            if not begins:
                break
        return begins

    def _of(self, either: Iterable[bytes]) -> int:
        places = 0
        for term in either:
            words = self._terms.get(term, ())
            if b" " in term and words:
                places |= self._words[words[0]] & self._words[words[1]] >> 1
            else:
                for word in words:
                    places |= self._words[word]
        return places

    def sentences(self, begins: int, first: int) -> Iterator[int]:
        """Yield the sentences in which the places lie; `first` is that of bit 0."""
        while begins:
            place = (begins & -begins).bit_length() - 1
            before = self._breaks & (1 << place) - 1
            yield first + before.bit_count()
            after = self._breaks >> place
            if not after:
                return
            following = place + (after & -after).bit_length()
            begins = begins >> following << following


def _with_leeway(places: int, leeway: int) -> int:
    """Add the places that lie up to so many words earlier."""
    step = 1
    while leeway:
        step = min(step, leeway)
        places |= places >> step
        leeway -= step
        step *= 2
    return places
