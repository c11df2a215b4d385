"""Which patterns can match at all: a look-up of the words that a sentence has.

Every pattern names words without which it cannot match (`Pattern.needs`). It is filed
under the need that fewest other patterns share; the others are checked by bit masks, one
bit for each sentence. So what a message costs follows the words in it, and hardly the
number of phrases in the rules.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from triage.ruleset.patterns import Need, Pattern

# Masks stay small, so that a message of very many sentences costs linear time.
_BLOCK = 512
_STEM = 3

Candidates = Mapping[int, list[int]]
"""By number of a pattern: the numbers of the sentences in which it may match."""


class Index:
    """Built once for a ruleset's patterns; patterns go by their number."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        usage = Counter(need for pattern in patterns for need in pattern.needs)
        numbers = {need: number for number, need in enumerate(usage)}
        self._filed: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in numbers]
        for number, pattern in enumerate(patterns):
            first = min(pattern.needs, key=lambda need: _commonness(need, usage))
            others = tuple(numbers[need] for need in pattern.needs if need != first)
            self._filed[numbers[first]].append((number, others))
        self._by_word: dict[bytes, list[int]] = defaultdict(list)
        self._by_stem: dict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
        for need, number in numbers.items():
            for word in need:
                if word.endswith(b"*"):
                    beginning = word[:-1]
                    self._by_stem[beginning[:_STEM]].append((beginning, number))
                else:
                    self._by_word[word].append(number)
        self._has_short_stems = any(len(stem) < _STEM for stem in self._by_stem)

    def candidates(self, sentences: Sequence[bytes]) -> Candidates:
        """Return the patterns that may match; `sentences` are folded words."""
        found: dict[int, list[int]] = defaultdict(list)
        for start in range(0, len(sentences), _BLOCK):
            masks = self._masks_of_needs(sentences[start : start + _BLOCK])
            for need, of_need in masks.items():
                for pattern, others in self._filed[need]:
                    mask = of_need
                    for other in others:
                        mask &= masks.get(other, 0)
                        if not mask:
                            break
                    if mask:
                        found[pattern].extend(_numbers(mask, start))
        return found

    def _masks_of_needs(self, sentences: Sequence[bytes]) -> Mapping[int, int]:
        words: dict[bytes, int] = {}
        bit = 1
        for sentence in sentences:
            for word in sentence.split():
                words[word] = words.get(word, 0) | bit
            bit <<= 1
        needs: dict[int, int] = {}
        for word, mask in words.items():
            for need in self._by_word.get(word, ()):
                needs[need] = needs.get(need, 0) | mask
            stems = self._by_stem.get(word[:_STEM])
            if stems:
                for beginning, need in stems:
                    if word.startswith(beginning):
                        needs[need] = needs.get(need, 0) | mask
            if self._has_short_stems and len(word) >= _STEM:
                for beginning, need in self._by_stem.get(word[: _STEM - 1], ()):
                    needs[need] = needs.get(need, 0) | mask
        return needs


def _commonness(need: Need, usage: Mapping[Need, int]) -> tuple[int, int, int]:
    return usage[need], len(need), -min(map(len, need))


def _numbers(mask: int, start: int) -> list[int]:
    numbers = []
    while mask:
        lowest = mask & -mask
        numbers.append(start + lowest.bit_length() - 1)
        mask ^= lowest
    return numbers
