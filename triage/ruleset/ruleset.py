"""A compiled ruleset: the tables of the rule files, and what finds their signals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain

from triage.ruleset.centres import CentreDirectory
from triage.ruleset.index import Index
from triage.ruleset.patterns import Automaton, finds
from triage.ruleset.schema import (
    Flag,
    Missing,
    Role,
    Route,
    RuleFiles,
    Series,
    Signal,
    Topic,
    Where,
)
from triage.workdays import Calendar

RESERVED_SIGNALS: Mapping[str, str] = {"attachment": "The message has an attachment"}
"""Signals that exist without being written."""


@dataclass(frozen=True, slots=True)
class SignalPatterns:
    """What gives one signal; patterns go by their number in the ruleset."""

    id: str
    where: frozenset[Where]
    phrases: tuple[int, ...] = ()
    together: tuple[tuple[int, ...], ...] = ()
    """Each entry: patterns that must all match in one sentence."""
    weak: tuple[int, ...] = ()
    unless: int | None = None
    regex: tuple[Automaton, ...] = ()
    directory: bool = False
    at_least_words: int | None = None


@dataclass(frozen=True)
class Ruleset:
    """All that the rule files say, ready to be used. Made by `compile_ruleset`."""

    tables: RuleFiles
    hash: str
    calendar: Calendar
    centres: CentreDirectory = field(repr=False)
    patterns: tuple[Automaton, ...] = field(repr=False)
    index: Index = field(repr=False)
    signal_patterns: tuple[SignalPatterns, ...] = field(repr=False)
    subject_words: Automaton = field(repr=False)

    def picks_up(self, subject: str) -> bool:
        """Whether the subject has one of `intake.subject_words`."""
        return finds(self.subject_words, subject)

    def series_at(self, day: date) -> Series | None:
        """Return the exam series that runs on `day`, in the board's time zone."""
        running = (s for s in self.tables.series if s.first <= day <= s.last)
        return next(running, None)

    def is_known_centre(self, address: str) -> bool:
        return self.centres.knows(address)

    @cached_property
    def signals(self) -> Mapping[str, Signal]:
        return {signal.id: signal for signal in self.tables.signal}

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        return {role.id: role for role in self.tables.role}

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        return {topic.id: topic for topic in self.tables.topic}

    @cached_property
    def flags(self) -> Mapping[str, Flag]:
        return {flag.id: flag for flag in self.tables.flag}

    @cached_property
    def missing(self) -> Mapping[str, Missing]:
        return {item.id: item for item in self.tables.missing}

    @cached_property
    def routes(self) -> Mapping[str, Route]:
        return {route.id: route for route in self.tables.route}

    def title_of_signal(self, signal: str) -> str:
        """Return the sentence that says what was seen."""
        written = self.signals.get(signal)
        return written.title if written else RESERVED_SIGNALS[signal]

    @cached_property
    def asked_by(self) -> tuple[tuple[int, ...], ...]:
        """By number of a pattern: the signals that it may give."""
        owners: list[list[int]] = [[] for _ in self.patterns]
        for number, signal in enumerate(self.signal_patterns):
            # All parts of `together` must match, so one of them stands for the rest.
            firsts = (parts[0] for parts in signal.together)
            for pattern in {*signal.phrases, *signal.weak, *firsts}:
                owners[pattern].append(number)
        return tuple(map(tuple, owners))

    @cached_property
    def fields_of(self) -> tuple[frozenset[Where], ...]:
        """By number of a pattern: the fields in which some signal wants it."""
        fields: list[frozenset[Where]] = [frozenset()] * len(self.patterns)
        for signal in self.signal_patterns:
            for pattern in (*signal.phrases, *signal.weak, *chain(*signal.together)):
                fields[pattern] |= signal.where
        return tuple(fields)

    @cached_property
    def asked_always(self) -> tuple[int, ...]:
        """Signals that no pattern announces."""
        return tuple(
            number
            for number, signal in enumerate(self.signal_patterns)
            if signal.regex or signal.directory or signal.at_least_words
        )

    @cached_property
    def fields(self) -> frozenset[Where]:
        """Fields that some signal looks at."""
        return frozenset().union(*(signal.where for signal in self.signal_patterns))
