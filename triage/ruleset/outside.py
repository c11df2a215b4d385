"""What rule files name and do not hold: letters, people who are told, folders."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from triage.errors import ConfigError, Problem
from triage.ruleset.checks import (
    DECISION_FOLDERS,
    Path,
    decision_folders,
    read_entries,
)
from triage.ruleset.merging import merged_rules
from triage.ruleset.schema import (
    DigestTable,
    Flag,
    FollowUps,
    Guard,
    Restrictions,
    Route,
)
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


def folders_in_use(
    files: Mapping[str, str], taken: Collection[str]
) -> Iterator[Problem]:
    """Yield folders for decisions that the installation watches for something else.

    Files that are no TOML are left to the compiler.
    """
    try:
        merged = merged_rules(files)
    except ConfigError:
        return
    names = {folder.casefold() for folder in taken}
    for path, folder in decision_folders(read_entries(merged)):
        if folder.casefold() in names:
            yield merged.problem(
                path,
                f'mail comes to the folder "{folder}" by itself, so lying there'
                " decides nothing",
                f'give it a folder of its own, as "{DECISION_FOLDERS[path]}"',
            )


def _named(path: Path, entry: object) -> Iterator[tuple[str, Path, str]]:
    """Yield kind, place and name."""
    for number, contact in enumerate(getattr(entry, "tell", ())):
        yield "contact", (*path, "tell", number), contact
    match entry:
        case DigestTable(contact=contact) if "contact" in entry.model_fields_set:
            yield "contact", (*path, "contact"), contact
        case Restrictions(approver=str(approver), kinds=kinds) if kinds:
            yield "contact", (*path, "approver"), approver
    for key in _letters_of(entry):
        if (template := getattr(entry, key)) is not None:
            yield "template", (*path, key), template


def _letters_of(entry: object) -> tuple[str, ...]:
    """Return the keys by which an entry names a letter."""
    match entry:
        case Restrictions(kinds=kinds) if not kinds:
            return ()
        case Route() | Flag() | Restrictions():
            return ("template",)
        case Guard():
            return ("meanwhile",)
        case FollowUps():
            return ("receipt",)
        case _:
            return ()
