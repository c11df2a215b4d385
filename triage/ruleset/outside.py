"""What rule files name and do not hold: letters, and people who are told."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from triage.errors import ConfigError, Problem
from triage.ruleset.checks import Path, read_entries
from triage.ruleset.compiling import merged_rules
from triage.ruleset.schema import Flag, Guard, Route
from triage.tomlsource import did_you_mean


def unknown_outside(
    files: Mapping[str, str],
    contacts: Collection[str],
    templates: Collection[str],
) -> Iterator[Problem]:
    """Yield contacts and templates that rule files name and an installation lacks.

    Files that are no TOML are left to the compiler.
    """
    try:
        merged = merged_rules(files)
    except ConfigError:
        return
    for path, entry in read_entries(merged).read:
        for kind, place, name in _named(path, entry):
            known = contacts if kind == "contact" else templates
            if name in known:
                continue
            if kind == "contact":
                told = f"[contacts] of the configuration has no `{name}`"
                hint = "write a line there: name = address"
            else:
                told = f"there is no template `{name}`"
                hint = f"write {name}.txt and {name}.html among the templates"
            problem = merged.problem(place, told, did_you_mean(name, known) or hint)
            yield replace(problem, code=f"unknown-{kind}")


def _named(path: Path, entry: object) -> Iterator[tuple[str, Path, str]]:
    """Yield kind, place and name."""
    match entry:
        case Route(tell=told, template=template) | Flag(tell=told, template=template):
            for number, contact in enumerate(told):
                yield "contact", (*path, "tell", number), contact
            if template is not None:
                yield "template", (*path, "template"), template
        case Guard(meanwhile=str(template)):
            yield "template", (*path, "meanwhile"), template
        case _:
            return
