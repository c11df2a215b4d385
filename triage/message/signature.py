"""Where the writer's words end and name, post, slogans and disclaimers begin.

Only the end of a passage is looked at. A paragraph that tells something is kept as the
writer's own, whatever stands above it: a second complaint below the name must not be
lost.
"""

from collections.abc import Sequence
from itertools import pairwise

from triage.message.signature_words import (
    ALONE,
    CONTACT,
    CORE,
    DEVICE,
    DISCLAIMER,
    FILLING,
    ONE_PERSON,
    POSTS,
    POSTSCRIPT,
    SEPARATOR,
    TALK,
    TITLES,
    TOLD_OF,
    WARNING_ON_TOP,
    WORDS,
)

_WINDOW = 60
"""Filled lines at the end of a passage among which a signature may begin."""
_AFTER_FORMULA = 14
"""Filled lines that may follow a closing formula."""
_AFTER_NAME = 7
"""Filled lines that may follow a name where no formula was written."""
_LONGEST_FORMULA = 80
_LONGEST_DEVICE_LINE = 120
_FORMULA_WORDS = 10
_LONGEST_NAME = 100
_NAME_WORDS = 8
_SHORTEST_NAME = 3
_DISTINCT = 4
"""Letters from which a part of a name stands for it ('Emeka' for 'Chukwuemeka')."""
_TELLING_WORDS = 9
"""Words from which a line among names and posts tells something."""
_TALKING_WORDS = 4
"""Words from which a paragraph below a signature says something."""
_DISCLAIMER_WORDS = 12


def signature_lines(lines: Sequence[str], names: Sequence[str] = ()) -> list[bool]:
    """Mark the lines of a passage that are not the writer's words.

    `names` are the sender's, as the From field has them.
    """
    flags = _marked(lines, names)
    filled = [index for index, line in enumerate(lines) if line.strip()]
    for above, below in pairwise(filled):
        if flags[above] and flags[below]:
            _flag(flags, above, below)
    return flags


def _marked(lines: Sequence[str], names: Sequence[str]) -> list[bool]:
    """Mark the filled lines alone."""
    flags = [
        0 < len(line) <= _LONGEST_DEVICE_LINE and DEVICE.fullmatch(line) is not None
        for line in lines
    ]
    filled = [i for i, line in enumerate(lines) if not flags[i] and line.strip()]
    paragraphs = _paragraphs(filled)
    if paragraphs and WARNING_ON_TOP.match(_text(lines, *paragraphs[0])):
        _flag(flags, *paragraphs.pop(0))
    known = _known(names)
    start = _start(lines, filled[-_WINDOW:], known)
    if start is None:
        while paragraphs and _is_disclaimer(_text(lines, *paragraphs[-1])):
            _flag(flags, *paragraphs.pop())
        return flags
    first_block, *others = _paragraphs([index for index in filled if index >= start])
    _flag(flags, start, _told_from(lines, *first_block))
    for first, end in others:
        is_name = _is_name_or_named_post(lines, first, known)
        own_from = _told_from if is_name else _talk_from
        _flag(flags, first, own_from(lines, first, end))
    return flags


def _flag(flags: list[bool], first: int, end: int) -> None:
    flags[first:end] = [True] * (end - first)


def _paragraphs(filled: Sequence[int]) -> list[tuple[int, int]]:
    """Group neighbouring lines; gives the first line and the end of each group."""
    groups: list[tuple[int, int]] = []
    for index in filled:
        if groups and groups[-1][1] == index:
            groups[-1] = (groups[-1][0], index + 1)
        else:
            groups.append((index, index + 1))
    return groups


def _text(lines: Sequence[str], first: int, end: int) -> str:
    return "\n".join(lines[first:end])


def _words(text: str) -> list[str]:
    return [word.replace("\u2019", "'") for word in WORDS.findall(text.lower())]


def _start(
    lines: Sequence[str], tail: Sequence[int], known: frozenset[str]
) -> int | None:
    """Find the line where the signature begins: a separator, a formula or a name."""
    separator = next((i for i in tail if SEPARATOR.fullmatch(lines[i])), None)
    formula = _formula(lines, tail)
    signs = [index for index in (separator, formula) if index is not None]
    if signs:
        return min(signs)
    late = tail[-_AFTER_NAME - 1 :]
    return next((i for i in late if _is_name_block(lines, late, i, known)), None)


