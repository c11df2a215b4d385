"""A phrase as an automaton, and the words without which it cannot match.

A pattern runs on one sentence, folded to words: ` we want to complain `. Every word of
a pattern takes the spaces after it, and a pattern begins with the space before its
first word: so whole words are compared without \\b, which knows ASCII only in RE2.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from triage.ruleset.folding import fold
from triage.ruleset.phrases import Choice, Gap, ListName, PhraseError, Sequence, Word

_LARGEST_PATTERN = 60_000

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True
# Bytes, not characters: patterns and text are the same UTF-8, and automata stay small.
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_EXPERT_OPTIONS = re2.Options()
_EXPERT_OPTIONS.log_errors = False
_EXPERT_OPTIONS.never_capture = True


class Match(Protocol):
    """What an automaton found."""

    def span(self) -> tuple[int, int]: ...


class Automaton(Protocol):
    """A compiled RE2 object, which runs on bytes."""

    def search(self, text: bytes, /) -> Match | None: ...

    def finditer(self, text: bytes, /) -> Iterator[Match]: ...


@dataclass(frozen=True, slots=True)
class Need:
    """Without one of `either` a pattern cannot match.

    Each is a word, a beginning (`complain*`) or two neighbours (`my son`), and begins
    `earliest` to `latest` words after the first word that the pattern matches.
    """

    either: frozenset[bytes]
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """RE2 source for a run of `shortest` to `longest` words, and what it needs."""

    source: bytes
    needs: tuple[Need, ...]
    shortest: int
    longest: int


Lists = Callable[[str], Pattern]
"""Gives the pattern of a named list; raises PhraseError where there is none."""


def pattern_of(sequence: Sequence, lists: Lists) -> Pattern:
    """Return the pattern of one phrase.

    Raises PhraseError where no word is sure to be there, or the pattern is too large.
    """
    pattern = _of_sequence(sequence, lists)
    if not pattern.needs:
        raise PhraseError(
            "no word in it must be there", "leave one word outside of the [ ]"
        )
    if len(pattern.source) > _LARGEST_PATTERN:
        raise PhraseError("it stands for too many phrases", "use smaller lists")
    return pattern


def any_of(patterns: Iterable[Pattern]) -> Pattern:
    """Return the pattern that matches where one of `patterns` does."""
    options = list(patterns)
    source = b"(?:" + b"|".join(option.source for option in options) + b")"
    if len(source) > _LARGEST_PATTERN:
        raise PhraseError("it stands for too many phrases", "use smaller lists")
    shortest = min(option.shortest for option in options)
    longest = max(option.longest for option in options)
    return Pattern(source, _needs_of_any(options), shortest, longest)


def automaton(source: bytes) -> Automaton:
    """Compile a pattern's source; it can only fail by being too large."""
    try:
        compiled: Automaton = re2.compile(b" " + source, _OPTIONS)
    except re2.error:
        raise PhraseError(
            "it stands for too many phrases", "use smaller lists or gaps"
        ) from None
    return compiled


def expert_automaton(regex: str) -> Automaton:
    """Compile a regular expression that runs on UTF-8 text as it was written.

    Raises PhraseError where RE2 cannot take it or it matches nothing at all.
    """
    try:
        compiled: Automaton = re2.compile(f"(?i:{regex})".encode(), _EXPERT_OPTIONS)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise PhraseError(
            f"RE2 cannot read this regular expression: {text}",
            "RE2 has no look-around, back-references or repeats above 1000",
        ) from None
    if compiled.search(b""):
        raise PhraseError("this regular expression matches where there is nothing")
    return compiled


def finds(automaton: Automaton, text: str) -> bool:
    """Whether a pattern is found in `text`, taken as one sentence."""
    return automaton.search(b" %b " % fold(text).words()) is not None


def _of_sequence(sequence: Sequence, lists: Lists) -> Pattern:
    whole = Pattern(b"", (), 0, 0)
    before: object = None
    for item, after in zip(sequence, (*sequence[1:], None), strict=True):
        match item:
            case Word(text, is_open):
                source = text + (b"[^ ]* +" if is_open else b" +")
                needs = tuple(_needs_of_word(before, item, after))
                whole = _then(whole, Pattern(source, needs, 1, 1))
            case Gap(most):
                gap = b"(?:[^ ]+ +){0,%d}?" % most
                whole = _then(whole, Pattern(gap, (), 0, most))
            case ListName(name):
                whole = _then(whole, lists(name))
            case Choice(options, is_optional):
                choice = any_of(_of_sequence(option, lists) for option in options)
                if is_optional:
                    choice = Pattern(choice.source + b"?", (), 0, choice.longest)
                whole = _then(whole, choice)
        before = item
    return whole


def _needs_of_word(before: object, word: Word, after: object) -> Iterator[Need]:
    """Neighbours are rarer than words: a word is taken together with the next."""
    if word.is_open:
        yield Need(frozenset([word.text + b"*"]), 0, 0)
    elif isinstance(after, Word) and not after.is_open:
        yield Need(frozenset([b"%b %b" % (word.text, after.text)]), 0, 0)
    elif not isinstance(before, Word) or before.is_open:
        yield Need(frozenset([word.text]), 0, 0)


def _then(first: Pattern, second: Pattern) -> Pattern:
    moved = (
        replace(
            need,
            earliest=need.earliest + first.shortest,
            latest=need.latest + first.longest,
        )
        for need in second.needs
    )
    return Pattern(
        first.source + second.source,
        (*first.needs, *moved),
        first.shortest + second.shortest,
        first.longest + second.longest,
    )


def _needs_of_any(options: list[Pattern]) -> tuple[Need, ...]:
    """The most telling need of every option; nothing where an option needs nothing."""
    if not all(option.needs for option in options):
        return ()
    if len(options) == 1:
        return options[0].needs
    needs = [min(option.needs, key=_commonness) for option in options]
    return (
        Need(
            frozenset().union(*(need.either for need in needs)),
            min(need.earliest for need in needs),
            max(need.latest for need in needs),
        ),
    )


def _commonness(need: Need) -> tuple[int, int]:
    """Few and long words tell most."""
    return len(need.either), -min(map(len, need.either))
