"""A phrase as an automaton, and the words without which it cannot match.

A pattern runs on one sentence, folded to words: ` we want to complain `. Every word of
a pattern takes the space after it, and a pattern begins with the space before its first
word: so whole words are compared without \\b, which knows ASCII only in RE2. Where a
pattern is nothing but words, looking for its bytes is enough.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import re2  # type: ignore[import-untyped]  # google-re2 ships no types
from typing_extensions import override

from triage.ruleset.phrases import Choice, Gap, ListName, PhraseError, Sequence, Word

_GOES_ON = b"[^ ]* "
_SPECIAL = frozenset(b"()[]{}?*|")
_LARGEST_PATTERN = 60_000
_TOO_LARGE = "it stands for too many phrases", "use smaller lists or gaps"

_ANYWHERE = re2._Anchor.UNANCHORED  # noqa: SLF001 - see _search
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True
# Every automaton remembers what it has computed, and there are thousands of them.
_OPTIONS.max_mem = 512 * 1024
# Bytes, not characters: patterns and text are the same UTF-8, and automata stay small.
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_EXPERT_OPTIONS = re2.Options()
_EXPERT_OPTIONS.log_errors = False
_EXPERT_OPTIONS.never_capture = True
_EXPERT_OPTIONS.max_mem = 2 * 1024 * 1024


Span = tuple[int, int]
"""A place in the words of a sentence, or in a field as it was written."""

_NOWHERE = (-1, -1)


class Match(Protocol):
    """What was found."""

    def span(self) -> Span: ...


class Matcher(Protocol):
    """Finds a pattern in the words of a sentence."""

    def find(self, words: bytes, /) -> Span | None: ...


class Expression(Protocol):
    """A regular expression that runs on UTF-8 text as it was written."""

    def finditer(self, text: bytes, /) -> Iterator[Match]: ...


Need = frozenset[bytes]
"""Without one of these a pattern cannot match: words, beginnings (`complain*`) or two
neighbours (`my son`)."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """RE2 source for a run of words, and what a sentence must have for it to match."""

    source: bytes
    needs: tuple[Need, ...]

    @property
    def is_literal(self) -> bool:
        """Whether it is nothing but words, of which the last may go on."""
        return _SPECIAL.isdisjoint(self.source.removesuffix(_GOES_ON))


@dataclass(frozen=True, slots=True)
class NamedList:
    """The patterns of a list one by one, and the one that stands for all of them."""

    each: tuple[Pattern, ...]
    whole: Pattern


Lists = Callable[[str], NamedList]
"""Finds a list by its name; raises PhraseError where there is none."""


def patterns_of(sequence: Sequence, lists: Lists) -> tuple[Pattern, ...]:
    """Return the patterns of which one must match for the phrase to match.

    A phrase that is nothing but a list or alternatives has a pattern for each, which
    needs more certain words than one pattern for all, and which rules share.

    Raises PhraseError where no word is sure to be there, or a pattern is too large.
    """
    match sequence:
        case (ListName(name),):
            return lists(name).each
        case (Choice(options, is_optional=False),):
            each = (p for option in options for p in patterns_of(option, lists))
            return tuple(dict.fromkeys(each))
        case _:
            pattern = _of_sequence(sequence, lists)
    if not pattern.needs:
        raise PhraseError(
            "no word in it must be there", "leave one word outside of the [ ]"
        )
    if len(pattern.source) > _LARGEST_PATTERN:
        raise PhraseError(*_TOO_LARGE)
    return (pattern,)


def any_of(patterns: Iterable[Pattern]) -> Pattern:
    """Return the pattern that matches where one of `patterns` does."""
    options = list(patterns)
    source = b"(?:" + b"|".join(option.source for option in options) + b")"
    if len(source) > _LARGEST_PATTERN:
        raise PhraseError(*_TOO_LARGE)
    return Pattern(source, _needs_of_any(options))


def matcher(pattern: Pattern) -> Matcher:
    """Return what finds a pattern in the words of a sentence.

    Raises PhraseError where RE2 cannot hold it.
    """
    if pattern.is_literal:
        words = pattern.source.removesuffix(_GOES_ON)
        return _Literal(b" " + words, is_open=words != pattern.source)
    try:
        _search(pattern.source)
    except re2.error:
        raise PhraseError(*_TOO_LARGE) from None
    return _Automaton(pattern.source)


_Search = Callable[[object, bytes, int, int], list[Span]]


def _search(source: bytes) -> _Search:
    """Return RE2's own search; raises re2.error.

    In a sentence, the wrapper around it takes as long again.
    """
    search: _Search = re2.compile(b" " + source, _OPTIONS)._regexp.Match  # noqa: SLF001 - see above
    return search


@dataclass(slots=True)
class _Automaton:
    """It is made when it is first asked: of thousands, few ever are."""

    source: bytes
    _match: _Search | None = None

    @override
    def __reduce__(self) -> tuple[type["_Automaton"], tuple[bytes]]:
        """Leave out what cannot be sent to another process."""
        return _Automaton, (self.source,)

    def find(self, words: bytes, /) -> Span | None:
        match = self._match
        if match is None:
            match = self._match = _search(self.source)
        span = match(_ANYWHERE, words, 0, len(words))[0]
        return None if span == _NOWHERE else span


@dataclass(frozen=True, slots=True)
class _Literal:
    """Words one after the other; where `is_open`, the last one may go on."""

    words: bytes
    is_open: bool

    def find(self, text: bytes, /) -> Span | None:
        start = text.find(self.words)
        if start < 0:
            return None
        end = start + len(self.words)
        return start, text.index(b" ", end) + 1 if self.is_open else end


def expression(regexes: Iterable[str]) -> Expression:
    """Compile regular expressions of which one must match, without regard to case.

    Raises PhraseError where RE2 cannot hold all of them.
    """
    source = "|".join(f"(?i:{regex})" for regex in regexes)
    try:
        return _Expression(source.encode())
    except re2.error:
        raise PhraseError("together these expressions are too large") from None


class _Expression:
    """One that can be sent to another process, which compiles it again."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self.finditer = re2.compile(source, _EXPERT_OPTIONS).finditer

    @override
    def __reduce__(self) -> tuple[type["_Expression"], tuple[bytes]]:
        return _Expression, (self._source,)


