"""The language of phrases: what ops write, read into a tree.

    plain words         those words, one after the other
    complain*           any word that begins so
    {child}             any phrase of the list `child`
    (our|the) school    one of the alternatives
    [very] unhappy      words that may be there or not
    not ... answered    a gap of up to 4 words; ...8... is a gap of up to 8

Words are compared as `folding` folds them: without case, accents or apostrophes, and a
hyphen is a space. A phrase never reaches across the end of a sentence. The page
docs/rule-language.md says the same with examples for people who never programmed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from triage.ruleset.folding import folded_words

USUAL_GAP = 4
LONGEST_GAP = 20
_SHORTEST_BEGINNING = 2
_DEEPEST = 8
_WHOLE_WORDS = "brackets stand for whole words: (complaint|complaints), or complain*"

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<gap>(?:\.{3}|…)(?:(?P<most>\d+)(?:\.{3}|…))?)"
    r"|\{(?P<list>[^{}]*)\}"
    r"|(?P<open>[(\[])"
    r"|(?P<close>[)\]])"
    r"|(?P<bar>\|)"
    r"|(?P<word>(?:(?!\.\.\.)[^\s(){}\[\]|…])+)"
    r"|(?P<stray>.)",
    re.DOTALL,
)


class PhraseError(ValueError):
    """A phrase that cannot be read; says why and what to write instead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word; where `is_open`, the beginning of one."""

    text: bytes
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` words, whatever they are."""

    most: int


@dataclass(frozen=True, slots=True)
class ListName:
    """Any phrase of a named list."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the options; where `is_optional`, perhaps none."""

    options: tuple["Sequence", ...]
    is_optional: bool = False


Item: TypeAlias = Word | Gap | ListName | Choice
Sequence: TypeAlias = tuple[Item, ...]


def read_phrase(phrase: str) -> Sequence:
    """Read one phrase. Raises PhraseError."""
    reader = _Reader(phrase)
    sequence = reader.sequence(None)
    _check_gaps(sequence)
    return sequence


class _Reader:
    def __init__(self, phrase: str) -> None:
        self._tokens = list(_TOKEN.finditer(phrase))
        self._at = 0
        self._depth = 0

    def sequence(self, closing: str | None) -> Sequence:
        """Read up to `closing`; one option only, a bar ends it in `_options`."""
        options = self._options(closing)
        if len(options) > 1:
            raise PhraseError(
                "a | stands outside of brackets",
                "write (this|that) round the alternatives",
            )
        return options[0]

    def _options(self, closing: str | None) -> tuple[Sequence, ...]:
        options: list[list[Item]] = [[]]
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.lastgroup == "close":
                if token[0] != closing:
                    raise PhraseError(f"a {token[0]} without its opening bracket")
                _must_stand_apart(token)
                return tuple(map(tuple, options))
            if token.lastgroup == "bar":
                options.append([])
            else:
                options[-1].extend(self._items(token))
        if closing:
            raise PhraseError(f"a bracket is not closed: {closing} is missing")
        return tuple(map(tuple, options))

    def _items(self, token: re.Match[str]) -> Sequence:
        match token.lastgroup:
            case "space":
                return ()
            case "word":
                return _words(token[0])
            case "gap" | "most":
                return (_gap(token["most"]),)
            case "list":
                _must_stand_apart(token)
                return (ListName(token["list"].strip()),)
            case "open":
                return (self._choice(token),)
            case _:
                raise PhraseError(f"a {token[0]} without its other half")

    def _choice(self, token: re.Match[str]) -> Choice:
        before = token.string[: token.start()]
        if before and not before[-1].isspace() and before[-1] not in "([|":
            raise PhraseError(
                f"a space is missing before {token[0]}",
                _WHOLE_WORDS,
            )
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PhraseError("too many brackets within brackets", "use a list: {name}")
        options = self._options(")" if token[0] == "(" else "]")
        self._depth -= 1
        if not all(options):
            raise PhraseError(
                "an alternative is empty",
                "write [word] for a word that may be left out",
            )
        return Choice(options, is_optional=token[0] == "[")


def _must_stand_apart(token: re.Match[str]) -> None:
    after = token.string[token.end() : token.end() + 1]
    if after and not after.isspace() and after not in ")]|.…,;:!?":
        raise PhraseError(f"a space is missing after {token[0]}", _WHOLE_WORDS)


@lru_cache(maxsize=4096)
def _words(written: str) -> Sequence:
    beginning = written.removesuffix("*")
    if "*" in beginning:
        raise PhraseError(
            f"a * may stand only at the end of a word: {written}",
            "write complain* for complain, complains, complaint, complained",
        )
    words = folded_words(beginning)
    if beginning == written:
        return tuple(map(Word, words))
    if not words or len(words[-1]) < _SHORTEST_BEGINNING:
        raise PhraseError(
            f"too few letters before the *: {written}", "give at least two letters"
        )
    return (*map(Word, words[:-1]), Word(words[-1], is_open=True))


def _gap(most: str | None) -> Gap:
    words = int(most) if most else USUAL_GAP
    if not 1 <= words <= LONGEST_GAP:
        raise PhraseError(f"a gap may be 1 to {LONGEST_GAP} words long, not {words}")
    return Gap(words)


def _check_gaps(sequence: Sequence) -> None:
    if not sequence:
        raise PhraseError("there is no word in it")
    if isinstance(sequence[0], Gap) or isinstance(sequence[-1], Gap):
        raise PhraseError("a gap needs words on both sides")
    for item, following in pairwise(sequence):
        if isinstance(item, Gap) and isinstance(following, Gap):
            raise PhraseError("two gaps follow each other", "write one: ...8...")
    for item in sequence:
        if isinstance(item, Choice):
            for option in item.options:
                _check_gaps(option)
