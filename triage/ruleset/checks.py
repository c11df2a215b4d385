"""What shapes cannot say: ids that must exist, dates that must make sense."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

import holidays
from pydantic import ValidationError

from triage.errors import ConfigError, Problem
from triage.ruleset.ruleset import RESERVED_SIGNALS
from triage.ruleset.schema import (
    Answers,
    Automatic,
    CalendarTable,
    CaseOutcome,
    Conditions,
    DataRequest,
    DigestTable,
    Dissatisfied,
    Entry,
    Example,
    Expect,
    Flag,
    FollowUps,
    Guard,
    Intake,
    Missing,
    Modes,
    Particular,
    Restrictions,
    Retention,
    Role,
    RootCause,
    Route,
    Rule,
    RuleFiles,
    SecondOpinion,
    Senders,
    Series,
    Signal,
    Topic,
    WordList,
)
from triage.tomlsource import Merged, did_you_mean, validated

Path = tuple[str | int, ...]
Kind = TypeVar("Kind", bound=Entry)

_ARRAYS: Mapping[str, type[Entry]] = {
    "list": WordList,
    "signal": Signal,
    "role": Role,
    "topic": Topic,
    "flag": Flag,
    "missing": Missing,
    "particular": Particular,
    "route": Route,
    "rule": Rule,
    "series": Series,
    "outcome": CaseOutcome,
    "root_cause": RootCause,
    "request": DataRequest,
    "example": Example,
}
_TABLES: Mapping[str, type[Entry]] = {
    "intake": Intake,
    "answers": Answers,
    "automatic": Automatic,
    "calendar": CalendarTable,
    "digest": DigestTable,
    "senders": Senders,
    "guard": Guard,
    "modes": Modes,
    "restrictions": Restrictions,
    "dissatisfied": Dissatisfied,
    "follow_up": FollowUps,
    "second_opinion": SecondOpinion,
    "retention": Retention,
}

# Which keys name entries of which table.
_REFERENCES: Mapping[type[Entry], Mapping[str, str]] = {
    Role: {"points": "signal"},
    Topic: {"points": "signal"},
    Flag: {"any": "signal", "none": "signal"},
    Missing: {
        "present": "signal",
        "asked_when_any": "signal",
        "not_asked_when_any": "signal",
        "asked_when_topic": "topic",
    },
    Answers: {"holding": "signal", "doubtful": "signal"},
    Particular: {"signals": "signal"},
    Dissatisfied: {"any": "signal", "none": "signal", "route": "route"},
    FollowUps: {"same_candidate": "signal"},
    DataRequest: {"any": "signal"},
    Route: {"contrary": "signal"},
    SecondOpinion: {"flags": "flag"},
    DigestTable: {"first_flags": "flag"},
    Guard: {"contrary": "signal", "otherwise": "route"},
    Senders: {"same_centre": "signal"},
    Rule: {"route": "route"},
    Expect: {
        "route": "route",
        "rule": "rule",
        "role": "role",
        "topic": "topic",
        "missing": "missing",
        "flags": "flag",
        "signals": "signal",
        "not_signals": "signal",
    },
    Conditions: {
        "role": "role",
        "topic": "topic",
        "touches": "topic",
        "touches_none": "topic",
        "all": "signal",
        "any": "signal",
        "none": "signal",
        "flags": "flag",
    },
}
UNKNOWN_ROLE = "unknown"
_LOST_TABLE = (
    "the file that held it may be empty or gone; `triage rules rollback` brings back"
    " what is in force"
)


@dataclass(frozen=True)
class Entries:
    """The entries that can be read, with their paths, even where others cannot."""

    tables: RuleFiles | None
    problems: tuple[Problem, ...]
    read: tuple[tuple[Path, Entry], ...]
    ids: Mapping[str, frozenset[str]]
    """By table."""

    def of(self, kind: type[Kind]) -> Iterator[tuple[Path, Kind]]:
        for path, entry in self.read:
            if isinstance(entry, kind):
                yield path, entry

    def first(self, kind: type[Kind]) -> Kind | None:
        return next((entry for _, entry in self.of(kind)), None)


def read_entries(merged: Merged) -> Entries:
    """Read all entries; where one is wrong the others are read all the same."""
    ids = {
        table: frozenset(name for _, name in _ids(merged, table)) for table in _ARRAYS
    }
    try:
        tables = validated(RuleFiles, merged)
    except ConfigError as error:
        read = tuple(_readable(merged))
        problems = tuple(_with_hint(problem) for problem in error.problems)
        return Entries(None, problems, read, ids)
    entries: list[tuple[Path, Entry]] = []
    for table in _ARRAYS:
        items = getattr(tables, table)
        entries += (((table, number), item) for number, item in enumerate(items))
    entries += (
        ((table,), entry)
        for table in _TABLES
        if (entry := getattr(tables, table)) is not None
    )
    return Entries(tables, (), tuple(entries), ids)


def _readable(merged: Merged) -> Iterator[tuple[Path, Entry]]:
    for table, kind in _ARRAYS.items():
        items = merged.data.get(table)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if (entry := _read(kind, item)) is not None:
                yield (table, number), entry
    for table, kind in _TABLES.items():
        if (entry := _read(kind, merged.data.get(table))) is not None:
            yield (table,), entry


def _with_hint(problem: Problem) -> Problem:
    """Say what may have become of a table that stands in no file: it has no line."""
    if problem.code == "missing-key" and problem.line is None:
        return replace(problem, hint=_LOST_TABLE)
    return problem


def _read(kind: type[Entry], item: object) -> Entry | None:
    try:
        return kind.model_validate(item)
    except ValidationError:
        return None


def _ids(merged: Merged, table: str) -> Iterator[tuple[Path, str]]:
    """Yield every id that is given, by unreadable entries too, and its place."""
    items = merged.data.get(table)
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield (table, number, "id"), item["id"]


def check_ids(merged: Merged, entries: Entries) -> Iterator[Problem]:
    """Yield ids given twice, and names of entries that do not exist.

    Where a whole table is missing, that is told by itself, and not of every name.
    """
    for table in _ARRAYS:
        yield from _taken_ids(merged, table)
    known = dict(entries.ids)
    known["signal"] |= RESERVED_SIGNALS.keys()
    known["role"] |= {UNKNOWN_ROLE}
    for path, entry in entries.read:
        for where, table, name in named_in(path, entry):
            if table in merged.data and name not in known[table]:
                problem = merged.problem(
                    where,
                    f"there is no {table} `{name}`",
                    did_you_mean(name, known[table]),
                )
                yield replace(problem, code=f"unknown-{table}")


def _taken_ids(merged: Merged, table: str) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, name in _ids(merged, table):
        if name in first:
            other = merged.problem(first[name], "")
            problem = merged.problem(
                path, f"the id `{name}` is taken: {other.file}, line {other.line}"
            )
            yield replace(problem, code="id-taken")
        elif table == "signal" and name in RESERVED_SIGNALS:
            problem = merged.problem(path, f"the signal `{name}` is always there")
            yield replace(problem, code="id-taken")
        first.setdefault(name, path)


def named_in(path: Path, entry: Entry) -> Iterator[tuple[Path, str, str]]:
    """Yield place, table and id of everything that an entry names."""
    for kind, keys in _REFERENCES.items():
        if isinstance(entry, kind):
            for key, table in keys.items():
                for where, name in _names((*path, key), getattr(entry, key)):
                    yield where, table, name
    if isinstance(entry, Rule):
        for number, conditions in enumerate(entry.unless):
            yield from named_in((*path, "unless", number), conditions)
    if isinstance(entry, Example):
        yield from named_in((*path, "expect"), entry.expect)


def _names(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key in value:
            yield (*path, key), key
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _names((*path, number), item)


def check_signals(merged: Merged, entries: Entries) -> Iterator[Problem]:
    """Yield signals that nothing can give, and lists too short to mean much."""
    for path, signal in entries.of(Signal):
        ways = (signal.phrases, signal.together, signal.weak, signal.regex)
        if not any(ways) and not signal.directory and signal.at_least_words is None:
            yield merged.problem(
                path,
                f"nothing can give the signal `{signal.id}`",
                "give it phrases, together, weak, regex, directory or at_least_words",
            )
        if len(signal.weak) == 1:
            yield merged.problem(
                (*path, "weak"), "two weak hints are needed, and there is only one"
            )
        for number, lists in enumerate(signal.together):
            if len(lists) < 2 or not all(lists):  # noqa: PLR2004 - two make "together"
                yield merged.problem(
                    (*path, "together", number),
                    "words stand together when there are two lists or more, none empty",
                    'write [["my son", "my daughter"], ["beaten", "hit"]]',
                )


def check_folders(merged: Merged, entries: Entries) -> Iterator[Problem]:
    """Yield folders for officers' decisions in which other mail is filed too."""
    taken = {
        route.folder: f"of the route `{route.id}`" for _, route in entries.of(Route)
    }
    automatic = entries.first(Automatic)
    if automatic is not None and automatic.folder is not None:
        taken[automatic.folder] = "of automatic mail"
    for path, folder in decision_folders(entries):
        key, like = path[-1], DECISION_FOLDERS[path]
        if folder in taken:
            yield merged.problem(
                path,
                f'the folder "{folder}" is that {taken[folder]}, so moving a mail'
                " there would decide nothing",
                f'give it a folder of its own, as "{like}"',
            )
        taken[folder] = f"of `{key}`"


