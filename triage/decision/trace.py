"""How a decision came about, for people: nothing is decided here.

The facts are looked at once more by what decided, and whatever was found is kept: the
lines of the table with their conditions, roles and topics with their points, what a
complaint must contain, flags, and the guard.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import itemgetter

from triage.decision.conditions import Check, Facts, checks
from triage.decision.guard import Guarded, guarded
from triage.decision.judge import is_asked, is_present
from triage.decision.points import votes
from triage.ruleset.schema import (
    Conditions,
    Flag,
    Missing,
    Role,
    Rule,
    RuleFiles,
    Topic,
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A condition, and the signals that were seen and bear on it.

    Of those that speak for a role or a topic, the weightiest.
    """

    check: Check
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A line of the table that was looked at."""

    rule: Rule
    conditions: tuple[Tried, ...]
    exceptions: tuple[tuple[Tried, ...], ...]
    """Each `unless`: where all of it holds, the line does not."""

    @cached_property
    def in_force(self) -> tuple[tuple[Tried, ...], ...]:
        """The exceptions that hold."""
        return tuple(
            exception
            for exception in self.exceptions
            if all(tried.check.holds for tried in exception)
        )

    @cached_property
    def lacking(self) -> int:
        """How many things keep it from holding."""
        breaches = sum(len(tried.check.breaches) for tried in self.conditions)
        return breaches + len(self.in_force)

    @property
    def holds(self) -> bool:
        return not self.lacking


@dataclass(frozen=True, slots=True)
class Score:
    """A role or topic with the points that each signal gave or took."""

    kind: Role | Topic
    votes: dict[str, int]

    @property
    def points(self) -> int:
        return sum(self.votes.values())

    @property
    def is_enough(self) -> bool:
        return self.points >= self.kind.at_least


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a complaint must contain."""

    missing: Missing
    is_asked: bool
    is_present: bool
    asked_by: tuple[str, ...]
    """Signals and topics for which it is asked, or is not; empty: nothing special."""
    found: tuple[tuple[str, ...], ...]
    """Of each group of which one must be seen: the signals that were."""


