"""Finding the evidence for signals in a message: words only, no judgement."""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from triage.message.model import Message
from triage.ruleset.evidence import Evidence, Hit
from triage.ruleset.reading import shown
from triage.ruleset.ruleset import Ruleset, SignalPatterns
from triage.ruleset.scanning import LookUp, Scan, Span, scan

MOST_HITS = 3
"""Hits kept for each signal; as many cancelled ones and hints."""

_OPENING_WORDS = 8

_Found = dict[int, Sequence[Span]]
"""By sentence: the words that give a signal, in their order."""
_Placed = list[tuple[int, int, Hit]]
"""Hits with the sentence and the character where they begin."""


def find_evidence(
    ruleset: Ruleset, message: Message, look_up: LookUp | None = None
) -> Evidence:
    """Find every signal of the ruleset in the message.

    `look_up` is the ruleset's index unless another is given.
    """
    scanned = scan(ruleset, message, look_up or ruleset.index.candidates)
    numbers = set(ruleset.asked_always)
    for pattern in scanned.matches:
        numbers.update(ruleset.asked_by[pattern])
    hits: _Placed = []
    cancelled: _Placed = []
    hints: _Placed = []
    for number in sorted(numbers):
        signal = ruleset.signal_patterns[number]
        found, hinted = _find(scanned, signal)
        taken_back = _take_back(scanned, signal, found)
        hits += _first(scanned, signal, found)
        if taken_back:
            cancelled += _first(scanned, signal, taken_back)
        if hinted:
            hints += _first(scanned, signal, hinted)
    facts = _facts(ruleset, message, scanned)
    return Evidence((*_in_order(hits), *facts), _in_order(cancelled), _in_order(hints))


def _find(scanned: Scan, signal: SignalPatterns) -> tuple[_Found, _Found]:
    """Return what gives the signal, and the weak hints that stand alone."""
    visible = scanned.visible(signal.where)
    found: _Found = {}
    for sentence, span in scanned.spans(signal.phrases, visible):
        _keep(found, sentence, (span,))
    for parts in signal.together:
        of_parts = [scanned.matches.get(part, {}) for part in parts]
        for sentence in visible.intersection(*of_parts):
            _keep(found, sentence, sorted(spans[sentence] for spans in of_parts))
    for regex in signal.regex:
        for sentence, span in scanned.regex_spans(regex, visible):
            _keep(found, sentence, (span,))
    hints = [[*scanned.spans((pattern,), visible)] for pattern in signal.weak]
    are_enough = _two_differ(hints)
    hinted: _Found = {}
    for hint in hints:
        for sentence, span in hint:
            _keep(found if are_enough else hinted, sentence, (span,))
    return found, {} if found else hinted


def _keep(found: _Found, sentence: int, spans: Sequence[Span]) -> None:
    """Keep the earliest words of a sentence, of these the most."""
    kept = found.get(sentence)
    if kept is None or _rank(spans) < _rank(kept):
        found[sentence] = spans


def _rank(spans: Sequence[Span]) -> Span:
    return spans[0][0], -spans[-1][1]


def _two_differ(hints: Sequence[Sequence[tuple[int, Span]]]) -> bool:
    """Whether two hints matched, and not in the same words."""
    return any(
        place != other_place or end <= other_start or other_end <= start
        for one, two in combinations(filter(None, hints), 2)
        for place, (start, end) in one
        for other_place, (other_start, other_end) in two
    )


def _take_back(scanned: Scan, signal: SignalPatterns, found: _Found) -> _Found:
    """Move the sentences that say `unless` out of `found`."""
    if signal.unless is None:
        return {}
    return {
        sentence: found.pop(sentence)
        for sentence in list(found)
        if scanned.has(signal.unless, sentence)
    }


def _first(scanned: Scan, signal: SignalPatterns, found: _Found) -> _Placed:
    placed = []
    for number in sorted(found)[:MOST_HITS]:
        spans = found[number]
        sentence = scanned.sentences[number]
        written = sentence.field.written
        words = " … ".join(shown(written[start:end]) for start, end in spans)
        hit = Hit(signal.id, sentence.field.where, words, scanned.as_written(number))
        placed.append((number, spans[0][0], hit))
    return placed


def _in_order(placed: _Placed) -> tuple[Hit, ...]:
    return tuple(hit for *_, hit in sorted(placed, key=lambda entry: entry[:2]))


def _facts(ruleset: Ruleset, message: Message, scanned: Scan) -> Iterator[Hit]:
    """Yield the signals that no words give."""
    for number in ruleset.asked_always:
        signal = ruleset.signal_patterns[number]
        if signal.directory and message.sender:
            address = message.sender.address
            if ruleset.is_known_centre(address):
                yield Hit(signal.id, "sender", address)
        if signal.at_least_words is not None:
            visible = sorted(scanned.visible(signal.where))
            if scanned.has_words(visible, signal.at_least_words):
                first = scanned.sentences[visible[0]]
                opening = scanned.as_written(first.number).split()[:_OPENING_WORDS]
                yield Hit(signal.id, first.field.where, " ".join(opening))
    listed = (part for part in message.attachments if not part.is_inline)
    for attachment in islice(listed, MOST_HITS):
        yield Hit("attachment", "attachment", shown(attachment.name))