def check_regex(regex: str) -> None:
    """Raise PhraseError where RE2 cannot take a regular expression."""
    try:
        compiled = re2.compile(f"(?i:{regex})".encode(), _EXPERT_OPTIONS)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise PhraseError(
            f"RE2 cannot read this regular expression: {text}",
            "RE2 has no look-around, back-references or repeats above 1000",
        ) from None
    if compiled.search(b""):
        raise PhraseError("this regular expression matches where there is nothing")


def _of_sequence(sequence: Sequence, lists: Lists) -> Pattern:
    source = b""
    needs: list[Need] = []
    before: object = None
    for item, after in zip(sequence, (*sequence[1:], None), strict=True):
        match item:
            case Word(text, is_open):
                source += text + (_GOES_ON if is_open else b" ")
                needs += _needs_of_word(before, item, after)
            case Gap(most):
                source += b"(?:[^ ]+ ){0,%d}?" % most
            case ListName(name):
                source += lists(name).whole.source
                needs += lists(name).whole.needs
            case Choice(options, is_optional):
                choice = any_of(_of_sequence(option, lists) for option in options)
                source += choice.source + (b"?" if is_optional else b"")
                needs += () if is_optional else choice.needs
        before = item
    return Pattern(source, tuple(dict.fromkeys(needs)))


def _needs_of_word(before: object, word: Word, after: object) -> Iterator[Need]:
    """Neighbours are rarer than words: a word is taken together with the next."""
    if word.is_open:
        yield frozenset([word.text + b"*"])
    elif isinstance(after, Word) and not after.is_open:
        yield frozenset([b"%b %b" % (word.text, after.text)])
    elif not isinstance(before, Word) or before.is_open:
        yield frozenset([word.text])


def _needs_of_any(options: list[Pattern]) -> tuple[Need, ...]:
    if not all(option.needs for option in options):
        return ()
    if len(options) == 1:
        return options[0].needs
    return (need_of_any(option.needs for option in options),)


def need_of_any(options: Iterable[Iterable[Need]]) -> Need:
    """Return the need that whatever meets the needs of one option meets."""
    return frozenset().union(*(min(needs, key=_commonness) for needs in options))


def _commonness(need: Need) -> tuple[int, int]:
    """Few and long words tell most."""
    return len(need), -min(map(len, need))
