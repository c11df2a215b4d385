"""Whether a line of the decision table holds, and in words what it lacks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from triage.ruleset.schema import Conditions, Rule


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


def lacks(rule: Rule, facts: Facts) -> Iterator[str]:
    """Everything that keeps a line from holding, in words, in the schema's order."""
    yield from unmet(rule, facts)
    for exception in rule.unless:
        if next(unmet(exception, facts), None) is None:
            yield f"an exception holds: {said(exception)}"


def unmet(conditions: Conditions, facts: Facts) -> Iterator[str]:
    """Every condition that does not hold, in words."""
    yield from _unmet_state(conditions, facts)
    if conditions.role and facts.role not in conditions.role:
        yield f"needs role {_or(conditions.role)}; role is {facts.role}"
    yield from _unmet_topics(conditions, facts)
    yield from _unmet_signals(conditions, facts)
    for flag in conditions.flags:
        if flag not in facts.flags:
            yield f"needs flag {flag}"


def _unmet_signals(conditions: Conditions, facts: Facts) -> Iterator[str]:
    for signal in conditions.all:
        if signal not in facts.signals:
            yield f"needs signal {signal}"
    if conditions.any and facts.signals.isdisjoint(conditions.any):
        yield f"needs signal {_or(conditions.any)}"
    for signal in conditions.none:
        if signal in facts.signals:
            yield f"signal {signal} forbids it"


def _unmet_state(conditions: Conditions, facts: Facts) -> Iterator[str]:
    if conditions.known_case not in (None, facts.known_case):
        yield f"needs {_case(not facts.known_case)}; it has {_case(facts.known_case)}"
    if conditions.series_running not in (None, facts.series_running):
        yield (
            f"needs {_series(not facts.series_running)};"
            f" there is {_series(facts.series_running)}"
        )


def _unmet_topics(conditions: Conditions, facts: Facts) -> Iterator[str]:
    if conditions.topic and facts.topic not in conditions.topic:
        yield (
            f"needs topic {_or(conditions.topic)};"
            f" main topic is {facts.topic or 'not known'}"
        )
    for topic in conditions.touches:
        if topic not in facts.points:
            yield f"needs to touch topic {topic}"
    for topic in conditions.touches_none:
        if topic in facts.points:
            yield f"touched topic {topic} forbids it"


def said(conditions: Conditions) -> str:
    """Conditions as a clause."""
    parts: list[str] = []
    if conditions.known_case is not None:
        parts.append(_case(conditions.known_case))
    if conditions.series_running is not None:
        parts.append(_series(conditions.series_running))
    for title, wanted in (
        ("role", _or(conditions.role)),
        ("topic", _or(conditions.topic)),
        ("touches", _and(conditions.touches)),
        ("touches no", _or(conditions.touches_none)),
        ("signal", _and(conditions.all)),
        ("signal", _or(conditions.any)),
        ("no signal", _or(conditions.none)),
        ("flag", _and(conditions.flags)),
    ):
        if wanted:
            parts.append(f"{title} {wanted}")
    return ", ".join(parts)


def _or(ids: Iterable[str]) -> str:
    return " or ".join(ids)


def _and(ids: Iterable[str]) -> str:
    return " and ".join(ids)


def _case(is_known: bool) -> str:
    return "a known case" if is_known else "no known case"


def _series(is_running: bool) -> str:
    return "a running series" if is_running else "no running series"
