"""What gives a signal, laid out so that all signals are looked for at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from triage.ruleset.index import AnyOf, Index, Vocabulary
from triage.ruleset.patterns import Expression, Matcher, Need, Pattern, need_of_any
from triage.ruleset.schema import Where

Patterns = tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class SignalPatterns:
    """What gives one signal."""

    id: str
    where: frozenset[Where]
    phrases: Patterns = ()
    together: tuple[tuple[Patterns, ...], ...] = ()
    """Each entry is a group of parts: one pattern of every part in one sentence."""
    weak: tuple[Patterns, ...] = ()
    """The patterns of every hint."""
    unless: Patterns = ()
    regex: Expression | None = None
    directory: bool = False
    at_least_words: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One entry of a signal's `together`; parts go by their number."""

    signal: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Signals:
    """All signals of a ruleset, by number. Made by `signals_of`.

    Sets of groups and patterns are bits: the groups first, then the patterns.
    """

    all: tuple[SignalPatterns, ...]
    vocabulary: Vocabulary
    groups: tuple[Group, ...]
    patterns: tuple[Matcher, ...]
    """Phrases and weak hints."""
    index: Index
    phrase_of: tuple[tuple[int, ...], ...]
    """By pattern: the signals that it gives."""
    hint_of: tuple[tuple[tuple[int, int], ...], ...]
    """By pattern: signals, and which of their hints it is."""
    asked_in: Mapping[Where, int]
    """By field: the groups and patterns that some signal asks for there."""
    parts: tuple[AnyOf, ...]
    """Of `together`, and every `unless`."""
    unless: Mapping[int, int]
    """By signal: the part that cancels it."""
    by_regex: tuple[tuple[int, Expression], ...]
    """Signals that have a regular expression."""


def signals_of(
    signals: Sequence[SignalPatterns], matchers: Mapping[Pattern, Matcher]
) -> Signals:
    """Lay the signals out; `matchers` has one for each of their patterns."""
    return _Layout(signals, matchers).signals()


class _Layout:
    """Numbers patterns and parts, each distinct one once."""

    def __init__(
        self, signals: Sequence[SignalPatterns], matchers: Mapping[Pattern, Matcher]
    ) -> None:
        self._signals = signals
        self._matchers = matchers
        self._vocabulary = Vocabulary(matchers)
        self._patterns: dict[Pattern, int] = {}
        self._parts: dict[Patterns, int] = {}
        self._phrase_of: list[list[int]] = []
        self._hint_of: list[list[tuple[int, int]]] = []

    def signals(self) -> Signals:
        for number, signal in enumerate(self._signals):
            for pattern in signal.phrases:
                self._phrase_of[self._pattern(pattern)].append(number)
            for hint, of_hint in enumerate(signal.weak):
                for pattern in of_hint:
                    self._hint_of[self._pattern(pattern)].append((number, hint))
        groups = [
            Group(number, tuple(map(self._part, parts)))
            for number, signal in enumerate(self._signals)
            for parts in signal.together
        ]
        unless = {
            number: self._part(signal.unless)
            for number, signal in enumerate(self._signals)
            if signal.unless
        }
        return Signals(
            all=tuple(self._signals),
            vocabulary=self._vocabulary,
            groups=tuple(groups),
            patterns=tuple(self._matchers[pattern] for pattern in self._patterns),
            index=Index([*self._needs_of_groups(), *self._needs()], self._vocabulary),
            phrase_of=tuple(map(tuple, self._phrase_of)),
            hint_of=tuple(map(tuple, self._hint_of)),
            asked_in=self._asked_in(groups),
            parts=tuple(
                AnyOf([(p, self._matchers[p]) for p in part], self._vocabulary)
                for part in self._parts
            ),
            unless=unless,
            by_regex=tuple(
                (number, signal.regex)
                for number, signal in enumerate(self._signals)
                if signal.regex
            ),
        )

    def _pattern(self, pattern: Pattern) -> int:
        if pattern not in self._patterns:
            self._patterns[pattern] = len(self._patterns)
            self._phrase_of.append([])
            self._hint_of.append([])
        return self._patterns[pattern]

    def _part(self, part: Patterns) -> int:
        return self._parts.setdefault(part, len(self._parts))

    def _needs(self) -> Iterable[Sequence[Need]]:
        return (pattern.needs for pattern in self._patterns)

    def _needs_of_groups(self) -> Iterable[Sequence[Need]]:
        """A group may be found where each of its parts may be."""
        for signal in self._signals:
            for parts in signal.together:
                yield [need_of_any(pattern.needs for pattern in part) for part in parts]

    def _asked_in(self, groups: Sequence[Group]) -> Mapping[Where, int]:
        asked_in: dict[Where, int] = {}
        asked: list[tuple[int, int]] = [(g.signal, n) for n, g in enumerate(groups)]
        for pattern, of_pattern in enumerate(self._phrase_of, len(groups)):
            asked += ((signal, pattern) for signal in of_pattern)
        for pattern, hints in enumerate(self._hint_of, len(groups)):
            asked += ((signal, pattern) for signal, _ in hints)
        for signal, bit in asked:
            for where in self._signals[signal].where:
                asked_in[where] = asked_in.get(where, 0) | 1 << bit
        return asked_in