def _formula(lines: Sequence[str], tail: Sequence[int]) -> int | None:
    """Find the last closing formula, with those that stand right above it."""
    late = tail[-_AFTER_FORMULA - 1 :]
    is_formula = [_is_formula(lines[index]) for index in late]
    if True not in is_formula:
        return None
    position = len(late) - 1 - is_formula[::-1].index(True)
    while position and is_formula[position - 1]:
        position -= 1
    return late[position]


def _is_formula(line: str) -> bool:
    if len(line) > _LONGEST_FORMULA:
        return False
    words = _words(line)
    if len(words) == 1:
        return words[0] in CORE or words[0] in ALONE
    return (
        0 < len(words) <= _FORMULA_WORDS
        and all(word in CORE or word in FILLING for word in words)
        and any(word in CORE for word in words)
    )


def _is_name_block(
    lines: Sequence[str], tail: Sequence[int], index: int, known: frozenset[str]
) -> bool:
    """Whether a name stands here and nothing is told between it and the end."""
    line = lines[index].strip()
    if line[-1] in "?!" or ":" in line:
        return False
    above = lines[index - 1].rstrip() if index else ""
    if above and above[-1] not in ".!?,;:)…\"'":
        return False
    if not _is_name_or_named_post(lines, index, known):
        return False
    below = [(first, end) for first, end in _paragraphs(tail) if end > index + 1]
    return not any(
        _talk_from(lines, max(first, index + 1), end) < end
        and not POSTSCRIPT.match(lines[first])
        for first, end in below
    )


def _is_name_or_named_post(
    lines: Sequence[str], index: int, known: frozenset[str]
) -> bool:
    if len(lines[index]) > _LONGEST_NAME:
        return False
    words = _words(lines[index])
    return 0 < len(words) <= _NAME_WORDS and (
        _is_name(words, known) or _is_name_above_post(lines, index)
    )


def _is_name(words: Sequence[str], known: frozenset[str]) -> bool:
    """Whether the words are the sender's own name, or a part of it."""
    if any(word in TALK for word in words):
        return False
    return any(_is_known(word, known) for word in words[:3])


def _is_known(word: str, known: frozenset[str]) -> bool:
    return word in known or (
        len(word) >= _DISTINCT and any(word in name or name in word for name in known)
    )


def _is_name_above_post(lines: Sequence[str], index: int) -> bool:
    """Whether a capitalised line stands right above a post ('Head of Physics')."""
    name = lines[index].strip()
    post = lines[index + 1] if index + 1 < len(lines) else ""
    is_capitalised = all(
        word[0].isupper() or word.lower().strip(".") in TITLES
        for word in name.replace("(", " ").split()
    )
    return (
        is_capitalised
        and not any(character.isdigit() for character in name)
        and any(word in POSTS for word in _words(post))
        and not any(word in TALK for word in _words(f"{name} {post}"))
        and _words(name)[0] not in ("dear", "hello", "hi", "to", "respected", "attn")
    )


def _known(names: Sequence[str]) -> frozenset[str]:
    """List the words of the sender's names that can only be a name."""
    return frozenset(
        word
        for name in names
        for word in _words(name)
        if len(word) >= _SHORTEST_NAME and word not in POSTS and word not in TITLES
    )


def _told_from(lines: Sequence[str], first: int, end: int) -> int:
    """Find where the block of names and posts goes over into telling something."""
    for index in range(first, end):
        if POSTSCRIPT.match(lines[index]):
            return index
        words = _words(lines[index])
        if len(words) >= _TELLING_WORDS and any(word in TOLD_OF for word in words):
            return index
    return end


def _talk_from(lines: Sequence[str], first: int, end: int) -> int:
    """Find where a paragraph below a signature becomes the writer's own, if it does."""
    for index in range(first, end):
        if POSTSCRIPT.match(lines[index]):
            return index
    text = _text(lines, first, end)
    words = _words(text)
    if len(words) < _TALKING_WORDS or not any(word in TALK for word in words):
        return end
    is_appended = DISCLAIMER.search(text) or CONTACT.search(text)
    if is_appended and not any(word in ONE_PERSON for word in words):
        return end
    return first


def _is_disclaimer(text: str) -> bool:
    words = _words(text)
    return (
        len(words) >= _DISCLAIMER_WORDS
        and DISCLAIMER.search(text) is not None
        and not any(word in ONE_PERSON for word in words)
    )
