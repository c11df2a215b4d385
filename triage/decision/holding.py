"""Whether a letter tells somebody that their answer takes longer, and by when it comes.

Such a letter goes out once for each date that cannot be kept. It is no answer to a
mail, so it can wait for the next sweep while too many replies go out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from triage.decision.budgets import (
    all_had_enough,
    domain_had_enough,
    person_had_enough,
)
from triage.decision.model import Clocked, Reason, Spent
from triage.ruleset.modes import mode_of
from triage.ruleset.schema import RuleFiles
from triage.workdays import Due, due, reminded_at

HOLDING_TEMPLATE = "holding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A case whose answer will not be in time, and what bears on telling the person."""

    route: str | None
    respond_by: datetime
    domain: str
    """The recipient's."""
    spent: Spent
    breaker_is_open: bool = False
    is_flagged: bool = False
    has_matters: bool = False
    """A person must look at something in the case; it may have been answered."""
    is_steady: bool = True
    """The program was there all the time, and its clock went steadily."""
    is_answer_looked_for: bool = True
    """What people sent was looked through just now: nobody answered unnoticed."""
    told_before: int = 0
    """Letters of this kind that the person got in this stage."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A letter is to be written."""

    respond: Due
    """The new date."""
    held: tuple[Reason, ...]
    """Why it waits for a person; empty: it goes out."""


def holding(case: Unanswered, rules: Clocked, now: datetime) -> Holding | None:
    """Decide about a holding letter; None: none now."""
    tables, clock = rules.tables, rules.tables.clock
    route = next((each for each in tables.route if each.id == case.route), None)
    if clock.holding == "off" or route is None or mode_of(route, tables) == "watch":
        return None
    if reminded_at(case.respond_by, clock.holding_before_days, rules.calendar) > now:
        return None
    if case.breaker_is_open or all_had_enough(case.spent, tables.senders):
        return None
    asked = _Asked(case, tables, mode_of(route, tables) == "hold")
    held = tuple(Reason(code, words) for code, words, holds in HELD if holds(asked))
    since = max(case.respond_by, now)
    return Holding(due(since, clock.holding_days, rules.calendar), held)


@dataclass(frozen=True, slots=True)
class _Asked:
    case: Unanswered
    tables: RuleFiles
    is_held_by_mode: bool


HELD: tuple[tuple[str, str, Callable[[_Asked], bool]], ...] = (
    (
        "proposed",
        "holding letters wait for approval",
        lambda asked: asked.tables.clock.holding == "propose",
    ),
    (
        "by-route",
        "replies of this route wait for approval",
        lambda asked: asked.is_held_by_mode,
    ),
    ("flagged", "the writer is flagged", lambda asked: asked.case.is_flagged),
    (
        "matters",
        "a person must look at something in this case first",
        lambda asked: asked.case.has_matters,
    ),
    (
        "away",
        "the program was away for days, or its clock jumped: look at the case first",
        lambda asked: not asked.case.is_steady,
    ),
    (
        "unseen",
        "sent mail was not looked through lately: somebody may have answered",
        lambda asked: not asked.case.is_answer_looked_for,
    ),
    (
        "at-most",
        "as many holding letters as may go out by themselves did",
        lambda asked: asked.case.told_before >= asked.tables.clock.holding_at_most,
    ),
    (
        "sender-budget",
        "this person got enough replies today",
        lambda asked: person_had_enough(asked.case.spent, asked.tables.senders),
    ),
    (
        "domain-budget",
        "this domain got enough replies this hour",
        lambda asked: domain_had_enough(
            asked.case.spent, asked.case.domain, asked.tables.senders
        ),
    ),
)
"""When a holding letter waits for a person."""
