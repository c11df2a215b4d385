"""The conditions of the decision table as clauses, and what is true of all facts."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from triage.ruleset.lints.logic import Clause
from triage.ruleset.schema import Conditions, Flag, Role, Rule, Topic

UNKNOWN_ROLE = "unknown"

Fact = tuple[str, str]


class Facts:
    """Numbers facts, and says in clauses when conditions hold."""

    def __init__(self) -> None:
        self._numbers: dict[Fact, int] = {}
        self._helpers = 0

    def of(self, kind: str, name: str = "") -> int:
        """Return the number of a fact."""
        return self._numbers.setdefault((kind, name), len(self._numbers) + 1)

    def holding(self, conditions: Conditions) -> Iterator[Clause]:
        """Yield the clauses that hold when all conditions do."""
        yield from self._one_of("role", conditions.role)
        yield from self._one_of("topic", conditions.topic)
        yield from self._one_of("signal", conditions.any)
        yield from self._each("touched", conditions.touches)
        yield from self._each("signal", conditions.all)
        yield from self._each("flag", conditions.flags)
        for kind, names in (
            ("touched", conditions.touches_none),
            ("signal", conditions.none),
        ):
            yield from (Clause({-self.of(kind, name)}) for name in names)
        for kind, wanted in (
            ("known case", conditions.known_case),
            ("series running", conditions.series_running),
        ):
            if wanted is not None:
                number = self.of(kind)
                yield Clause({number if wanted else -number})

    def line_holds(self, rule: Rule) -> Iterator[Clause]:
        """Yield the clauses that hold when a line does, its exceptions included."""
        yield from self.holding(rule)
        for exception in rule.unless:
            yield from self._not_all(self.holding(exception))

    def line_fails(self, rule: Rule) -> Iterator[Clause]:
        """Yield the clauses that hold when a line does not."""
        reasons: set[int] = set()
        for exception in rule.unless:
            applies = self._helper()
            reasons.add(applies)
            yield from (clause | {-applies} for clause in self.holding(exception))
        yield from self._not_all(self.holding(rule), reasons)

    def _one_of(self, kind: str, names: Iterable[str]) -> Iterator[Clause]:
        if clause := Clause(self.of(kind, name) for name in names):
            yield clause

    def _each(self, kind: str, names: Iterable[str]) -> Iterator[Clause]:
        return (Clause({self.of(kind, name)}) for name in names)

    def _not_all(
        self, clauses: Iterable[Clause], or_else: Iterable[int] = ()
    ) -> Iterator[Clause]:
        """One of the clauses fails, or one of the other literals is true."""
        some: set[int] = set(or_else)
        for clause in clauses:
            if len(clause) == 1:
                some.add(-next(iter(clause)))
            else:
                fails = self._helper()
                some.add(fails)
                yield from (Clause({-fails, -literal}) for literal in clause)
        yield Clause(some)

    def _helper(self) -> int:
        self._helpers += 1
        return self.of("helper", str(self._helpers))


def always_true(
    facts: Facts,
    roles: Iterable[Role],
    topics: Iterable[Topic],
    flags: Iterable[Flag],
) -> Iterator[Clause]:
    """Yield what holds of every message: one role, one main topic, what points need."""
    topics = list(topics)
    yield from _of_kinds(facts, "role", list(roles), UNKNOWN_ROLE)
    yield from _of_kinds(facts, "topic", topics)
    for topic in topics:
        touched = facts.of("touched", topic.id)
        yield Clause({-facts.of("topic", topic.id), touched})
        yield Clause({-touched, *(facts.of("topic", each.id) for each in topics)})
        yield from _needs_points(facts, touched, topic)
    for flag in flags:
        raised = facts.of("flag", flag.id)
        if flag.history is None:
            yield Clause({-raised, *(facts.of("signal", name) for name in flag.any)})
        yield from (Clause({-raised, -facts.of("signal", n)}) for n in flag.none)


def _of_kinds(
    facts: Facts, kind: str, entries: list[Role] | list[Topic], *others: str
) -> Iterator[Clause]:
    """One at most; with others to fall back on, exactly one."""
    names = dict.fromkeys((*(entry.id for entry in entries), *others))
    numbers = [facts.of(kind, name) for name in names]
    yield from (Clause({-one, -two}) for one, two in combinations(numbers, 2))
    if others:
        yield Clause(numbers)
    for entry in entries:
        yield from _needs_points(facts, facts.of(kind, entry.id), entry)


def _needs_points(facts: Facts, number: int, entry: Role | Topic) -> Iterator[Clause]:
    """Points come from signals: without any of them no threshold is reached."""
    if entry.at_least > 0:
        giving = (name for name, points in entry.points.items() if points > 0)
        yield Clause({-number, *(facts.of("signal", name) for name in giving)})
