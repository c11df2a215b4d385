"""The examples of rule files, run and timed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from triage.config import Config, read_folder
from triage.decision import (
    Coverage,
    Sample,
    Tried,
    coverage,
    examples_that_fail,
    samples,
    try_examples,
)
from triage.edition import Edition
from triage.errors import ConfigError, Problem
from triage.ruleset import Ruleset, compile_ruleset, merged_rules
from triage.wiring.rulebook import RULE_ENDINGS, in_folder

FAILS = "example-fails"


@dataclass(frozen=True)
class Trial:
    """Every example that was wanted, tried."""

    tried: tuple[Tried, ...]
    failures: tuple[tuple[Tried, Problem], ...]
    """What fails, each with its place."""
    coverage: Coverage
    compile_seconds: float
    run_seconds: float


def run_examples(
    config: Config, wanted: Callable[[Sample], bool] | None = None
) -> Trial:
    """Run the examples of a configuration's rule files; templates are not looked at.

    Raises ConfigError where the rule files cannot be compiled.
    """
    folder = config.rules.folder
    files = read_folder(folder, RULE_ENDINGS)
    began = perf_counter()
    ruleset = _compiled(files, folder)
    compiled = perf_counter()
    tried = tuple(try_examples(ruleset, wanted))
    ran = perf_counter()
    failing = [each for each in tried if not each.passed]
    return Trial(
        tried=tried,
        failures=tuple(zip(failing, _problems(files, failing, folder), strict=True)),
        coverage=coverage(tried, ruleset),
        compile_seconds=compiled - began,
        run_seconds=ran - compiled,
    )


def examples_in(
    config: Config, wanted: Callable[[Sample], bool] | None = None
) -> tuple[tuple[Sample, Problem], ...]:
    """Return the examples that are wanted, each with its place; none is tried.

    Raises ConfigError where the rule files cannot be compiled.
    """
    folder = config.rules.folder
    files = read_folder(folder, RULE_ENDINGS)
    ruleset = _compiled(files, folder)
    merged = merged_rules(files)
    return tuple(
        (sample, in_folder(merged.problem(sample.path, sample.title), folder))
        for sample in samples(ruleset)
        if wanted is None or wanted(sample)
    )


def _compiled(files: Mapping[str, str], folder: Path) -> Ruleset:
    try:
        return compile_ruleset(files)
    except ConfigError as error:
        raise ConfigError(*(in_folder(p, folder) for p in error.problems)) from None


def failures_of(
    config: Config, edition: Edition, ruleset: Ruleset
) -> tuple[Problem, ...]:
    """Return every example of an edition that fails, with its place and why."""
    failing = list(examples_that_fail(ruleset))
    return tuple(_problems(edition.rules, failing, config.rules.folder))


def _problems(
    files: Mapping[str, str], failing: list[Tried], folder: Path
) -> list[Problem]:
    if not failing:
        return []
    merged = merged_rules(files)
    problems = (
        merged.problem(each.sample.path, str(each), "; ".join(each.why) or None)
        for each in failing
    )
    return [in_folder(replace(each, code=FAILS), folder) for each in problems]
