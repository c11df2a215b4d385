"""A phrase as an automaton, and the words without which it cannot match.

A pattern runs on one sentence, folded to words: ` we want to complain `. Every word of a
pattern takes the spaces after it, and a pattern begins with the space before its first
word, so whole words are compared without \\b, which knows ASCII only in RE2.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import re2

from triage.ruleset.folding import fold
from triage.ruleset.phrases import Choice, Gap, ListName, PhraseError, Sequence, Word

Need = frozenset[bytes]
"""Words of which a sentence must have one; a beginning ends with *."""

_LARGEST_PATTERN = 60_000

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True
# Bytes, not characters: patterns and text are the same UTF-8, and automata stay small.
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_EXPERT_OPTIONS = re2.Options()
_EXPERT_OPTIONS.log_errors = False
_EXPERT_OPTIONS.never_capture = True


Automaton: TypeAlias = "re2._Regexp[bytes]"


@dataclass(frozen=True, slots=True)
class Pattern:
    """RE2 source for a run of words, and what a sentence must have for it to match."""

    source: bytes
    needs: tuple[Need, ...]


Lists = Callable[[str], Pattern]
"""Gives the pattern of a named list; raises PhraseError where there is none."""


def pattern_of(sequence: Sequence, lists: Lists) -> Pattern:
    """Return the pattern of one phrase.

    Raises PhraseError where no word is certain to be there, or the pattern is too large.
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
    return Pattern(source, _needs_of_any(options))


def automaton(source: bytes) -> Automaton:
    """Compile a pattern's source; it can only fail by being too large."""
    try:
        return re2.compile(b" " + source, _OPTIONS)
    except re2.error:
        raise PhraseError(
            "it stands for too many phrases", "use smaller lists or gaps"
        ) from None


def expert_automaton(regex: str) -> Automaton:
    """Compile a regular expression that runs on UTF-8 text as it was written.

    Raises PhraseError where RE2 cannot take it or it matches nothing at all.
    """
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
    return compiled


def finds(automaton: Automaton, text: str) -> bool:
    """Whether a pattern is found in `text`, taken as one sentence."""
    return automaton.search(b" %b " % fold(text).words()) is not None


def _of_sequence(sequence: Sequence, lists: Lists) -> Pattern:
    source = b""
    needs: tuple[Need, ...] = ()
    for item in sequence:
        match item:
            case Word(text, is_open):
                source += text + (b"[^ ]* +" if is_open else b" +")
                needs += (frozenset([text + b"*" if is_open else text]),)
            case Gap(most):
                source += b"(?:[^ ]+ +){0,%d}?" % most
            case ListName(name):
                inner = lists(name)
                source += inner.source
                needs += inner.needs
            case Choice(options, is_optional):
                inner = any_of(_of_sequence(option, lists) for option in options)
                source += inner.source + (b"?" if is_optional else b"")
                needs += () if is_optional else inner.needs
    return Pattern(source, tuple(dict.fromkeys(needs)))


def _needs_of_any(options: list[Pattern]) -> tuple[Need, ...]:
    """One word of the most telling need of every option; nothing where one needs none."""
    if not all(option.needs for option in options):
        return ()
    if len(options) == 1:
        return options[0].needs
    return (frozenset().union(*(min(o.needs, key=_commonness) for o in options)),)


def _commonness(need: Need) -> tuple[int, int]:
    """Few and long words tell most."""
    return len(need), -min(map(len, need))
