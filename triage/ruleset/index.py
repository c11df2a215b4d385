"""Which patterns can match in which sentence: a look-up of the sentence's words.

A term is a word, a beginning (`complain*`) or two neighbours (`my son`). Every pattern
names terms without which it cannot match (`Pattern.needs`). Rules have many patterns,
and few can match in one sentence: so what a message costs follows its own words, and
hardly the number of phrases in the rules.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise

from triage.ruleset.patterns import Need, Pattern

_COLUMNS = 3
_FEW = 16
_MOST_WORDS_SEEN = 20_000
_LONGEST_WORD_SEEN = 40


class Vocabulary:
    """The terms that patterns need, and those that a sentence has."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        needs = (need for pattern in patterns for need in pattern.needs)
        self.usage = Counter(term for need in needs for term in need)
        self._neighbours = frozenset(term for term in self.usage if b" " in term)
        self._beginnings = {term for term in self.usage if term.endswith(b"*")}
        self._lengths = sorted({len(term) - 1 for term in self._beginnings})
        self._seen: dict[bytes, tuple[bytes, ...]] = {}

    def terms(self, words: bytes) -> Set[bytes]:
        """Return the terms of a sentence, and some words that nothing needs."""
        in_order = words.split()
        terms = set(in_order)
        for word in in_order:
            begun = self._seen.get(word)
            if begun is None:
                begun = self._look_up(word)
            if begun:
                terms.update(begun)
        terms.update(self._neighbours.intersection(map(b" ".join, pairwise(in_order))))
        return terms

    def _look_up(self, word: bytes) -> tuple[bytes, ...]:
        beginnings = (word[:length] + b"*" for length in self._lengths)
        begun = tuple(term for term in beginnings if term in self._beginnings)
        # Most words come again and again.
        if len(self._seen) < _MOST_WORDS_SEEN and len(word) <= _LONGEST_WORD_SEEN:
            self._seen[word] = begun
        return begun

    def commonness(self, need: Need) -> tuple[int, int]:
        """Say how many sentences meet a need: what many patterns need is frequent."""
        return max(self.usage[term] for term in need), len(need)


class Index:
    """Says which of many patterns may match in a sentence.

    It keeps the rarest needs of every pattern, up to three, in three columns: a column
    says for every term which patterns need it, a bit for each pattern. The columns of
    all terms of a sentence are joined; patterns whose bit is in all three may match.
    """

    def __init__(self, patterns: Sequence[Pattern], vocabulary: Vocabulary) -> None:
        self._size = len(patterns)
        self._not_needed = 0
        # The three columns of a term are one number, side by side.
        places: dict[bytes, array[int]] = {}
        for number, pattern in enumerate(patterns):
            rarest = sorted(pattern.needs, key=vocabulary.commonness)
            for column in range(_COLUMNS):
                place = column * self._size + number
                if column < len(rarest):
                    for term in rarest[column]:
                        places.setdefault(term, array("L")).append(place)
                else:
                    self._not_needed |= 1 << place
        # A number is large, and most terms have few bits: of those, the places do.
        self._frequent = {t: _bits(p) for t, p in places.items() if len(p) > _FEW}
        self._rare = {t: p for t, p in places.items() if len(p) <= _FEW}

    def candidates(self, terms: Set[bytes]) -> list[int]:
        """Return the patterns that may match in a sentence, in their order."""
        joined = self._not_needed
        for term in self._frequent.keys() & terms:
            joined |= self._frequent[term]
        for term in self._rare.keys() & terms:
            for place in self._rare[term]:
                joined |= 1 << place
        return _ones(joined & joined >> self._size & joined >> 2 * self._size)


def _bits(places: Iterable[int]) -> int:
    """Return the number in which these bits are set."""
    result = 0
    for place in places:
        result |= 1 << place
    return result


def _ones(bits: int) -> list[int]:
    """Return the numbers of the bits that are set."""
    numbers = []
    while bits:
        lowest = bits & -bits
        numbers.append(lowest.bit_length() - 1)
        bits ^= lowest
    return numbers
