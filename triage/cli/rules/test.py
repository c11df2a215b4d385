"""`triage rules test` runs the examples that stand in the rule files."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Sequence, Sized
from pathlib import Path
from typing import Any, TypedDict, Unpack

import click

from triage.cli.options import json_option
from triage.cli.rules.choosing import chosen, installation_option, rules_option
from triage.cli.terminal import printable
from triage.decision import Coverage, Sample, Tried
from triage.errors import ConfigError, Problem
from triage.ruleset import Hit
from triage.wiring import Trial, examples_in, run_examples

FOUND = 1
MOST_WORDS = 12
LABEL_WIDTH = 10


class Options(TypedDict):
    """Which examples are run, and how they are shown."""

    config: Path | None
    rules: Path | None
    lists_unreached: bool
    lists_only: bool
    as_json: bool


@click.command(short_help="Run the examples that stand in the rule files.")
@click.argument("pattern", required=False)
@installation_option
@rules_option
@click.option(
    "--coverage",
    "lists_unreached",
    is_flag=True,
    help="List the signals, lines, routes … that no example reaches.",
)
@click.option(
    "--list", "lists_only", is_flag=True, help="Only list the examples; run none."
)
@json_option
def test(pattern: str | None, **options: Unpack[Options]) -> None:
    """Run the examples of signals and the whole mails that stand as [[example]].

    With PATTERN only those whose name or title holds it, or matches it where it has
    a *. Each is judged as a mail of a person without any history; nothing is sent.

    Exit status: 0 all pass, 1 some fail, 2 cannot run.
    """
    installation = chosen(options["config"], options["rules"])
    if options["lists_only"]:
        _list(examples_in(installation, wanted(pattern)), options["as_json"], pattern)
        return
    trial = run_examples(installation, wanted(pattern))
    _some(trial.tried, pattern)
    command = explaining(options["config"], options["rules"])
    lines = (
        _as_json(trial, command)
        if options["as_json"]
        else _in_words(trial, command, options["lists_unreached"], pattern is None)
    )
    for line in lines:
        click.echo(line)
    if trial.failures:
        raise click.exceptions.Exit(FOUND)


def _some(found: Sized, pattern: str | None) -> None:
    if pattern is not None and not found:
        raise ConfigError(
            Problem(
                f"no example's name or title holds “{pattern}”",
                hint="all names are listed by: triage rules test --list",
            )
        )


def _list(
    examples: Sequence[tuple[Sample, Problem]], as_json: bool, pattern: str | None
) -> None:
    _some(examples, pattern)
    for sample, place in examples:
        if as_json:
            row = {
                "example": sample.name,
                "title": sample.title,
                "file": place.file,
                "line": place.line,
            }
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            title = f": {sample.title}" if sample.title else ""
            named = printable(sample.name + title)
            click.echo(f"{place.file}:{place.line}: {named}")


def wanted(pattern: str | None) -> Callable[[Sample], bool] | None:
    """Return what tells whether an example is asked for."""
    if pattern is None:
        return None
    parts = pattern.casefold().split("*")
    form = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    finds = form.search if len(parts) == 1 else form.fullmatch
    return lambda sample: any(
        finds(text.casefold()) for text in (sample.name, sample.title)
    )


def explaining(config: Path | None, rules: Path | None) -> str:
    """Return the command that explains an example, up to its name."""
    words = ["triage", "explain"]
    words += ["--config", str(config)] if config else []
    words += ["--rules", str(rules)] if rules else []
    if not config and not rules:
        words += ["--config", "config.toml"]
    return shlex.join([*words, "--example"])


def _as_json(trial: Trial, command: str) -> Iterator[str]:
    """A row for every example, and one that sums up; keys are only ever added."""
    places = {tried.sample.name: problem for tried, problem in trial.failures}
    for tried in trial.tried:
        row = _row(tried, places.get(tried.sample.name), command)
        yield json.dumps(row, ensure_ascii=False)
    reached = trial.coverage
    yield json.dumps(
        {
            "summary": {
                "examples": len(trial.tried),
                "failed": len(trial.failures),
                "compile_seconds": round(trial.compile_seconds, 3),
                "run_seconds": round(trial.run_seconds, 3),
                "coverage": {
                    kind: {
                        "all": len(reached.all[kind]),
                        "unreached": list(reached.unreached(kind)),
                    }
                    for kind in reached.all
                },
            }
        },
        ensure_ascii=False,
    )


def _row(tried: Tried, place: Problem | None, command: str) -> dict[str, Any]:
    return {
        "example": tried.sample.name,
        "title": tried.sample.title,
        "passed": tried.passed,
        "file": place and place.file,
        "line": place and place.line,
        "wrong": [
            {"what": each.what, "expected": each.expected, "got": each.got}
            for each in tried.wrong
        ],
        "why": list(tried.why),
        "evidence": [
            {"signal": hit.signal, "where": hit.where, "text": hit.text}
            for hit in tried.evidence.hits
        ],
        "explain": f"{command} {shlex.quote(tried.sample.name)}",
    }


def _in_words(
    trial: Trial, command: str, lists_unreached: bool, is_all: bool
) -> Iterator[str]:
    for tried, place in trial.failures:
        yield from _failure(tried, place, command)
        yield ""
    number, failed = len(trial.tried), len(trial.failures)
    yield (
        f"{number} example{'' if number == 1 else 's'},"
        f" {f'{failed} failed' if failed else 'all pass'}"
        f" ({trial.run_seconds:.1f} s; rules compiled in {trial.compile_seconds:.1f} s)"
    )
    if is_all:
        yield f"reached: {_counts(trial.coverage)}"
        if lists_unreached:
            yield from _unreached(trial.coverage)


def _failure(tried: Tried, place: Problem, command: str) -> Iterator[str]:
    sample = tried.sample
    title = f": {sample.title}" if sample.title else ""
    yield f"{place.file}:{place.line}: FAILED {printable(sample.name + title)}"
    facts = [
        fact
        for each in tried.wrong
        for fact in (
            ("expected", f"{each.what} {each.expected}"),
            ("got", f"{each.what} {each.got}"),
        )
    ]
    if not sample.is_whole:
        facts.append(("text", _of(sample)))
    elif tried.decision is not None:
        line = tried.decision.rule
        because = tried.decision.reason
        facts.append(("because", f"line {line}: {because}" if line else because))
    facts += [("in the way", each) for each in tried.why]
    facts += [("saw", _seen(hit)) for hit in _first_of_each(tried)[:MOST_WORDS]]
    facts.append(("explain", f"{command} {shlex.quote(sample.name)}"))
    last = ""
    for label, value in facts:
        shown = "" if label == last else label
        yield f"  {shown:{LABEL_WIDTH + 2}}{printable(value)}"
        last = label


def _of(sample: Sample) -> str:
    """The text of a signal's example, on one line."""
    message = sample.message
    parts = (message.subject, message.text, message.signature, message.quoted)
    return " ".join(" ".join(part for part in parts if part).split())


def _first_of_each(tried: Tried) -> list[Hit]:
    """What was seen, each signal once, in the order of the text."""
    first: dict[str, Hit] = {}
    for hit in tried.evidence.hits:
        first.setdefault(hit.signal, hit)
    return list(first.values())


def _seen(hit: Hit) -> str:
    return f"{hit.signal} in the {hit.where}: “{' '.join(hit.text.split())}”"


def _counts(coverage: Coverage) -> str:
    return ", ".join(
        f"{len(names) - len(coverage.unreached(kind))} of {len(names)} {kind}"
        for kind, names in coverage.all.items()
    )


def _unreached(coverage: Coverage) -> Iterator[str]:
    for kind in coverage.all:
        for name in coverage.unreached(kind):
            yield f"  no example reaches {_ONE_OF[kind]} {name}"


_ONE_OF = {
    "signals": "signal",
    "lines": "line",
    "routes": "route",
    "flags": "flag",
    "missing items": "missing item",
}