@dataclass(frozen=True, slots=True)
class FlagSeen:
    """A flag with the signals that raise it and those that take it back."""

    flag: Flag
    is_raised: bool
    raised_by: tuple[str, ...]
    taken_back_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that was looked at, in the order of the rule files."""

    facts: Facts
    lines: tuple[Line, ...]
    """Up to the one that holds."""
    guard: Guarded | None
    """Where the line that holds would turn somebody away."""
    roles: tuple[Score, ...]
    """Those that any signal speaks for or against; most points first, topics too."""
    topics: tuple[Score, ...]
    items: tuple[Item, ...]
    flags: tuple[FlagSeen, ...]
    """Those that a signal or the history speaks for."""

    @property
    def decided(self) -> Line | None:
        """The line that holds."""
        return next((line for line in self.lines if line.holds), None)

    @property
    def nearest(self) -> Line | None:
        """Of the lines that lack one thing, the one that lacks least of it.

        It leads to another route. That a message belongs to a case, or to none, makes
        no line near; nor does a topic of which nothing was seen. Nothing is nearer than
        a redirection that the guard stopped.
        """
        if self.guard is not None and self.guard.stopped is not None:
            return self.decided
        decided = self.decided.rule.route if self.decided else None
        near = [
            (lacking, line)
            for line in self.lines
            if line.lacking == 1
            and line.rule.route != decided
            and line.rule.known_case in (None, self.facts.known_case)
            and (lacking := self._shortfall(line)) is not None
        ]
        return min(near, key=itemgetter(0))[1] if near else None

    def _shortfall(self, line: Line) -> int | None:
        """Points that a topic lacks; None where nothing at all was seen of it.

        Something that was seen and forbids a line lacks nothing; what has no points
        counts for many, and for more where no other words would have helped.
        """
        broken = [tried.check for tried in line.conditions if not tried.check.holds]
        match broken[0].key if broken else "unless":
            case "unless" | "none" | "touches_none":
                return 0
            case "touches":
                return self._points_lacking(broken[0].breaches[0], 0)
            case "topic":
                main = self.facts.points[self.facts.topic] if self.facts.topic else 0
                return self._points_lacking(broken[0].breaches[0], main)
            case "all" | "any" | "flags":
                others = (each for each in line.conditions if each.check.holds)
                return _SIGN if any(each.signals for each in others) else None
            case _:
                return _STATE

    def _points_lacking(self, topics: tuple[str, ...], to_beat: int) -> int | None:
        return min(
            (
                max(to_beat, score.kind.at_least) - score.points
                for score in self.topics
                if score.kind.id in topics and score.points > 0
            ),
            default=None,
        )


_SIGN = 20
_STATE = 30
MOST_SPEAKING = 3
"""Signals that are named for one role or topic."""


def trace(facts: Facts, tables: RuleFiles) -> Trace:
    """Look at the facts once more, and keep what is found."""
    roles, topics = _scores(tables.role, facts), _scores(tables.topic, facts)
    speaking = _Speaking(facts, tables, _weightiest(roles), _weightiest(topics))
    lines = tuple(speaking.lines())
    guard = None
    redirecting = {route.id: route for route in tables.route if route.redirects}
    if lines and lines[-1].holds and lines[-1].rule.route in redirecting:
        flags = [flag for flag in tables.flag if flag.id in facts.flags]
        guard = guarded(redirecting[lines[-1].rule.route], facts, flags, tables)
    return Trace(
        facts=facts,
        lines=lines,
        guard=guard,
        roles=roles,
        topics=topics,
        items=tuple(_item(missing, facts) for missing in tables.missing),
        flags=tuple(_flags(facts, tables)),
    )


def _scores(
    kinds: tuple[Role, ...] | tuple[Topic, ...], facts: Facts
) -> tuple[Score, ...]:
    scores = (Score(kind, votes(kind, facts.signals)) for kind in kinds)
    return tuple(sorted((s for s in scores if s.votes), key=lambda s: -s.points))


def _weightiest(scores: tuple[Score, ...]) -> dict[str | None, tuple[str, ...]]:
    """The signals that give most to each role or topic."""
    return {
        score.kind.id: tuple(
            id_
            for id_, points in sorted(score.votes.items(), key=lambda vote: -vote[1])
            if points > 0
        )[:MOST_SPEAKING]
        for score in scores
    }


@dataclass(frozen=True, slots=True)
class _Speaking:
    """Tries conditions, and finds the signals that bear on each."""

    facts: Facts
    tables: RuleFiles
    for_roles: dict[str | None, tuple[str, ...]]
    for_topics: dict[str | None, tuple[str, ...]]

    def lines(self) -> Iterator[Line]:
        """Every line up to the first that holds."""
        for rule in self.tables.rule:
            exceptions = tuple(self._tried(exception) for exception in rule.unless)
            line = Line(rule, self._tried(rule), exceptions)
            yield line
            if line.holds:
                return

    def _tried(self, conditions: Conditions) -> tuple[Tried, ...]:
        return tuple(
            Tried(check, self._signals(check))
            for check in checks(conditions, self.facts)
        )

    def _signals(self, check: Check) -> tuple[str, ...]:
        if isinstance(check.wanted, bool):
            return ()
        match check.key:
            case "role":
                return self.for_roles.get(self.facts.role, ())
            case "topic":
                return self.for_topics.get(self.facts.topic, ())
            case "touches" | "touches_none":
                topics = (self.for_topics.get(id_, ()) for id_ in check.wanted)
                return tuple(dict.fromkeys(chain.from_iterable(topics)))
            case "flags":
                flags = (f.any for f in self.tables.flag if f.id in check.wanted)
                return self._seen(chain.from_iterable(flags))
            case _:
                return self._seen(check.wanted)

    def _seen(self, signals: Iterable[str]) -> tuple[str, ...]:
        return tuple(id_ for id_ in signals if id_ in self.facts.signals)


def _item(missing: Missing, facts: Facts) -> Item:
    asked = is_asked(missing, facts)
    by_signal = missing.asked_when_any if asked else missing.not_asked_when_any
    return Item(
        missing,
        asked,
        is_present(missing, facts),
        asked_by=(
            *(id_ for id_ in missing.asked_when_topic if asked and id_ in facts.points),
            *(id_ for id_ in by_signal if id_ in facts.signals),
        ),
        found=tuple(
            tuple(id_ for id_ in group if id_ in facts.signals)
            for group in missing.present
        ),
    )


def _flags(facts: Facts, tables: RuleFiles) -> Iterator[FlagSeen]:
    for flag in tables.flag:
        raised_by = tuple(id_ for id_ in flag.any if id_ in facts.signals)
        is_raised = flag.id in facts.flags
        if is_raised or raised_by:
            taken_back_by = tuple(id_ for id_ in flag.none if id_ in facts.signals)
            yield FlagSeen(flag, is_raised, raised_by, taken_back_by)
