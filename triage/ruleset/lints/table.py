"""Lines of the decision table that can never hold, or never do what they are for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from triage.errors import Problem
from triage.ruleset.checks import Path
from triage.ruleset.lints.facts import Facts, always_true
from triage.ruleset.lints.logic import Clause, can_hold
from triage.ruleset.lints.written import Written
from triage.ruleset.schema import Flag, Role, Rule, Topic


def impossible_rules(written: Written) -> Iterator[Problem]:
    """A line whose own conditions contradict each other."""
    table = _Table(written)
    for path, rule in table.lines:
        if not table.can_hold(rule):
            yield written.at(
                (*path, "id"),
                f"the line `{rule.id}` can never hold: its conditions contradict"
                " each other",
                _contradiction(rule) or "look at its exceptions under `unless` too",
            )


def unreachable_rules(written: Written) -> Iterator[Problem]:
    """A line that is never reached: those above hold whenever it does."""
    table = _Table(written)
    for number, (path, rule) in enumerate(table.lines):
        if not table.can_hold(rule) or table.is_reached(number):
            continue
        above = table.that_hides(number)
        if above is None:
            why = "the lines above it together hold whenever it does"
        else:
            place, other = table.lines[above]
            where = written.line_of((*place, "id"))
            why = f"the line `{other.id}` above it holds whenever it does ({where})"
        yield written.at(
            (*path, "id"),
            f"the line `{rule.id}` is never reached: {why}",
            "move it up, take it away, or ask for more in the line above",
        )


def idle_exceptions(written: Written) -> Iterator[Problem]:
    """An exception that can never apply where its line would hold."""
    table = _Table(written)
    for path, rule in table.lines:
        for number, exception in enumerate(rule.unless):
            both = (*table.facts.holding(rule), *table.facts.holding(exception))
            if table.can_hold(rule) and not can_hold((*table.axioms, *both)):
                yield written.at(
                    (*path, "unless", number),
                    f"this exception never applies: the line `{rule.id}` asks for"
                    " the opposite",
                )


def stopped_redirections(written: Written) -> Iterator[Problem]:
    """A line that asks for what its route's guard forbids: nobody is redirected."""
    table = _Table(written)
    guard = written.guard
    for path, rule in table.lines:
        route = written.routes.get(rule.route)
        if route is None or guard is None or not route.redirects:
            continue
        signals = (*guard.contrary, *route.contrary)
        none = [Clause({-table.facts.of("signal", name)}) for name in signals]
        line = tuple(table.facts.line_holds(rule))
        if table.can_hold(rule) and not can_hold((*table.axioms, *line, *none)):
            yield written.at(
                (*path, "id"),
                f"the line `{rule.id}` asks for what `contrary` of its route or of the"
                " guard forbids: it never redirects",
                f"every mail that it holds for goes to `{guard.otherwise}`",
            )


@dataclass
class _Table:
    """The decision table in clauses."""

    written: Written

    def __post_init__(self) -> None:
        self.facts = Facts()

    @cached_property
    def lines(self) -> list[tuple[Path, Rule]]:
        return list(self.written.of(Rule))

    @cached_property
    def axioms(self) -> tuple[Clause, ...]:
        return tuple(
            always_true(
                self.facts,
                (role for _, role in self.written.of(Role)),
                (topic for _, topic in self.written.of(Topic)),
                (flag for _, flag in self.written.of(Flag)),
            )
        )

    def can_hold(self, rule: Rule) -> bool:
        return can_hold((*self.axioms, *self.facts.line_holds(rule)))

    def is_reached(self, number: int) -> bool:
        """Whether a line can hold where none above it does."""
        return self._can_hold_without(number, range(number))

    def that_hides(self, number: int) -> int | None:
        """Find the one line above that holds whenever a line does."""
        return next(
            (n for n in range(number) if not self._can_hold_without(number, [n])), None
        )

    def _can_hold_without(self, number: int, others: range | list[int]) -> bool:
        clauses = [*self.axioms, *self.facts.line_holds(self.lines[number][1])]
        for other in others:
            clauses += self.facts.line_fails(self.lines[other][1])
        return can_hold(clauses)


def _contradiction(rule: Rule) -> str | None:
    """Name what a line asks for and forbids, where that is plain."""
    for kind, wanted, forbidden in (
        ("signal", rule.all, rule.none),
        ("topic", rule.touches, rule.touches_none),
    ):
        for name in wanted:
            if name in forbidden:
                return f"the {kind} `{name}` is asked for and forbidden"
    if rule.any and set(rule.any) <= set(rule.none):
        return "every signal of `any` stands under `none` too"
    if rule.topic and set(rule.topic) <= set(rule.touches_none):
        return "every topic of `topic` stands under `touches_none` too"
    return None