DECISION_FOLDERS: Mapping[tuple[str, str], str] = {
    ("modes", "approved_folder"): "Complaints/Approved",
    ("modes", "rejected_folder"): "Complaints/Rejected",
    ("answers", "closed_folder"): "Complaints/Closed",
}
"""By table and key: where officers move a mail to decide something, with a name."""


def decision_folders(entries: Entries) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the folders into which officers move mails to decide something."""
    tables = {"modes": entries.first(Modes), "answers": entries.first(Answers)}
    for table, key in DECISION_FOLDERS:
        folder = getattr(tables[table], key, None)
        if folder is not None:
            yield (table, key), folder


def check_dates(merged: Merged, entries: Entries) -> Iterator[Problem]:
    """Yield series that end before they begin, and a calendar of nowhere."""
    for path, series in entries.of(Series):
        if series.last < series.first:
            yield merged.problem(
                (*path, "last"),
                f"the series `{series.id}` ends on {series.last},"
                f" before it begins on {series.first}",
            )
    calendar = entries.first(CalendarTable)
    if calendar is None:
        return
    if calendar.opening_time >= calendar.closing_time:
        yield merged.problem(
            ("calendar", "opening_time"),
            f"the office opens at {calendar.opening_time:%H:%M},"
            f" and closes at {calendar.closing_time:%H:%M} already",
        )
    try:
        ZoneInfo(calendar.timezone)
    except (LookupError, ValueError, OSError):
        yield merged.problem(
            ("calendar", "timezone"),
            f"there is no time zone `{calendar.timezone}`",
            did_you_mean(calendar.timezone, available_timezones())
            or "write it as in Europe/London",
        )
    yield from _check_country(merged, calendar)


def _check_country(merged: Merged, calendar: CalendarTable) -> Iterator[Problem]:
    countries = holidays.list_supported_countries(include_aliases=True)
    if calendar.country not in countries:
        yield merged.problem(
            ("calendar", "country"),
            f"no public holidays are known for the country `{calendar.country}`",
            did_you_mean(calendar.country.upper(), countries)
            or "write the code of ISO 3166, as GB for the United Kingdom",
        )
    elif calendar.subdivision not in (None, *countries[calendar.country]):
        parts = countries[calendar.country]
        yield merged.problem(
            ("calendar", "subdivision"),
            f"{calendar.country} has no part `{calendar.subdivision}`",
            f"known parts: {', '.join(parts)}" if parts else "leave it out",
        )
