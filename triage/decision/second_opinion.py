"""The second opinion: where mails like this one went, beside what the table says.

The table knows what the policy's words mean; the second opinion knows what whole mails
look like. Where they differ, whatever is kinder to the writer is believed sooner: a
redirection needs both, or a much surer second opinion.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triage.decision.guard import otherwise_of
from triage.decision.model import Opinion, Rules
from triage.ruleset.evidence import Evidence
from triage.ruleset.likeness import FLAG, ROLE, ROUTE
from triage.ruleset.schema import Flag, Route, RuleFiles, SecondOpinion


@dataclass(frozen=True, slots=True)
class Heard:
    """A route that the second opinion puts in place of the table's, and why."""

    route: Route
    why: str


def opinion_of(
    evidence: Evidence, ruleset: Rules, *, series_running: bool
) -> Opinion | None:
    """Return the shares of routes and roles; None where no opinion is asked for."""
    likeness = ruleset.likeness
    if likeness is None or not likeness.columns or not evidence.tally.rows:
        return None
    routes, roles, flags = (
        likeness.shares(evidence.tally, kind, series_running=series_running)
        for kind in (ROUTE, ROLE, FLAG)
    )
    return Opinion(routes, roles, flags)


def surer_role(role: str, opinion: Opinion | None, tables: RuleFiles) -> str:
    """Return the opinion's role where it is sure enough, else the one by points."""
    if opinion is None or tables.second_opinion is None:
        return role
    likeliest = first_of(opinion.roles)
    sure = opinion.roles.get(likeliest, 0.0) >= tables.second_opinion.role
    return likeliest if sure else role


def flags_raised(opinion: Opinion | None, tables: RuleFiles) -> frozenset[str]:
    """Return the flags that the opinion raises by itself."""
    if opinion is None or tables.second_opinion is None:
        return frozenset()
    asked = tables.second_opinion.flags
    return frozenset(
        flag for flag, share in asked.items() if opinion.flags.get(flag, 0.0) >= share
    )


def hear(
    route: Route, opinion: Opinion, forbidden: Iterable[str], tables: RuleFiles
) -> Heard | None:
    """Return another route than the table's where the opinion is sure enough.

    It has none about a route that it never learnt. `forbidden` are redirections that
    are not taken whatever it thinks.
    """
    asked = tables.second_opinion
    is_known = route.id in opinion.routes or route.id == tables.guard.otherwise
    if asked is None or not is_known:
        return None
    routes = {each.id: each for each in tables.route}
    likeliest = routes.get(first_of(opinion.routes), route)
    share = opinion.routes.get(likeliest.id, 0.0)
    if likeliest.redirects and likeliest.id in forbidden:
        likeliest, share = route, 0.0
    if route.redirects:
        return _about_a_redirection(route, likeliest, opinion, tables, asked)
    enough = asked.redirect if _must_be_sure(likeliest, route) else asked.overrule
    if likeliest is route or share < enough:
        return None
    return Heard(likeliest, _words(likeliest.id, share))


def _must_be_sure(likeliest: Route, route: Route) -> bool:
    """Whether a route does less for the writer, or takes the last step.

    It does less where it sends away, owes nothing or tells nobody. The last step can be
    taken only once.
    """
    if likeliest.escalates:
        return True
    owes_less = route.responds and not likeliest.responds
    tells_less = not set(route.tell) <= set(likeliest.tell)
    return likeliest.redirects or owes_less or tells_less


def _about_a_redirection(
    route: Route,
    likeliest: Route,
    opinion: Opinion,
    tables: RuleFiles,
    asked: SecondOpinion,
) -> Heard | None:
    """Let a redirection stand only where the opinion shares it."""
    shared = opinion.routes.get(route.id, 0.0)
    if shared >= asked.keep:
        return None
    share = opinion.routes.get(likeliest.id, 0.0)
    enough = asked.exchange if likeliest.redirects else asked.overrule
    if likeliest.escalates:
        enough = asked.redirect
    if likeliest is not route and share >= enough:
        return Heard(likeliest, _words(likeliest.id, share))
    why = (
        f"the second opinion: of mails like this one only {shared:.0%} were {route.id}"
    )
    return Heard(otherwise_of(tables), f"{why}, and {asked.keep:.0%} are needed")


def forbidden_redirections(
    signals: frozenset[str], flags: Iterable[Flag], tables: RuleFiles
) -> frozenset[str]:
    """Return the redirections that a flag or a contrary signal forbids."""
    redirections = [route for route in tables.route if route.redirects]
    if any(flag.never_redirect for flag in flags):
        return frozenset(route.id for route in redirections)
    return frozenset(
        route.id
        for route in redirections
        if not signals.isdisjoint((*tables.guard.contrary, *route.contrary))
    )


def first_of(shares: Mapping[str, float]) -> str:
    """Return the id with the greatest share; '' where there is none."""
    return next(iter(shares), "")


def _words(route: str, share: float) -> str:
    return f"the second opinion: of mails like this one {share:.0%} were {route}"
