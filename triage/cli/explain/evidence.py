"""The words that were seen, marked in their sentence."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from triage.cli.terminal import dim, marked, printable
from triage.ruleset import Evidence, Hit, Ruleset
from triage.ruleset.ruleset import RESERVED_SIGNALS

AROUND = 45
"""Characters that are shown of a sentence on each side of its marked words."""
WHERE: Mapping[str, str] = {
    "text": "",
    "subject": "in the subject",
    "signature": "in the signature",
    "sender": "in the sender's name or address",
    "quoted": "in a mail that is quoted",
    "forwarded": "in a mail that is forwarded",
    "attachment": "the name of a file that is attached",
}


class Titled(Protocol):
    """An entry of the rule files."""

    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class Seen:
    """The hits of a message by signal, and the titles of signals."""

    evidence: Evidence
    ruleset: Ruleset

    @cached_property
    def hits(self) -> Mapping[str, list[Hit]]:
        return _by_signal(self.evidence.hits)

    @cached_property
    def cancelled(self) -> Mapping[str, list[Hit]]:
        return _by_signal(self.evidence.cancelled)

    @cached_property
    def hints(self) -> Mapping[str, list[Hit]]:
        return _by_signal(self.evidence.hints)

    @property
    def first(self) -> Iterator[Hit]:
        """The first hit of each signal."""
        return (hits[0] for hits in self.hits.values())

    def title(self, signal: str) -> str:
        """Say a signal in its own words, with its id."""
        if signal in RESERVED_SIGNALS:
            return f"{RESERVED_SIGNALS[signal]} {named(signal)}"
        return titled(signal, self.ruleset.signals)

    def on_words(
        self, signals: Iterable[str], most: int, of_each: int = 1
    ) -> Iterator[str]:
        """Say what was seen, and quote the first words `of_each` signal.

        Words that were quoted already are passed over; `most` are quoted in all.
        """
        told: list[str] = []
        for signal in signals:
            for hit in self.hits.get(signal, ())[:of_each]:
                if len(told) < most and not _is_told(hit.text, told):
                    told.append(hit.text)
                    yield f"{self.title(signal)}: {quoted(hit)}"


def _is_told(words: str, told: Iterable[str]) -> bool:
    return any(words in other or other in words for other in told)


def titled(id_: str, entries: Mapping[str, Titled]) -> str:
    """Say something in its own words, where the rules still have it."""
    entry = entries.get(id_)
    return f"{entry.title} {named(id_)}" if entry else named(id_)


def named(id_: str) -> str:
    """An id as it stands in the rule files, set back."""
    return dim(f"[{id_}]")


def _by_signal(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.signal, []).append(hit)
    return found


def quoted(hit: Hit) -> str:
    """Quote the sentence with its words marked, and say where it stands."""
    return f"“{in_sentence(hit)}”{in_place(hit.where)}"


def in_place(where: str) -> str:
    """Say in which field words stand; nothing for the writer's own text."""
    words = WHERE.get(where, f"in the {where}")
    return f" ({words})" if words else ""


def in_sentence(hit: Hit) -> str:
    """The sentence with its words marked; without a sentence, the words alone."""
    words = printable(hit.text)
    sentence = printable(hit.sentence)
    if not sentence:
        # Seen in the whole field; these are its first words.
        return f"{words} …" if hit.where in ("text", "forwarded") else words
    spans = tuple(_merged(_spans(words, sentence)))
    if not spans:
        return marked(words)
    first = max(0, spans[0][0] - AROUND)
    last = min(len(sentence), spans[-1][1] + AROUND)
    shown, at = ("" if first == 0 else "… "), _to_a_word(sentence, first)
    for start, end in spans:
        shown += sentence[at:start] + marked(sentence[start:end])
        at = end
    end_of_words = _to_a_word(sentence, last, back=True)
    shown += sentence[at : max(at, end_of_words)]
    return shown if last == len(sentence) else f"{shown} …"


def _spans(words: str, sentence: str) -> Iterator[tuple[int, int]]:
    """Where each of the words that were found together stands in the sentence."""
    for piece in (each.strip() for each in words.split(" … ")):
        wanted = piece.removesuffix("…") or piece
        place = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", sentence)
        start = place.start() if place else sentence.find(wanted)
        if wanted and start >= 0:
            yield start, start + len(wanted)


def _merged(spans: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _to_a_word(sentence: str, at: int, *, back: bool = False) -> int:
    """The nearest end of a word: sentences are not cut within one."""
    if at in (0, len(sentence)):
        return at
    if back:
        space = sentence.rfind(" ", 0, at)
        return at if space < 0 else space
    space = sentence.find(" ", at)
    return at if space < 0 else space + 1
