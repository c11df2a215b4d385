"""Whatever a lint calls unreachable is reached by no facts at all."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ruleset.rule_files import FRAME
from triage.decision.conditions import Facts
from triage.decision.judge import first_line, flags_of, role_of
from triage.decision.points import most, points_of
from triage.ruleset import compile_ruleset, lint
from triage.ruleset.schema import RuleFiles

SIGNALS = ("a", "b", "c", "d")
TABLES = """
[[role]]
id = "school"
title = ""
points = {a = 2, b = -1}
at_least = 2
[[topic]]
id = "fees"
title = ""
points = {b = 2, c = 1}
at_least = 2
[[topic]]
id = "exams"
title = ""
points = {c = 2, d = 1, a = -1}
[[flag]]
id = "rude"
title = ""
any = ["d"]
none = ["a"]
""" + "".join(
    f'[[signal]]\nid = "{name}"\ntitle = ""\nphrases = ["{name}"]\n' for name in SIGNALS
)


def some(names: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=3)


conditions = st.fixed_dictionaries(
    {},
    optional={
        "role": some(("school", "parent", "unknown")),
        "topic": some(("fees", "exams", "results")),
        "touches": some(("fees", "exams")),
        "touches_none": some(("fees", "exams")),
        "all": some(SIGNALS),
        "any": some(SIGNALS),
        "none": some(SIGNALS),
        "flags": some(("rude", "legal")),
        "known_case": st.booleans(),
        "series_running": st.booleans(),
    },
)
lines = st.tuples(conditions, st.lists(conditions, max_size=2))


def as_toml(number: int, asked: dict[str, object], unless: list[object]) -> str:
    keys = "".join(f"{key} = {json.dumps(value)}\n" for key, value in asked.items())
    inline = ", ".join(
        "{" + ", ".join(f"{k} = {json.dumps(v)}" for k, v in each.items()) + "}"
        for each in unless
        if isinstance(each, dict)
    )
    return (
        f'[[rule]]\nid = "line-{number}"\ntitle = ""\nroute = "review"\n'
        f"{keys}unless = [{inline}]\n"
    )


def all_facts(tables: RuleFiles) -> Iterator[Facts]:
    """What can be true of a message, for every set of signals."""
    every = (*SIGNALS, "attachment")
    subsets = chain.from_iterable(combinations(every, n) for n in range(len(every) + 1))
    for chosen, known, running in product(subsets, (True, False), (True, False)):
        signals = frozenset(chosen)
        points = points_of(tables.topic, signals)
        yield Facts(
            role=role_of(tables.role, signals),
            topic=most(points),
            points=points,
            signals=signals,
            flags=frozenset(f.id for f in flags_of(tables.flag, signals, frozenset())),
            known_case=known,
            series_running=running,
        )


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, min_size=1, max_size=5))
def test_no_line_that_some_facts_reach_is_called_unreachable(
    table: list[tuple[dict[str, object], list[object]]],
) -> None:
    rules = "".join(as_toml(n, *line) for n, line in enumerate(table))
    files = {"rules.toml": FRAME.partition("[[rule]]")[0] + FRAME_REST + TABLES + rules}
    tables = compile_ruleset(files).tables

    told = {
        (problem.source or "").removeprefix('id = "').removesuffix('"')
        for problem in lint(files, date(2026, 3, 2))
        if problem.code in {"unreachable-rule", "impossible-rule"}
    }

    firsts = (first_line(tables.rule, facts)[0] for facts in all_facts(tables))
    assert told.isdisjoint({line.id for line in firsts if line is not None})


FRAME_REST = '[[signal]]\nid = "framed"\ntitle = ""\nphrases = ["framed"]\n'
