"""Where sentences end, in mails as people and mail programs write them."""

import re
from collections.abc import Iterator

# It begins with one set of characters: `re` then skips quickly to the next of them.
_BREAK = re.compile(rb"[.!?\n](?:(?<=\n)\s*|[.!?]*[\"')\]]*)")
_LAST_WORD = re.compile(rb"[A-Za-z.]+\Z")
_LIST_ITEM = re.compile(rb"(?:[-*+>]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")
_NEXT_WORD = re.compile(rb"\S*")

# Full stops after these belong to the word.
_ALWAYS_SHORT = frozenset(
    b"mr mrs ms dr prof st rev fr hon col capt brig gen lt fig vs viz cf".split()
    + b"ref tel approx dept sr sra srta mme mlle".split()
)
# … and after these unless a new sentence visibly begins.
_MAYBE_SHORT = frozenset(b"etc ltd inc co jr am pm uk us".split())
# A single letter is an initial; but "I got a D." ends with a grade.
_GRADES = frozenset(b"A B C D E F G I U a b c d e f g i u".split())
_DIGITS = b"0123456789"
_WRAP_WIDTHS = range(40, 121)
_USUAL_WIDTH = 80
_GREETING_WORDS = 3
_LONGEST_NUMBER = 4
_LONGEST = 600
_PAUSE = re.compile(rb"[,;:\n]\s|\s--?\s")


def sentence_bounds(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of every sentence of a folded text, in bytes.

    A full stop ends a sentence unless it belongs to an abbreviation, an initial or a
    number. A blank line and a list item end one too; a single line break only where the
    line was not broken for want of room. What still goes on for too long is cut at a
    comma: people who write without full stops say more than one thing.
    """
    width = _width(text)
    start = line_start = 0
    for match in _BREAK.finditer(text):
        at, after = match.span()
        if text[at : at + 1] == b"\n":
            ends = _ends_at_line_break(text, line_start, match, width)
            line_start = after
        else:
            ends = _ends_at_stop(text, start, at, after)
        if ends:
            yield from _pieces(text, start, after)
            start = after
    yield from _pieces(text, start, len(text))


def _pieces(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        latest = start + _LONGEST
        pause = _PAUSE.search(text, start + _LONGEST // 2, latest)
        space = text.rfind(b" ", start, latest)
        cut = pause.end() if pause else space + 1 if space > start else latest
        yield start, cut
        start = cut
    if text[start:end].strip():
        yield start, end


def _ends_at_stop(text: bytes, start: int, at: int, after: int) -> bool:
    marks = text[at:after]
    if b"!" in marks or b"?" in marks:
        return True
    following = text[after : after + 1]
    if following and not following.isspace():
        # "… the exam.I want …"
        return following.isupper() and text[max(0, at - 2) : at].islower()
    follows = text[after : after + 16].lstrip()
    if marks.startswith(b".."):
        return not follows[:1].islower()
    if at - start <= _LONGEST_NUMBER and text[start:at].strip().isdigit():
        # "1. We paid …"
        return False
    return not _is_abbreviation(text, at, follows)


def _is_abbreviation(text: bytes, at: int, follows: bytes) -> bool:
    last = _LAST_WORD.search(text[max(0, at - 16) : at])
    if not last:
        return False
    word = last[0].lower()
    is_upper = follows[:1].isupper()
    if b"." in word.strip(b"."):
        # e.g. i.e. p.m. U.K.
        return not is_upper or word in {b"e.g", b"i.e"}
    if word == b"no":
        # "centre no. GB123", not "The answer was no."
        return any(octet in _DIGITS for octet in follows.partition(b" ")[0])
    if word in _MAYBE_SHORT:
        return not is_upper
    return word in _ALWAYS_SHORT or (len(word) == 1 and last[0] not in _GRADES)


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
