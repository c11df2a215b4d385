"""`triage rules check` tells everything that is wrong with rule files and templates."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from triage.cli.options import json_option
from triage.cli.rules.choosing import (
    chosen,
    installation_option,
    rules_option,
    templates_option,
)
from triage.config import Config
from triage.errors import Problem
from triage.wiring import Checked, check_folders, now

FOUND = 1


@click.command(short_help="Every mistake in rule files and templates, with its place.")
@installation_option
@rules_option
@templates_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@json_option
def check(
    config: Path | None,
    rules: Path | None,
    templates: Path | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Tell every mistake in rule files and templates at once, each with its place.

    An error keeps them from going live; a warning is worth a look. The page
    docs/rule-language.md lists what is looked for, by the name in square brackets.
    The examples that stand in the rule files are run by: triage rules test

    Exit status: 0 no error, 1 errors (with --strict warnings too), 2 cannot run.
    """
    installation = chosen(config, rules, templates)
    checked = check_folders(installation, now().date())
    if as_json:
        for problem in checked.problems:
            click.echo(json.dumps(as_row(problem), ensure_ascii=False))
    else:
        for problem in checked.problems:
            click.echo(f"{in_words(problem)}\n")
        click.echo(summary(installation, checked))
    if checked.errors or (strict and checked.warnings):
        raise click.exceptions.Exit(FOUND)


def as_row(problem: Problem) -> dict[str, Any]:
    """One problem as scripts read it; keys are only ever added."""
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
        "source": problem.source,
    }


def in_words(problem: Problem) -> str:
    """One problem as editors and people read it."""
    told = f"{problem.severity.value}: {problem.message} [{problem.code}]"
    return str(replace(problem, message=told))


def summary(config: Config, checked: Checked) -> str:
    """What was looked at, and how it is."""
    found = (
        f"{_counted(len(checked.errors), 'error')},"
        f" {_counted(len(checked.warnings), 'warning')}"
    )
    if checked.rulebook is None:
        folder = config.templates.folder
        is_in_letters = any(
            Path(problem.file).is_relative_to(folder)
            for problem in checked.problems
            if problem.file
        )
        letters = f", templates {folder}" if is_in_letters else ""
        return f"rules {config.rules.folder}{letters}: {found}"
    tables = checked.rulebook.ruleset.tables
    return (
        f"rules {config.rules.folder}: {len(tables.signal)} signals,"
        f" {len(tables.rule)} lines, {len(tables.route)} routes\n"
        f"templates {config.templates.folder}:"
        f" {len(checked.rulebook.templates.pairs)} letters\n"
        f"{found}"
    )


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
