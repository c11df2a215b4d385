"""What gives a signal, laid out so that all signals are looked for at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from triage.ruleset.index import Index, Vocabulary
from triage.ruleset.patterns import Expression, Matcher, Pattern
from triage.ruleset.schema import Where

FORWARDED_AS_TEXT: frozenset[Where] = frozenset({"forwarded", "text"})

Patterns = tuple[Pattern, ...]
"""Patterns of which one must match."""


@dataclass(frozen=True, slots=True)
class SignalPatterns:
    """What gives one signal."""

    id: str
    where: frozenset[Where]
    phrases: Patterns = ()
    together: tuple[tuple[Patterns, ...], ...] = ()
    """Each entry is a list of parts that stand in one sentence."""
    weak: tuple[Patterns, ...] = ()
    """The patterns of every hint."""
    unless: Patterns = ()
    regex: Expression | None = None
    directory: bool = False
    at_least_words: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Parts, the rarest first, that give a signal when they stand in one sentence.

    Where `hint` is a number, they only give that one of the signal's weak hints.
    """

    signal: int
    parts: tuple[int, ...]
    hint: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the signals that look at a field ask of its sentences."""

    parts: frozenset[int]
    """The parts that matter there."""
    ways: Mapping[int, Sequence[Way]]
    """By the rarest of its parts: every way to a signal."""


@dataclass(frozen=True)
class Signals:
    """All signals of a ruleset; signals, patterns and parts go by their number.

    A part is a set of patterns of which one must match.
    """

    all: Sequence[SignalPatterns]
    vocabulary: Vocabulary
    index: Index
    matchers: Sequence[Matcher]
    """By pattern; those that cost least come first."""
    parts_of: Sequence[tuple[int, ...]]
    """By pattern: the parts that it is one of."""
    wanted: frozenset[Where]
    """The fields that some signal looks at."""
    asked_in: Mapping[frozenset[Where], Asked]
    """By the fields as which a sentence is read."""
    unless: Mapping[int, int]
    """By signal: the part that cancels it."""
    by_regex: Sequence[tuple[int, Expression]]
    """Signals that have a regular expression."""


def signals_of(
    signals: Sequence[SignalPatterns], matchers: Mapping[Pattern, Matcher]
) -> Signals:
    """Lay the signals out; `matchers` has one for each of their patterns."""
    return _Layout(signals, matchers).signals()


def _without_patterns(signal: SignalPatterns) -> SignalPatterns:
    return replace(signal, phrases=(), together=(), weak=(), unless=(), regex=None)


class _Layout:
    def __init__(
        self, signals: Sequence[SignalPatterns], matchers: Mapping[Pattern, Matcher]
    ) -> None:
        self._signals = signals
        self._matchers = matchers
        self._vocabulary = Vocabulary(matchers)
        # Longer patterns show more of the writer's words, so they come first.
        ordered = sorted(matchers, key=lambda p: (not p.is_literal, -len(p.source)))
        self._patterns = {pattern: number for number, pattern in enumerate(ordered)}
        self._parts: dict[Patterns, int] = {}

    def signals(self) -> Signals:
        numbered = list(enumerate(self._signals))
        ways = [
            way for number, signal in numbered for way in self._ways(number, signal)
        ]
        unless = {
            number: self._part(signal.unless)
            for number, signal in numbered
            if signal.unless
        }
        wanted = frozenset(where for _, signal in numbered for where in signal.where)
        return Signals(
            all=list(map(_without_patterns, self._signals)),
            vocabulary=self._vocabulary,
            index=Index(list(self._patterns), self._vocabulary),
            matchers=[self._matchers[pattern] for pattern in self._patterns],
            parts_of=self._parts_of(),
            wanted=wanted,
            asked_in={
                read_as: self._asked(read_as, ways, unless)
                for read_as in {frozenset({w}) for w in wanted} | {FORWARDED_AS_TEXT}
            },
            unless=unless,
            by_regex=[(n, signal.regex) for n, signal in numbered if signal.regex],
        )

    def _ways(self, number: int, signal: SignalPatterns) -> Iterator[Way]:
        if signal.phrases:
            yield Way(number, (self._part(signal.phrases),))
        for parts in signal.together:
            rarest_first = sorted(parts, key=self._commonness)
            yield Way(number, tuple(map(self._part, rarest_first)))
        for hint, of_hint in enumerate(signal.weak):
            yield Way(number, (self._part(of_hint),), hint)

    def _part(self, part: Patterns) -> int:
        return self._parts.setdefault(part, len(self._parts))

    def _asked(
        self, read_as: Set[Where], ways: Iterable[Way], unless: Mapping[int, int]
    ) -> Asked:
        seen = {
            n for n, s in enumerate(self._signals) if not s.where.isdisjoint(read_as)
        }
        by_part: dict[int, list[Way]] = defaultdict(list)
        parts = {part for signal, part in unless.items() if signal in seen}
        for way in ways:
            if way.signal in seen:
                parts.update(way.parts)
                by_part[way.parts[0]].append(way)
        return Asked(frozenset(parts), dict(by_part))

    def _parts_of(self) -> list[tuple[int, ...]]:
        found: dict[Pattern, list[int]] = {pattern: [] for pattern in self._patterns}
        for patterns, part in self._parts.items():
            for pattern in dict.fromkeys(patterns):
                found[pattern].append(part)
        # Most patterns are of the same few parts.
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        return [shared.setdefault(each, each) for each in map(tuple, found.values())]

    def _commonness(self, part: Patterns) -> int:
        commonness = self._vocabulary.commonness
        return sum(min(map(commonness, pattern.needs))[0] for pattern in part)
