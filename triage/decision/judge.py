"""Judgement: what the evidence makes of a message, by points and the policy's table.

The first line of the table that holds decides. A line that would turn somebody away has
to pass the guard as well, else a person looks at the message: turning away wrongly is
the worst error, asking a colleague the cheapest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from triage.decision.conditions import Facts, lacks
from triage.decision.guard import guarded, otherwise_of
from triage.decision.model import History, Opinion, Rules, Sighting, Step
from triage.decision.points import most, points_of
from triage.decision.second_opinion import (
    flags_raised,
    forbidden_redirections,
    hear,
    opinion_of,
    surer_role,
)
from triage.decision.sender import is_insistent, is_repeating
from triage.ruleset.schema import Flag, Missing, Role, Route, Rule, RuleFiles

UNKNOWN = "unknown"
ANOTHERS = "it names a case that is not known to be the writer's"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Where a message goes and why."""

    facts: Facts
    route: Route
    reason: str
    rule: str | None
    flags: tuple[Flag, ...]
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    near_misses: tuple[str, ...]
    opinion: Opinion | None


def judge(sighting: Sighting, history: History, ruleset: Rules) -> Judgement:
    """Find role, topics, flags, route and what is missing."""
    tables = ruleset.tables
    facts = facts_of(sighting, history, ruleset)
    opinion = facts.opinion
    flags = tuple(flag for flag in tables.flag if flag.id in facts.flags)
    rule, steps, near_misses = first_line(tables.rule, facts)
    route, reason, stopped = take(rule, facts, flags, tables)
    if opinion is not None and not (rule and (rule.known_case or rule.final)):
        forbidden = forbidden_redirections(facts.signals, flags, tables)
        heard = hear(route, opinion, forbidden, tables)
        if heard is not None:
            route, stopped = heard.route, heard.why
            opinion = replace(opinion, decided=heard.why)
            reason = f"{rule.title if rule else reason}: but {heard.why}"
    if route.escalates and history.claims is not None:
        route, stopped = otherwise_of(tables), ANOTHERS
        reason = f"{rule.title if rule else reason}: but {ANOTHERS}"
    if rule is not None and stopped is not None:
        steps = (*steps[:-1], replace(steps[-1], failed=stopped))
        near_misses = (*near_misses, rule.id)
    return Judgement(
        facts=facts,
        route=route,
        reason=reason,
        rule=rule.id if rule else None,
        flags=flags_on(route, flags, history),
        missing=missing_of(tables.missing, facts) if route.asks_missing else (),
        steps=steps,
        near_misses=near_misses,
        opinion=opinion,
    )


def facts_of(sighting: Sighting, history: History, ruleset: Rules) -> Facts:
    """Gather what the table's conditions ask about."""
    tables = ruleset.tables
    signals = sighting.evidence.signals
    points = points_of(tables.topic, signals)
    received_on = ruleset.calendar.date_of(sighting.received_at)
    series_running = ruleset.series_at(received_on) is not None
    opinion = opinion_of(sighting.evidence, ruleset, series_running=series_running)
    marks = marks_of(sighting, history, tables)
    flags = flags_of(tables.flag, signals, marks | flags_raised(opinion, tables))
    return Facts(
        role=surer_role(role_of(tables.role, signals), opinion, tables),
        topic=most(points),
        points=points,
        signals=signals,
        flags=frozenset(flag.id for flag in flags),
        known_case=history.case is not None,
        series_running=series_running,
        opinion=opinion,
    )


def role_of(roles: Iterable[Role], signals: frozenset[str]) -> str:
    """The role with the most points that reaches its threshold; the first of equals."""
    return most(points_of(roles, signals)) or UNKNOWN


def marks_of(sighting: Sighting, history: History, tables: RuleFiles) -> frozenset[str]:
    """What the history says of the writer, in the words of `Flag.history`."""
    marks = set()
    if is_repeating(history.earlier, sighting.received_at, tables.senders.windows):
        marks.add("repeat-sender")
    if is_insistent(history, sighting.received_at):
        marks.add("insistent")
    return frozenset(marks)


def flags_of(
    flags: Iterable[Flag], signals: frozenset[str], marks: frozenset[str]
) -> tuple[Flag, ...]:
    """Every flag that something raises and that no signal takes back.

    `marks` are what the history says, and flags that the second opinion raises.
    """
    return tuple(
        flag
        for flag in flags
        if (
            flag.history in marks
            or flag.id in marks
            or not signals.isdisjoint(flag.any)
        )
        and signals.isdisjoint(flag.none)
    )


def flags_on(
    route: Route, flags: tuple[Flag, ...], history: History
) -> tuple[Flag, ...]:
    """Drop what a route excuses, and what says of a stranger how often they write.

    To ask once for the last step is no insistence; and the flags of a case are about
    its own people, whoever else got hold of a letter of ours.
    """
    case = history.case
    if case is not None and not case.by_party:
        return tuple(flag for flag in flags if flag.history is None)
    is_first = case is None or not case.is_escalated
    if route.escalates and is_first:
        return tuple(flag for flag in flags if flag.history != "insistent")
    return flags


def first_line(
    rules: Iterable[Rule], facts: Facts
) -> tuple[Rule | None, tuple[Step, ...], tuple[str, ...]]:
    """The first line that holds, a step per line looked at, and the near misses.

    A near miss lacks one thing; that a message belongs to a case, or to none, makes no
    line near.
    """
    steps: list[Step] = []
    near_misses: list[str] = []
    for rule in rules:
        # Two are enough to tell a near miss; most lines lack much more.
        lacking = tuple(islice(lacks(rule, facts), 2))
        steps.append(Step(rule.id, rule.route, next(iter(lacking), None)))
        if not lacking:
            return rule, tuple(steps), tuple(near_misses)
        if len(lacking) == 1 and rule.known_case in (None, facts.known_case):
            near_misses.append(rule.id)
    return None, tuple(steps), tuple(near_misses)


def take(
    rule: Rule | None, facts: Facts, flags: tuple[Flag, ...], tables: RuleFiles
) -> tuple[Route, str, str | None]:
    """The route, the reason, and what kept a line from turning somebody away."""
    routes = {route.id: route for route in tables.route}
    otherwise = otherwise_of(tables)
    if rule is None:
        return otherwise, "no line of the table holds", None
    route = routes[rule.route]
    stopped = None
    if route.redirects:
        stopped = guarded(route, facts, flags, tables).stopped
    if stopped is None:
        return route, rule.title, None
    return otherwise, f"{rule.title}: but {stopped}", stopped


def missing_of(items: Iterable[Missing], facts: Facts) -> tuple[str, ...]:
    """What a complaint lacks of what is asked for in its matter."""
    return tuple(
        item.id
        for item in items
        if is_asked(item, facts) and not is_present(item, facts)
    )


def is_asked(item: Missing, facts: Facts) -> bool:
    """Whether an item belongs to the matter; without any condition it always does."""
    if not facts.signals.isdisjoint(item.not_asked_when_any):
        return False
    if not item.asked_when_topic and not item.asked_when_any:
        return True
    return not facts.points.keys().isdisjoint(
        item.asked_when_topic
    ) or not facts.signals.isdisjoint(item.asked_when_any)


def is_present(item: Missing, facts: Facts) -> bool:
    """Whether every group of signals was found."""
    return not any(facts.signals.isdisjoint(group) for group in item.present)
