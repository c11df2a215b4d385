"""Text as the rules compare it: no accents, no case, no typography; and the way back.

Folding makes "don't", however its apostrophe is written, and "dont" the same letters.
Every difference in length is kept, so that a place in the folded text leads back to the
words as they were written.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

_TO_CHANGE = re.compile(r"['`\x80-\U0010ffff]")
_APOSTROPHES = frozenset("'`\u2018\u2019\u02bc\u00b4\u2032\uff07")
_LOOKS_LIKE = {
    "\u2018": "'",
    "\u2019": "'",
    "\u00ab": '"',
    "\u00bb": '"',
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u2022": "*",
    "\u25cf": "*",
    "\u00b7": "*",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u3002": ".",
    "\u0111": "d",
    "\u0131": "i",
    "\u0142": "l",
    "\u0141": "L",
    "\u00f8": "o",
    "\u00d8": "O",
    "\u00e6": "ae",
    "\u00c6": "AE",
    "\u0153": "oe",
    "\u0152": "OE",
    "\u00df": "ss",
    "\u0085": "\n",
    "\u2028": "\n",
    "\u2029": "\n\n",
}
_WORD_OCTETS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789") | set(
    range(0x80, 0x100)
)
_WORDS_ONLY = bytes(
    octet if octet in _WORD_OCTETS else ord(" ") for octet in bytes(range(256)).lower()
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text as UTF-8 bytes; case and punctuation are still there.

    After the byte `ends[i]`, a byte offset plus `shifts[i]` is an offset into the
    original text, in characters.
    """

    text: bytes
    ends: tuple[int, ...]
    shifts: tuple[int, ...]

    def original(self, offset: int) -> int:
        """Return the character offset in the original text."""
        following = bisect_right(self.ends, offset)
        place = offset + (self.shifts[following - 1] if following else 0)
        if following < len(self.ends):
            # Within a letter that became longer, its end.
            place = min(place, self.ends[following] + self.shifts[following])
        return place

    def words(self) -> bytes:
        """Return the text in lower case with spaces for punctuation, byte for byte."""
        return self.text.translate(_WORDS_ONLY)


def fold(text: str) -> Folded:
    """Fold accents (NFKD), ligatures, curly quotes and apostrophes within words."""
    pieces: list[str] = []
    ends: list[int] = []
    shifts: list[int] = []
    done = shift = 0
    for match in _TO_CHANGE.finditer(text):
        at = match.start()
        letter = "" if _is_within_word(text, at) else _fold_letter(text[at])
        pieces += text[done:at], letter
        done = at + 1
        size = len(letter) if letter.isascii() else len(letter.encode())
        if size != 1:
            shift += 1 - size
            ends.append(done - shift)
            shifts.append(shift)
    pieces.append(text[done:])
    return Folded("".join(pieces).encode(), tuple(ends), tuple(shifts))


def _is_within_word(text: str, at: int) -> bool:
    """Whether an apostrophe stands between two letters."""
    return (
        text[at] in _APOSTROPHES
        and text[at - 1 : at].isalpha()
        and text[at + 1 : at + 2].isalpha()
    )


def folded_words(text: str) -> list[bytes]:
    """Return the folded words of `text`, in order."""
    return fold(text).words().split()


def line_of_words(text: str) -> bytes:
    """Return the folded words with one space before and after each."""
    return b" %b " % b" ".join(folded_words(text))


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    if letter in _LOOKS_LIKE:
        return _LOOKS_LIKE[letter]
    plain = "".join(
        _LOOKS_LIKE.get(part, part)
        for part in unicodedata.normalize("NFKD", letter)
        if unicodedata.category(part) not in {"Mn", "Cf", "Me"}
    )
    if plain.isascii():
        return plain
    plain = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(
        part if unicodedata.category(part)[0] in "LMN" else " " for part in plain
    )
