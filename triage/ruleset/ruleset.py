"""A compiled ruleset: the tables of the rule files, and what finds their signals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from triage.ruleset.centres import CentreDirectory
from triage.ruleset.folding import line_of_words
from triage.ruleset.likeness import Likeness
from triage.ruleset.patterns import Matcher
from triage.ruleset.schema import (
    Flag,
    Missing,
    Role,
    Route,
    RuleFiles,
    Series,
    Signal,
    Topic,
)
from triage.ruleset.signals import Signals, signals_of
from triage.workdays import Calendar

RESERVED_SIGNALS: Mapping[str, str] = {"attachment": "The message has an attachment"}
"""Signals that exist without being written."""


@dataclass(frozen=True)
class Ruleset:
    """All that the rule files say, ready to be used. Made by `compile_ruleset`."""

    tables: RuleFiles
    hash: str
    calendar: Calendar
    centres: CentreDirectory = field(repr=False)
    matching: Signals = field(repr=False)
    """What finds the signals of a message."""
    subject_words: Matcher = field(repr=False)
    likeness: Likeness | None = field(default=None, repr=False)
    """Where mails like kept ones went."""
    only_decides: bool = field(default=False, repr=False)
    """Whether what finds signals is left out."""

    def to_find_by(self) -> "Ruleset":
        """Return it without the words as they were written: they are compiled."""
        kept = {
            "signal": tuple(map(_without_words, self.tables.signal)),
            "list": (),
            "example": (),
        }
        return replace(self, tables=self.tables.model_copy(update=kept))

    def to_decide_by(self) -> "Ruleset":
        """Return it without what finds signals, which is most of it.

        A process that reads no mail itself decides by it on what another has found.
        """
        return replace(
            self.to_find_by(),
            centres=CentreDirectory(),
            matching=signals_of((), {}),
            likeness=self.likeness and self.likeness.to_decide_by(),
            only_decides=True,
        )

    def picks_up(self, subject: str) -> bool:
        """Whether the subject has one of `intake.subject_words`."""
        return self.subject_words.find(line_of_words(subject)) is not None

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


def _without_words(signal: Signal) -> Signal:
    words = ("phrases", "together", "weak", "unless", "regex")
    return signal.model_copy(
        update=dict.fromkeys((*words, "examples", "counterexamples"), ())
    )
