"""A mail's words with names and numbers masked, to be kept as an example.

Words in which a rule saw something stay as they are; a person reads the rest before it
is kept, for no program knows every name.
"""

import re
from calendar import day_name, month_name
from collections.abc import Iterable

from triage.message.model import Message
from triage.ruleset.evidence import Evidence

NAME = "Nn"
"""Stands where a name stood."""
ADDRESS = "nn@example.org"

_ADDRESS = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_CENTRE = re.compile(r"\b[A-Z]{2}\d{3}\b")
_DIGITS = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_OPENS_A_SENTENCE = re.compile(r"(?:^|[.!?:;\n>“\"(*-])\s*$")
_SHORTEST_NAME = 3
_GREETING = re.compile(
    r"(?i)\b(?:dear|hi|hello|mr|mrs|ms|miss|mx|dr|prof|sir|madam)\.?\s$"
)
_NO_NAMES = frozenset(
    {"i", "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "english"}
    | {day.lower() for day in day_name}
    | {month.lower() for month in month_name if month}
)


def masked(text: str, names: Iterable[str], kept: Iterable[str]) -> str:
    """Mask addresses, links, numbers, the given names and what looks like a name.

    A name is a capital inside a sentence, or after a greeting. `kept` are words that
    stay. Digits become 0, so that a number keeps its form; a centre number becomes
    XX000.
    """
    stays = _NO_NAMES | {w.lower() for each in kept for w in _WORD.findall(each)}
    known = {
        word.lower()
        for each in names
        for word in _WORD.findall(each)
        if len(word) >= _SHORTEST_NAME
    }
    text = _ADDRESS.sub(ADDRESS, _LINK.sub("https://example.org", text))
    text = _DIGITS.sub("0", _CENTRE.sub("XX000", text))

    def mask(found: re.Match[str]) -> str:
        word = found[0].lower()
        if word in stays:
            return found[0]
        is_name = word in known or _looks_like_a_name(found)
        return NAME if is_name else found[0]

    return _WORD.sub(mask, text)


def _looks_like_a_name(found: re.Match[str]) -> bool:
    word = found[0]
    if not word[0].isupper() or word.isupper():
        # Capitals throughout are mostly an abbreviation, or shouting.
        return False
    before = found.string[max(0, found.start() - 24) : found.start()]
    return bool(_GREETING.search(before)) or not _OPENS_A_SENTENCE.search(before)


def names_in(message: Message) -> tuple[str, ...]:
    """Return the names that a mail's own fields give: who writes, and to whom."""
    people = (*message.from_, *message.reply_to, *message.cc)
    return tuple(part for each in people for part in (each.name, each.local))


def words_seen(evidence: Evidence) -> tuple[str, ...]:
    """Return the words that gave or took back a signal."""
    found = (*evidence.hits, *evidence.cancelled, *evidence.hints)
    return tuple(hit.text for hit in found)
