"""Whether a line of the decision table holds, and in words what it lacks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.decision.model import Opinion
from triage.ruleset.schema import Conditions, Rule

Breach = tuple[str, ...]
"""What breaks a condition: one id that is lacking or forbidden, or several of which one
would be enough."""


@dataclass(frozen=True)
class Facts:
    """What the conditions of the table ask about."""

    role: str = "unknown"
    topic: str | None = None
    """The main topic, if any is touched."""
    points: Mapping[str, int] = field(default_factory=dict)
    """Points of every touched topic."""
    signals: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    known_case: bool = False
    series_running: bool = False
    opinion: Opinion | None = None
    """The second one, of which no condition asks."""


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a line, tried; without a breach it holds."""

    key: str
    """As in the rule files."""
    wanted: tuple[str, ...] | bool
    breaches: tuple[Breach, ...]

    @property
    def holds(self) -> bool:
        return not self.breaches


def checks(conditions: Conditions, facts: Facts) -> tuple[Check, ...]:
    """Every condition that is given, tried, in the order of `asked`."""
    return tuple(
        Check(key, wanted, tuple(BREACHES[key](wanted, facts)))
        for key, wanted in conditions.asked
    )


def holds(conditions: Conditions, facts: Facts) -> bool:
    """Whether every condition that is given holds."""
    return next(unmet(conditions, facts), None) is None


def lacks(rule: Rule, facts: Facts) -> Iterator[str]:
    """Everything that keeps a line from holding, in words, in the order of `asked`."""
    yield from unmet(rule, facts)
    for exception in rule.unless:
        if holds(exception, facts):
            yield f"an exception holds: {said(exception)}"


def unmet(conditions: Conditions, facts: Facts) -> Iterator[str]:
    """Every condition that does not hold, in words."""
    for key, wanted in conditions.asked:
        for breach in BREACHES[key](wanted, facts):
            yield LACKING[key](breach, facts)


def said(conditions: Conditions) -> str:
    """Conditions as a clause."""
    return ", ".join(SAID[key](wanted) for key, wanted in conditions.asked)


def _one(wanted: Breach, known: str | None) -> Iterable[Breach]:
    return () if known in wanted else (wanted,)


def _or(ids: Iterable[str]) -> str:
    return " or ".join(ids)


def _and(ids: Iterable[str]) -> str:
    return " and ".join(ids)


def _case(is_known: bool) -> str:
    return "a known case" if is_known else "no known case"


def _series(is_running: bool) -> str:
    return "a running series" if is_running else "no running series"


# One row for each key of `Conditions.asked`, in its order.

BREACHES: Mapping[str, Callable[[Any, Facts], Iterable[Breach]]] = {
    "known_case": lambda wanted, f: () if wanted is f.known_case else ((),),
    "series_running": lambda wanted, f: () if wanted is f.series_running else ((),),
    "role": lambda wanted, f: _one(wanted, f.role),
    "topic": lambda wanted, f: _one(wanted, f.topic),
    "touches": lambda wanted, f: [(id_,) for id_ in wanted if id_ not in f.points],
    "touches_none": lambda wanted, f: [(id_,) for id_ in wanted if id_ in f.points],
    "all": lambda wanted, f: [(id_,) for id_ in wanted if id_ not in f.signals],
    "any": lambda wanted, f: (wanted,) if f.signals.isdisjoint(wanted) else (),
    "none": lambda wanted, f: [(id_,) for id_ in wanted if id_ in f.signals],
    "flags": lambda wanted, f: [(id_,) for id_ in wanted if id_ not in f.flags],
}

LACKING: Mapping[str, Callable[[Breach, Facts], str]] = {
    "known_case": lambda _, f: (
        f"needs {_case(not f.known_case)}; it has {_case(f.known_case)}"
    ),
    "series_running": lambda _, f: (
        f"needs {_series(not f.series_running)}; there is {_series(f.series_running)}"
    ),
    "role": lambda ids, f: f"needs role {_or(ids)}; role is {f.role}",
    "topic": lambda ids, f: (
        f"needs topic {_or(ids)}; main topic is {f.topic or 'not known'}"
    ),
    "touches": lambda ids, _: f"needs to touch topic {_or(ids)}",
    "touches_none": lambda ids, _: f"touched topic {_or(ids)} forbids it",
    "all": lambda ids, _: f"needs signal {_or(ids)}",
    "any": lambda ids, _: f"needs signal {_or(ids)}",
    "none": lambda ids, _: f"signal {_or(ids)} forbids it",
    "flags": lambda ids, _: f"needs flag {_or(ids)}",
}

SAID: Mapping[str, Callable[[Any], str]] = {
    "known_case": _case,
    "series_running": _series,
    "role": lambda ids: f"role {_or(ids)}",
    "topic": lambda ids: f"topic {_or(ids)}",
    "touches": lambda ids: f"touches {_and(ids)}",
    "touches_none": lambda ids: f"touches no {_or(ids)}",
    "all": lambda ids: f"signal {_and(ids)}",
    "any": lambda ids: f"signal {_or(ids)}",
    "none": lambda ids: f"no signal {_or(ids)}",
    "flags": lambda ids: f"flag {_and(ids)}",
}
