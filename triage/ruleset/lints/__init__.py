"""What is wrong with rule files that can be read: mistakes of meaning, not of form.

table    lines of the decision table that can never hold
routes   routes, their guard and their folders
words    phrases, and the examples of signals
uses     what nothing uses
dates    what has passed
settings what went missing
written  what a lint looks at
facts    conditions as clauses
logic    whether clauses can hold together
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from triage.errors import ConfigError, Problem, Severity
from triage.ruleset.checks import check_ids, read_entries
from triage.ruleset.lints.dates import closing_days_over, series_over
from triage.ruleset.lints.routes import (
    folders_apart_by_case,
    folders_that_look_mistyped,
    guard_falls_back_on_redirection,
    impossible_folders,
    open_guard,
    silent_redirections,
    unguarded_redirections,
    unreached_routes,
)
from triage.ruleset.lints.settings import no_centres, no_modes
from triage.ruleset.lints.table import (
    idle_exceptions,
    impossible_rules,
    stopped_redirections,
    unreachable_rules,
)
from triage.ruleset.lints.uses import (
    unreachable_points,
    unused_lists,
    unused_missing,
    unused_roles,
    unused_signals,
    unused_topics,
)
from triage.ruleset.lints.words import (
    examples_given_twice,
    opposite_phrases,
    phrases_cancelled_by_themselves,
    phrases_given_twice,
    signals_without_examples,
)
from triage.ruleset.lints.written import Written
from triage.ruleset.merging import merged_rules

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True, slots=True)
class Lint:
    """One question about rule files, the name of its findings, and how bad they are."""

    code: str
    severity: Severity
    finds: Callable[[Written], Iterator[Problem]]
    needs_all: bool = True
    """Whether it misleads where other entries cannot be read."""


LINTS = (
    Lint("impossible-rule", ERROR, impossible_rules),
    Lint("unreachable-rule", ERROR, unreachable_rules),
    Lint("idle-exception", WARNING, idle_exceptions),
    Lint("stopped-redirection", ERROR, stopped_redirections),
    Lint("unreachable-points", ERROR, unreachable_points),
    Lint("unreached-route", WARNING, unreached_routes),
    Lint("open-guard", ERROR, open_guard),
    Lint("guard-redirects", ERROR, guard_falls_back_on_redirection),
    Lint("silent-redirection", ERROR, silent_redirections, needs_all=False),
    Lint("unguarded-redirection", ERROR, unguarded_redirections),
    Lint("impossible-folder", ERROR, impossible_folders, needs_all=False),
    Lint("folder-case", ERROR, folders_apart_by_case, needs_all=False),
    Lint("folder-alike", WARNING, folders_that_look_mistyped),
    Lint("unused-signal", WARNING, unused_signals),
    Lint("unused-topic", WARNING, unused_topics),
    Lint("unused-role", WARNING, unused_roles),
    Lint("unused-list", WARNING, unused_lists),
    Lint("unused-missing", WARNING, unused_missing),
    Lint("opposite-phrase", WARNING, opposite_phrases),
    Lint("cancelled-phrase", ERROR, phrases_cancelled_by_themselves, needs_all=False),
    Lint("phrase-twice", WARNING, phrases_given_twice, needs_all=False),
    Lint("example-twice", WARNING, examples_given_twice, needs_all=False),
    Lint("no-examples", WARNING, signals_without_examples, needs_all=False),
    Lint("no-modes", ERROR, no_modes, needs_all=False),
    Lint("no-centres", WARNING, no_centres, needs_all=False),
    Lint("series-over", WARNING, series_over),
    Lint("closing-days-over", WARNING, closing_days_over),
)


def lint(files: Mapping[str, str], today: date) -> tuple[Problem, ...]:
    """Find what is wrong with the meaning of rule files, each at its place.

    What `compile_ruleset` refuses is not told again; where that keeps an entry from
    being read, only lints that look at single entries are asked.
    """
    try:
        merged = merged_rules(files)
    except ConfigError:
        return ()
    entries = read_entries(merged)
    is_whole = entries.tables is not None and not any(check_ids(merged, entries))
    written = Written(merged, entries, today, files)
    return tuple(
        replace(problem, code=each.code, severity=each.severity)
        for each in LINTS
        if is_whole or not each.needs_all
        for problem in each.finds(written)
    )
