"""Rule files → Ruleset, or every problem at once, each at its place."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from zoneinfo import ZoneInfo

from triage.errors import ConfigError, Problem
from triage.ruleset.centres import CentreDirectory, read_centres
from triage.ruleset.checks import (
    Entries,
    check_dates,
    check_ids,
    check_signals,
    read_entries,
)
from triage.ruleset.index import Index
from triage.ruleset.patterns import (
    Automaton,
    Need,
    Pattern,
    any_of,
    automaton,
    expert_automaton,
    pattern_of,
)
from triage.ruleset.phrases import PhraseError, read_phrase
from triage.ruleset.ruleset import Ruleset, SignalPatterns
from triage.ruleset.schema import (
    Intake,
    RuleFiles,
    Senders,
    Signal,
    WordList,
    together_entries,
)
from triage.tomlsource import Merged, Source, did_you_mean, merge, read_toml
from triage.workdays import Calendar

Path = tuple[str | int, ...]

_HASH_LENGTH = 12
# Stands for a phrase or list that is reported already, so that it is reported once.
_UNREADABLE = Pattern(b"- +", (Need(frozenset([b"-"]), 0, 0),), 1, 1)


def compile_ruleset(files: Mapping[str, str]) -> Ruleset:
    """Compile rule files; keys are their names.

    Every `*.toml` is read, in the order of the names; the centre directory, a CSV file
    that `senders.centre_directory` names, is looked up among the others.

    Raises ConfigError with all problems of all files.
    """
    merged = _merged(files)
    entries = read_entries(merged)
    problems = [*entries.problems, *check_ids(merged, entries)]
    problems += check_signals(merged, entries)
    problems += check_dates(merged, entries)
    compiler = _Compiler(merged, entries)
    signals = compiler.signals()
    subject_words = compiler.subject_words()
    centres = _centres(files, merged, entries, problems)
    problems += compiler.problems
    if problems or entries.tables is None:
        raise ConfigError(*sorted(problems, key=_place))
    return Ruleset(
        tables=entries.tables,
        hash=_hash(files),
        calendar=_calendar(entries.tables),
        centres=centres,
        patterns=tuple(compiler.automata),
        index=Index(compiler.asked_patterns(signals)),
        signal_patterns=tuple(signals),
        subject_words=subject_words,
    )


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file or "", problem.line or 0, problem.column or 0


def _merged(files: Mapping[str, str]) -> Merged:
    sources: list[Source] = []
    problems: list[Problem] = []
    for name in sorted(files):
        if name.endswith(".toml"):
            try:
                sources.append(read_toml(files[name], name))
            except ConfigError as error:
                problems += error.problems
    if not sources and not problems:
        problems = [Problem("there is no rule file (*.toml)")]
    if problems:
        raise ConfigError(*problems)
    return merge(*sources)


def _hash(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        for text in (name, files[name]):
            encoded = text.encode(errors="replace")
            digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()[:_HASH_LENGTH]


def _calendar(tables: RuleFiles) -> Calendar:
    table = tables.calendar
    return Calendar(
        timezone=ZoneInfo(table.timezone),
        closing_time=table.closing_time,
        country=table.country,
        subdivision=table.subdivision,
        closing_days={closing.day: closing.title for closing in table.closing_days},
    )


def _centres(
    files: Mapping[str, str], merged: Merged, entries: Entries, problems: list[Problem]
) -> CentreDirectory:
    senders = entries.first(Senders)
    if senders is None or senders.centre_directory is None:
        return CentreDirectory()
    name = senders.centre_directory
    if name not in files:
        others = [other for other in files if not other.endswith(".toml")]
        problems.append(
            merged.problem(
                ("senders", "centre_directory"),
                f"there is no file {name} beside the rule files",
                did_you_mean(name, others),
            )
        )
        return CentreDirectory()
    try:
        return read_centres(files[name], name, senders.public_domains)
    except ConfigError as error:
        problems += error.problems
        return CentreDirectory()


@dataclass
class _Compiler:
    """Compiles phrases, each distinct pattern once, and gathers what is wrong."""

    merged: Merged
    entries: Entries
    problems: list[Problem] = field(default_factory=list)
    numbers: dict[Pattern, int] = field(default_factory=dict)
    automata: list[Automaton] = field(default_factory=list)
    _lists: dict[str, Pattern | None] = field(default_factory=dict)

    @cached_property
    def _word_lists(self) -> dict[str, tuple[Path, tuple[str, ...]]]:
        lists = self.entries.of(WordList)
        return {entry.id: (path, entry.words) for path, entry in lists}

    def signals(self) -> list[SignalPatterns]:
        for entry in self._word_lists:
            self._named_list(entry)
        return [self._signal(path, entry) for path, entry in self.entries.of(Signal)]

    def asked_patterns(self, signals: Iterable[SignalPatterns]) -> dict[int, Pattern]:
        """The patterns that can give a signal; `unless` is tried where one is given."""
        asked = {
            number
            for signal in signals
            for number in (*signal.phrases, *signal.weak, *chain(*signal.together))
        }
        return {n: pattern for pattern, n in self.numbers.items() if n in asked}

    def subject_words(self) -> Automaton:
        intake = self.entries.first(Intake)
        words = intake.subject_words if intake else ()
        patterns = self._phrases(("intake", "subject_words"), words)
        return automaton(any_of(patterns or [_UNREADABLE]).source)

    def _signal(self, path: Path, signal: Signal) -> SignalPatterns:
        together = []
        written = self.merged.data["signal"][path[1]].get("together")
        is_nested = written is together_entries(written)
        for number, lists in enumerate(signal.together):
            here = (*path, "together", number) if is_nested else (*path, "together")
            parts = [self._either((*here, i), words) for i, words in enumerate(lists)]
            together.append(tuple(part for part in parts if part is not None))
        return SignalPatterns(
            id=signal.id,
            where=frozenset(signal.where),
            phrases=self._each((*path, "phrases"), signal.phrases),
            together=tuple(parts for parts in together if parts),
            weak=self._each((*path, "weak"), signal.weak),
            unless=self._either((*path, "unless"), signal.unless),
            regex=tuple(self._regexes((*path, "regex"), signal.regex)),
            directory=signal.directory,
            at_least_words=signal.at_least_words,
        )

    def _each(self, path: Path, phrases: Iterable[str]) -> tuple[int, ...]:
        return tuple(map(self._number, self._phrases(path, phrases)))

    def _either(self, path: Path, phrases: Iterable[str]) -> int | None:
        """The number of one pattern that stands for all phrases."""
        patterns = self._phrases(path, phrases)
        if not patterns:
            return None
        try:
            return self._number(any_of(patterns))
        except PhraseError as error:
            self._problem(path, error)
            return None

    def _phrases(self, path: Path, phrases: Iterable[str]) -> list[Pattern]:
        """The patterns of the phrases that can be read; the others become problems."""
        patterns = []
        for number, phrase in enumerate(phrases):
            try:
                pattern = pattern_of(read_phrase(phrase), self._named_list)
                automaton(pattern.source)
                patterns.append(pattern)
            except PhraseError as error:
                self._problem((*path, number), error)
        return patterns

    def _regexes(self, path: Path, regexes: Iterable[str]) -> Iterable[Automaton]:
        for number, regex in enumerate(regexes):
            try:
                yield expert_automaton(regex)
            except PhraseError as error:
                self._problem((*path, number), error)

    def _number(self, pattern: Pattern) -> int:
        if pattern not in self.numbers:
            self.automata.append(automaton(pattern.source))
            self.numbers[pattern] = len(self.numbers)
        return self.numbers[pattern]

    def _named_list(self, name: str) -> Pattern:
        entry = self._word_lists.get(name)
        if entry is None:
            known = self.entries.ids["list"]
            if name in known:
                return _UNREADABLE
            raise PhraseError(f"there is no list {{{name}}}", did_you_mean(name, known))
        if name not in self._lists:
            self._lists[name] = None
            path, words = entry
            patterns = self._phrases((*path, "words"), words)
            self._lists[name] = any_of(patterns) if patterns else _UNREADABLE
        pattern = self._lists[name]
        if pattern is None:
            raise PhraseError(f"the list {{{name}}} contains itself")
        return pattern

    def _problem(self, path: Path, error: PhraseError) -> None:
        self.problems.append(self.merged.problem(path, str(error), error.hint))
