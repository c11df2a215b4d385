"""The guard: what a redirection needs before anybody is turned away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from triage.decision.conditions import Facts, lacks
from triage.decision.points import most
from triage.ruleset.schema import Flag, Route, RuleFiles


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guard looked at, and in words what stopped the redirection."""

    points: int
    """Of the main topic."""
    points_needed: int
    rival: str | None
    """The next topic that people would work on."""
    rival_points: int
    margin: int
    """By how much the main topic must lead it."""
    contrary: tuple[str, ...]
    """Signals that were seen and forbid it."""
    flags: tuple[str, ...]
    """Flags that forbid it."""
    stopped: str | None

    @property
    def lead(self) -> int:
        return self.points - self.rival_points


def guarded(
    route: Route, facts: Facts, flags: Iterable[Flag], tables: RuleFiles
) -> Guarded:
    """Look at everything that can stop a redirection; the first thing decides."""
    guard = tables.guard
    topic = facts.topic
    rival = closest_rival(facts, tables)
    found = Guarded(
        points=facts.points[topic] if topic else 0,
        points_needed=guard.points,
        rival=rival,
        rival_points=facts.points[rival] if rival else 0,
        margin=guard.margin,
        contrary=tuple(
            signal
            for signal in (*guard.contrary, *route.contrary)
            if signal in facts.signals
        ),
        flags=tuple(flag.id for flag in flags if flag.never_redirect),
        stopped=None,
    )
    return replace(found, stopped=_stopped(found, topic))


def _stopped(found: Guarded, topic: str | None) -> str | None:
    if found.flags:
        return f"flag {found.flags[0]} is never answered with a redirection"
    if found.contrary:
        return f"the guard: signal {found.contrary[0]} speaks against it"
    if topic is None:
        return "the guard: no topic is clear"
    if found.points < found.points_needed:
        points = f"{found.points} of {found.points_needed} points"
        return f"the guard: topic {topic} has {points}"
    if found.rival is not None and found.lead < found.margin:
        rival = f"topic {found.rival}, which people work on"
        return f"the guard: {rival}, is only {found.lead} behind"
    return None


def closest_rival(facts: Facts, tables: RuleFiles) -> str | None:
    """The touched topic with the most points that people would work on.

    Asked about a redirection, so the main topic is none of these.
    """
    worked_on = {
        topic: points
        for topic, points in facts.points.items()
        if is_worked_on(topic, facts, tables)
    }
    return most(worked_on)


def is_worked_on(topic: str, facts: Facts, tables: RuleFiles) -> bool:
    """Whether people would work on the message, were this its main topic."""
    otherwise = replace(facts, topic=topic)
    rule = next(
        (r for r in tables.rule if next(lacks(r, otherwise), None) is None), None
    )
    turning_away = {route.id for route in tables.route if route.redirects}
    return rule is None or rule.route not in turning_away


def otherwise_of(tables: RuleFiles) -> Route:
    """Return the route that is taken where the guard does not agree."""
    return next(each for each in tables.route if each.id == tables.guard.otherwise)
