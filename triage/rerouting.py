"""What follows when a person says that a case belongs to another route.

Its clocks follow the new route; the letter of the old one is dropped, if it was not
sent yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.decision import clocks
from triage.ruleset import Ruleset
from triage.store import CaseFile, Rerouted, Rerouting, Store


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's: a case belongs to this route."""

    route: str
    why: str
    by: str
    at: datetime


def reroute(
    case: CaseFile, judged: Judgement, ruleset: Ruleset, store: Store
) -> Rerouted:
    """Move a case to another route, with all that follows."""
    return store.cases.reroute(_rerouting(case, judged, ruleset))


def _rerouting(case: CaseFile, judged: Judgement, ruleset: Ruleset) -> Rerouting:
    new, line = ruleset.routes[judged.route], case.line
    _, respond = clocks(new, line.clock_from, ruleset)
    right = {new.template, *_neutral_templates(ruleset)}
    return Rerouting(
        reference=line.reference,
        route=judged.route,
        why=judged.why,
        by=judged.by,
        now=judged.at,
        priority=new.priority,
        respond_by=(line.extended_until or respond.at) if respond else None,
        asks_missing=new.asks_missing,
        wrong_templates=frozenset(_planned_templates(case) - right),
    )


def _planned_templates(case: CaseFile) -> set[str]:
    """Return the letters that were decided on for what the case is, or was before.

    By what was recorded: rules may have been renamed or taken away since.
    """
    routes = {case.line.route, *(each.before for each in case.overrulings)}
    decisions = (entry.decision for entry in case.messages)
    return {
        decision.reply.template
        for decision in decisions
        if decision and decision.reply and decision.route in routes
    }


def _neutral_templates(ruleset: Ruleset) -> Iterator[str | None]:
    """Yield the letters that are right whatever the route is."""
    yield ruleset.tables.guard.meanwhile
    yield from (flag.template for flag in ruleset.tables.flag)
