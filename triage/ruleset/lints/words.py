"""Phrases that contradict each other or stand twice, and signals without examples."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from triage.errors import Problem
from triage.ruleset.checks import Path
from triage.ruleset.lints.written import Written, parsed
from triage.ruleset.phrases import Choice, ListName, Sequence
from triage.ruleset.schema import (
    Conditions,
    Flag,
    Role,
    Route,
    Rule,
    Signal,
    Topic,
    Where,
    WordList,
)

Placed = tuple[Path, str]


def signals_without_examples(written: Written) -> Iterator[Problem]:
    """A signal without a text that shows that it works."""
    for path, signal in written.of(Signal):
        if not signal.examples and _can_have_examples(signal):
            yield written.at(
                (*path, "id"),
                f"the signal `{signal.id}` has no examples",
                "give it two or three texts that people really wrote:"
                ' examples = ["…", "…"]',
            )


def _can_have_examples(signal: Signal) -> bool:
    """What only the sender's address gives cannot be shown by a text."""
    words = (signal.phrases, signal.together, signal.weak, signal.regex)
    return any(words) or signal.at_least_words is not None


def phrases_given_twice(written: Written) -> Iterator[Problem]:
    """The same phrase twice in one list."""
    for path, phrases in _lists(written):
        first: dict[Sequence, Path] = {}
        for number, phrase in enumerate(phrases):
            if (read := parsed(phrase)) is None:
                continue
            place = (*path, number)
            if read in first:
                yield written.at(
                    place,
                    f"the phrase “{phrase}” stands here twice"
                    f" (first in {written.line_of(first[read])})",
                    "capitals, accents and hyphens make no difference; take one away",
                )
            first.setdefault(read, place)


def examples_given_twice(written: Written) -> Iterator[Problem]:
    """A text that is an example twice, or an example and a counterexample."""
    for path, signal in written.of(Signal):
        first: dict[tuple[bytes, ...], Path] = {}
        for key in ("examples", "counterexamples"):
            for number, text in enumerate(getattr(signal, key)):
                place = (*path, key, number)
                words = (text.encode(errors="replace"),)
                if words in first:
                    yield written.at(
                        place,
                        "this text stands among the signal's examples twice"
                        f" (first in {written.line_of(first[words])})",
                    )
                first.setdefault(words, place)


def phrases_cancelled_by_themselves(written: Written) -> Iterator[Problem]:
    """A phrase that its own signal takes back wherever it is found."""
    meanings = _Meanings(written)
    for path, signal in written.of(Signal):
        cancelling = {
            meaning: place
            for place, phrase in _entries((*path, "unless"), signal.unless)
            for meaning in meanings.of(phrase)
        }
        for key in ("phrases", "weak"):
            for place, phrase in _entries((*path, key), getattr(signal, key)):
                for meaning in meanings.of(phrase) & cancelling.keys():
                    yield written.at(
                        place,
                        f"the phrase “{phrase}” is never counted: `unless` of the same"
                        f" signal cancels it ({written.line_of(cancelling[meaning])})",
                        "take it away from one of the two",
                    )
                    break


def opposite_phrases(written: Written) -> Iterator[Problem]:
    """A phrase in two signals of which one speaks for a line, the other against it."""
    meanings = _Meanings(written)
    told: set[tuple[str, str]] = set()
    for said_of, speak_for, speak_against in _opposites(written):
        for one in sorted(set(speak_for)):
            for other in sorted(set(speak_against) - {one}):
                if (one, other) in told:
                    continue
                shared = meanings.shared(one, other)
                if shared is not None:
                    told |= {(one, other), (other, one)}
                    (place, phrase), (there, _) = shared
                    yield written.at(
                        place,
                        f"the phrase “{phrase}” stands in `{one}` and in `{other}`"
                        f" ({written.line_of(there)}), but {said_of} counts the first"
                        " for it and the second against it",
                        "take it away from one of the two signals",
                    )


