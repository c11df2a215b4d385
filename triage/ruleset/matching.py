"""Finding the evidence for signals in a message: words only, no judgement."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from triage.message.model import Message
from triage.ruleset.evidence import Evidence, Hit
from triage.ruleset.likeness import features_of
from triage.ruleset.patterns import Span
from triage.ruleset.reading import FieldText, shown
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.scanning import LookUp, Scan, Trial, scan
from triage.ruleset.signals import Way

MOST_HITS = 3
"""Hits kept for each signal; as many cancelled ones and hints."""

_OPENING_WORDS = 8

_Placed = list[tuple[int, int, Hit]]
"""Hits with the sentence and the character where they begin."""


def find_evidence(
    ruleset: Ruleset, message: Message, look_up: LookUp | None = None
) -> Evidence:
    """Find every signal of the ruleset in the message.

    `look_up` is that of the ruleset's vocabulary unless another is given.
    """
    scanned = scan(ruleset, message, look_up or ruleset.matching.vocabulary.terms)
    found = _evidence(ruleset, message, scanned)
    if ruleset.likeness is None:
        return found
    return replace(found, tally=ruleset.likeness.tally(_features(scanned, found)))


def features_in(ruleset: Ruleset, message: Message) -> frozenset[str]:
    """Return what the second opinion learns and judges by: words and signals."""
    scanned = scan(ruleset, message, ruleset.matching.vocabulary.terms)
    return _features(scanned, _evidence(ruleset, message, scanned))


def _features(scanned: Scan, evidence: Evidence) -> frozenset[str]:
    fields = ((read_as, read.words) for read, read_as in scanned.fields)
    return features_of(fields, evidence.signals)


def _evidence(ruleset: Ruleset, message: Message, scanned: Scan) -> Evidence:
    hits: _Placed = []
    cancelled: _Placed = []
    hints: _Placed = []
    for signal, finding in sorted(_find(scanned).items()):
        if finding.two_hints_differ():
            finding.count_hints()
        stands, taken_back = _take_back(scanned, signal, finding)
        hits += _shown(scanned, signal, finding, stands)
        cancelled += _shown(scanned, signal, finding, taken_back)
        if not stands and not taken_back:
            finding.count_hints()
            hints += _shown(scanned, signal, finding, sorted(finding.by_words))
    facts = _facts(ruleset, message, scanned)
    return Evidence((*_in_order(hits), *facts), _in_order(cancelled), _in_order(hints))


@dataclass(slots=True)
class _Finding:
    """What was found for one signal, by number of the sentence."""

    by_words: dict[int, Sequence[Span]] = field(default_factory=dict)
    """Places in the sentence's words."""
    by_regex: dict[int, Span] = field(default_factory=dict)
    """Characters of the field."""
    hints: list[tuple[int, int, Span]] = field(default_factory=list)
    """Weak hints: which one, sentence, place in its words."""

    def two_hints_differ(self) -> bool:
        """Whether two hints matched, and not in the same words."""
        return len({hint for hint, _, _ in self.hints}) > 1 and any(
            one != two and (here != there or end <= other or other_end <= start)
            for (one, here, (start, end)), (two, there, (other, other_end)) in (
                combinations(self.hints, 2)
            )
        )

    def count_hints(self) -> None:
        for _, sentence, span in self.hints:
            self.by_words.setdefault(sentence, (span,))


def _find(scanned: Scan) -> dict[int, _Finding]:
    """Find what gives signals, sentence by sentence; findings go by the signal.

    The first way that gives a signal in a sentence is enough.
    """
    findings: dict[int, _Finding] = defaultdict(_Finding)
    for number, trial in enumerate(scanned.trials):
        ways = trial.asked.ways
        for part in sorted(ways.keys() & trial.may_match.keys()):
            for way in ways[part]:
                _try(way, number, trial, findings)
    for signal, number, span in scanned.regex_matches():
        findings[signal].by_regex.setdefault(number, span)
    return findings


def _try(way: Way, number: int, trial: Trial, findings: dict[int, _Finding]) -> None:
    known = findings.get(way.signal)
    if way.hint is None and known and number in known.by_words:
        return
    if spans := trial.match_all(way.parts):
        finding = findings[way.signal]
        if way.hint is None:
            finding.by_words[number] = spans
        else:
            finding.hints.append((way.hint, number, spans[0]))


def _take_back(
    scanned: Scan, signal: int, finding: _Finding
) -> tuple[list[int], list[int]]:
    """Return the sentences that stand, and those that say `unless`."""
    unless = scanned.signals.unless.get(signal)
    stands: list[int] = []
    taken_back: list[int] = []
    for sentence in sorted({*finding.by_words, *finding.by_regex}):
        is_cancelled = unless is not None and scanned.trials[sentence].match(unless)
        (taken_back if is_cancelled else stands).append(sentence)
    return stands, taken_back


def _shown(
    scanned: Scan, signal: int, finding: _Finding, sentences: Sequence[int]
) -> Iterator[tuple[int, int, Hit]]:
    for number in sentences[:MOST_HITS]:
        sentence = scanned.trials[number].sentence
        spans = finding.by_words.get(number)
        places = (
            [sentence.original(*span) for span in spans]
            if spans
            else [finding.by_regex[number]]
        )
        written = sentence.source.written
        words = " … ".join(shown(written[start:end]) for start, end in places)
        name = scanned.signals.all[signal].id
        hit = Hit(name, sentence.source.where, words, sentence.as_written())
        yield number, places[0][0], hit


def _in_order(placed: _Placed) -> tuple[Hit, ...]:
    return tuple(hit for *_, hit in sorted(placed, key=lambda entry: entry[:2]))


def _facts(ruleset: Ruleset, message: Message, scanned: Scan) -> Iterator[Hit]:
    """Yield the signals that no words give."""
    for number, signal in enumerate(ruleset.matching.all):
        if signal.directory and message.sender:
            address = message.sender.address
            if ruleset.is_known_centre(address):
                yield Hit(signal.id, "sender", address)
        if signal.at_least_words is not None:
            visible = scanned.visible(number)
            if sum(map(_word_count, visible)) >= signal.at_least_words:
                opening = shown(visible[0].written).split()[:_OPENING_WORDS]
                yield Hit(signal.id, visible[0].where, " ".join(opening))
    listed = (part for part in message.attachments if not part.is_inline)
    for attachment in islice(listed, MOST_HITS):
        yield Hit("attachment", "attachment", shown(attachment.name))


def _word_count(read: FieldText) -> int:
    return sum(sentence.words.count(b" ") - 1 for sentence in read.sentences)
