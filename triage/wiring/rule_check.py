"""What is wrong with an edition, whole and as it stands, before anybody uses it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from triage.config import NOT_UTF_8, Config, readable_in
from triage.digest import TEMPLATE
from triage.edition import Edition
from triage.errors import ConfigError, Problem, Severity
from triage.intake import Rulebook
from triage.reply import letters_in
from triage.ruleset import Ruleset, lint
from triage.wiring.rule_test import failures_of
from triage.wiring.rulebook import (
    RULE_ENDINGS,
    TEMPLATE_ENDINGS,
    in_folder,
    rulebook_without_keys,
)


@dataclass(frozen=True)
class Checked:
    """An edition, and everything that is wrong with it in the order of its files."""

    rulebook: Rulebook | None
    """None where it cannot be compiled."""
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from going live."""
        return tuple(filter(is_error, self.problems))

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What somebody should look at."""
        return tuple(p for p in self.problems if not is_error(p))


def check_folders(config: Config, today: date) -> Checked:
    """Find every problem of rule files and templates at once; examples are not run.

    Raises ConfigError for a folder that cannot be read.
    """
    rules, of_rules = readable_in(config.rules.folder, RULE_ENDINGS)
    templates, of_templates = readable_in(config.templates.folder, TEMPLATE_ENDINGS)
    unread = (*of_rules, *of_templates)
    if any(each.code != NOT_UTF_8 for each in unread):
        # Whatever names something in the lost file would be told as wrong too.
        return Checked(None, unread)
    edition = Edition(rules, templates)
    problems = list(lint_edition(config, edition, today))
    rulebook = None
    try:
        rulebook = rulebook_without_keys(config, edition)
    except ConfigError as error:
        problems += error.problems
    if unread:
        rulebook = None
        problems = [*unread, *_without_their_syntax(problems, unread)]
    return Checked(rulebook, tuple(sorted(problems, key=_place)))


def _without_their_syntax(
    problems: list[Problem], unread: tuple[Problem, ...]
) -> Iterator[Problem]:
    """Leave out that what cannot be read is no TOML."""
    files = {each.file for each in unread}
    return (p for p in problems if p.code != "syntax" or p.file not in files)


def lint_edition(config: Config, edition: Edition, today: date) -> tuple[Problem, ...]:
    """Find what is wrong with the meaning of an edition that compiles."""
    linted = (
        in_folder(problem, config.rules.folder)
        for problem in lint(edition.rules, today)
    )
    return (*linted, *_no_digest(config, edition))


def _no_digest(config: Config, edition: Edition) -> Iterator[Problem]:
    """Tell of a letter that came later: what is in force goes on without it."""
    if TEMPLATE not in letters_in(edition.templates):
        yield Problem(
            "a letter is missing that tells the team of each morning: there is no"
            f" {config.templates.folder / TEMPLATE}.txt",
            hint="`triage init` in an empty folder makes one to copy",
            code="unknown-template",
        )


def faults_in(
    config: Config, edition: Edition, ruleset: Ruleset, today: date
) -> tuple[Problem, ...]:
    """Return what keeps an edition that compiles from going live.

    Errors of meaning, and examples that fail; `ruleset` is the edition's, compiled.
    """
    return (
        *filter(is_error, lint_edition(config, edition, today)),
        *failures_of(config, edition, ruleset),
    )


def is_error(problem: Problem) -> bool:
    """Whether a problem keeps an edition from going live."""
    return problem.severity is Severity.ERROR


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file or "", problem.line or 0, problem.column or 0