def _opposites(written: Written) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield who counts which signals for itself and which against."""
    shared = list(written.guard.contrary) if written.guard else []
    for _, rule in written.of(Rule):
        route = written.routes.get(rule.route)
        against = [*rule.none, *_said_alone(rule.unless)]
        if route is not None and route.redirects:
            against += [*route.contrary, *shared]
        yield f"the line `{rule.id}`", [*rule.all, *rule.any], against
    for _, flag in written.of(Flag):
        yield f"the flag `{flag.id}`", list(flag.any), list(flag.none)
    kinds: tuple[tuple[str, type[Role] | type[Topic]], ...] = (
        ("role", Role),
        ("topic", Topic),
    )
    for name, kind in kinds:
        for _, entry in written.of(kind):
            points = entry.points.items()
            speak_for = [signal for signal, number in points if number > 0]
            speak_against = [signal for signal, number in points if number < 0]
            yield f"the {name} `{entry.id}`", speak_for, speak_against


def _said_alone(exceptions: Iterable[Conditions]) -> Iterator[str]:
    """Yield the signals of which each by itself makes an exception."""
    for exception in exceptions:
        given = exception.model_fields_set
        if given == {"any"} or (given == {"all"} and len(exception.all) == 1):
            yield from (*exception.any, *exception.all)


@dataclass
class _Meanings:
    """What phrases say, lists and alternatives taken one by one."""

    written: Written
    _found: dict[str, dict[Sequence, Placed]] = field(default_factory=dict)

    @cached_property
    def _lists(self) -> dict[str, tuple[str, ...]]:
        return {entry.id: entry.words for _, entry in self.written.of(WordList)}

    @cached_property
    def _signals(self) -> dict[str, tuple[Path, Signal]]:
        return {signal.id: (path, signal) for path, signal in self.written.of(Signal)}

    def of(self, phrase: str) -> frozenset[Sequence]:
        read = parsed(phrase)
        return frozenset() if read is None else frozenset(self._each(read, ()))

    def shared(self, one: str, other: str) -> tuple[Placed, Placed] | None:
        """Find a phrase of one signal that the other has too, in the same fields."""
        if not (self._fields(one) & self._fields(other)):
            return None
        here, there = self._meanings_in(one), self._meanings_in(other)
        both = next((meaning for meaning in here if meaning in there), None)
        return None if both is None else (here[both], there[both])

    def _fields(self, signal: str) -> frozenset[Where]:
        found = self._signals.get(signal)
        return frozenset(found[1].where) if found else frozenset()

    def _meanings_in(self, signal: str) -> dict[Sequence, Placed]:
        """The meanings of a signal's phrases with a place of each."""
        if signal not in self._found:
            path, entry = self._signals[signal]
            self._found[signal] = {
                meaning: (place, phrase)
                for place, phrase in _entries((*path, "phrases"), entry.phrases)
                for meaning in self.of(phrase)
            }
        return self._found[signal]

    def _each(self, read: Sequence, within: tuple[str, ...]) -> Iterator[Sequence]:
        match read:
            case (ListName(name),) if name in self._lists and name not in within:
                for phrase in self._lists[name]:
                    if (inner := parsed(phrase)) is not None:
                        yield from self._each(inner, (*within, name))
            case (Choice(options, is_optional=False),):
                for option in options:
                    yield from self._each(option, within)
            case _:
                yield read


def _lists(written: Written) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield every list of phrases with its place."""
    for path, words in written.of(WordList):
        yield (*path, "words"), words.words
    for path, signal in written.of(Signal):
        for key in ("phrases", "weak", "unless"):
            yield (*path, key), getattr(signal, key)
    for path, route in written.of(Route):
        yield (*path, "contrary"), route.contrary


def _entries(path: Path, phrases: Iterable[str]) -> Iterator[Placed]:
    return (((*path, number), phrase) for number, phrase in enumerate(phrases))
