"""Where sentences end, in mails as people and mail programs write them."""

import re
from collections.abc import Iterator

# It begins with one set of characters: `re` then skips quickly to the next of them.
_BREAK = re.compile(rb"[.!?\n](?:(?<=\n)\s*|[.!?]*[\"')\]]*)")
_LAST_WORD = re.compile(rb"[A-Za-z.]+\Z")
_LIST_ITEM = re.compile(rb"(?:[-*+>]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")
_NEXT_WORD = re.compile(rb"\S*")

# Full stops after these belong to the word; `no.` only before a number.
_ALWAYS_SHORT = frozenset(
    b"mr mrs ms dr prof st rev hon fig vs viz cf ref tel approx dept".split()
    + b"sr sra srta mme mlle".split()
)
# … and after these unless a new sentence visibly begins.
_MAYBE_SHORT = frozenset(b"etc ltd inc co jr am pm uk us".split())
# A single letter is an initial; but "I got a D." ends with a grade.
_GRADES = frozenset(b"A B C D E F G I U a b c d e f g i u".split())
_WRAP_WIDTHS = range(40, 121)
_USUAL_WIDTH = 80
_GREETING_WORDS = 3


def sentence_bounds(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of every sentence of a folded text, in bytes.

    A full stop ends a sentence unless it belongs to an abbreviation, an initial or a
    number. A blank line and a list item end one too; a single line break only where the
    line was not broken for want of room.
    """
    width = _width(text)
    start = line_start = 0
    for match in _BREAK.finditer(text):
        at, after = match.span()
        if text[at : at + 1] != b"\n":
            ends = _ends_at_stop(text, at, after)
        else:
            ends = _ends_at_line_break(text, line_start, match, width)
            line_start = after
        if ends:
            if text[start:after].strip():
                yield start, after
            start = after
    if text[start:].strip():
        yield start, len(text)


def _ends_at_stop(text: bytes, at: int, after: int) -> bool:
    marks = text[at:after]
    if b"!" in marks or b"?" in marks:
        return True
    following = text[after : after + 1]
    if following and not following.isspace():
        # "… the exam.I want …"
        return following.isupper() and text[max(0, at - 2) : at].islower()
    begins = text[after : after + 8].lstrip()[:1]
    if marks.startswith(b".."):
        return not begins.islower()
    return not _is_abbreviation(text, at, begins)


def _is_abbreviation(text: bytes, at: int, begins: bytes) -> bool:
    last = _LAST_WORD.search(text[max(0, at - 16) : at])
    if not last:
        return False
    word = last[0].lower()
    if b"." in word.strip(b"."):
        # e.g. i.e. p.m. U.K.
        return not begins.isupper() or word in {b"e.g", b"i.e"}
    if word in _ALWAYS_SHORT:
        return True
    if word == b"no":
        return begins.isdigit()
    if word in _MAYBE_SHORT:
        return not begins.isupper()
    return len(word) == 1 and last[0] not in _GRADES


def _ends_at_line_break(
    text: bytes, line_start: int, match: re.Match[bytes], width: int
) -> bool:
    at, after = match.span()
    if match[0].count(b"\n") > 1 or after == len(text):
        return True
    if _LIST_ITEM.match(text, after):
        return True
    line = text[line_start:at].strip()
    following = _NEXT_WORD.match(text, after)
    room = width - len(line) - 1
    was_full = (
        len(line) in _WRAP_WIDTHS
        and following is not None
        and (len(following[0]) > room)
    )
    if was_full:
        return False
    is_greeting = line.endswith(b",") and len(line.split()) <= _GREETING_WORDS
    return is_greeting or not text[after : after + 1].islower()


def _width(text: bytes) -> int:
    """The column at which this text seems to be wrapped."""
    return min(max(map(len, text.split(b"\n"))), _USUAL_WIDTH)
