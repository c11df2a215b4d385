"""Rule files → Ruleset, or every problem at once, each at its place."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from triage.errors import ConfigError, Problem
from triage.ruleset.centres import CentreDirectory, read_centres
from triage.ruleset.checks import (
    UNKNOWN_ROLE,
    Entries,
    check_dates,
    check_folders,
    check_ids,
    check_signals,
    read_entries,
)
from triage.ruleset.likeness import FLAG, ROLE, ROUTE, Likeness, read_likeness
from triage.ruleset.merging import merged_rules
from triage.ruleset.patterns import (
    Expression,
    Matcher,
    NamedList,
    Pattern,
    any_of,
    check_regex,
    expression,
    matcher,
    patterns_of,
)
from triage.ruleset.phrases import PhraseError, read_phrase
from triage.ruleset.policy import calendar_of
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import (
    Intake,
    SecondOpinion,
    Senders,
    Signal,
    WordList,
    together_entries,
)
from triage.ruleset.signals import Patterns, SignalPatterns, signals_of
from triage.tomlsource import Merged, did_you_mean

Path = tuple[str | int, ...]

_HASH_LENGTH = 12
# Stands for a phrase or list that is reported already, so that it is reported once.
_NO_WORD = Pattern(b"- +", (frozenset([b"-"]),))
_UNREADABLE = NamedList((_NO_WORD,), _NO_WORD)


def compile_ruleset(files: Mapping[str, str]) -> Ruleset:
    """Compile rule files; keys are their names.

    Every `*.toml` is read, in the order of the names; the centre directory, a CSV file
    that `senders.centre_directory` names, is looked up among the others.

    Raises ConfigError with all problems of all files.
    """
    merged = merged_rules(files)
    entries = read_entries(merged)
    problems = [*entries.problems, *check_ids(merged, entries)]
    problems += check_signals(merged, entries)
    problems += check_dates(merged, entries)
    problems += check_folders(merged, entries)
    compiler = _Compiler(merged, entries)
    signals = compiler.signals()
    subject_words = compiler.subject_words()
    centres = _centres(files, merged, entries, problems)
    likeness = _likeness(files, merged, entries, problems)
    problems += compiler.problems
    if problems or entries.tables is None:
        raise ConfigError(*sorted(problems, key=_place))
    return Ruleset(
        tables=entries.tables,
        hash=_hash(files),
        calendar=calendar_of(entries.tables),
        centres=centres,
        likeness=likeness,
        matching=signals_of(signals, compiler.matchers),
        subject_words=subject_words,
    )


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file or "", problem.line or 0, problem.column or 0


def _hash(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        for text in (name, files[name]):
            encoded = text.encode(errors="replace")
            digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()[:_HASH_LENGTH]


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
            replace(
                merged.problem(
                    ("senders", "centre_directory"),
                    f"there is no file {name} beside the rule files",
                    did_you_mean(name, others),
                ),
                code="unknown-file",
            )
        )
        return CentreDirectory()
    try:
        return read_centres(files[name], name, senders.public_domains)
    except ConfigError as error:
        problems += error.problems
        return CentreDirectory()


def _likeness(
    files: Mapping[str, str], merged: Merged, entries: Entries, problems: list[Problem]
) -> Likeness | None:
    asked = entries.first(SecondOpinion)
    if asked is None:
        return None
    place = ("second_opinion", "file")
    if asked.file not in files:
        others = [other for other in files if not other.endswith(".toml")]
        missing = f"there is no file {asked.file} beside the rule files"
        hint = did_you_mean(asked.file, others) or "make it: triage rules learn"
        problems.append(merged.problem(place, missing, hint))
        return None
    try:
        likeness = read_likeness(files[asked.file], asked.file)
    except ConfigError as error:
        problems += error.problems
        return None
    known = {f"{ROUTE}{id_}" for id_ in entries.ids["route"]}
    known |= {f"{FLAG}{id_}" for id_ in entries.ids["flag"]}
    lacks_tables = not {"route", "flag", "role"} <= merged.data.keys()
    known |= {f"{ROLE}{id_}" for id_ in (*entries.ids["role"], UNKNOWN_ROLE)}
    problems += (
        merged.problem(
            place,
            f"{asked.file} knows `{column}`, which is not there any more",
            "make it anew: triage rules learn",
        )
        for column in likeness.columns
        if column not in known and not lacks_tables
    )
    return likeness


@dataclass
class _Compiler:
    """Compiles phrases, each distinct pattern once, and gathers what is wrong."""

    merged: Merged
    entries: Entries
    problems: list[Problem] = field(default_factory=list)
    matchers: dict[Pattern, Matcher] = field(default_factory=dict)
    _lists: dict[str, NamedList | None] = field(default_factory=dict)

    @cached_property
    def _word_lists(self) -> dict[str, tuple[Path, tuple[str, ...]]]:
        lists = self.entries.of(WordList)
        return {entry.id: (path, entry.words) for path, entry in lists}

    def signals(self) -> list[SignalPatterns]:
        for entry in self._word_lists:
            self._named_list(entry)
        return [self._signal(path, entry) for path, entry in self.entries.of(Signal)]

    def subject_words(self) -> Matcher:
        intake = self.entries.first(Intake)
        words = intake.subject_words if intake else ()
        path = ("intake", "subject_words")
        found = [pattern for _, pattern in self._patterns(path, words)]
        try:
            return matcher(any_of(found or [_NO_WORD]))
        except PhraseError as error:
            self._problem(path, error)
            return matcher(_NO_WORD)

    def _signal(self, path: Path, signal: Signal) -> SignalPatterns:
        return SignalPatterns(
            id=signal.id,
            where=frozenset(signal.where),
            phrases=self._ready((*path, "phrases"), signal.phrases),
            together=self._groups((*path, "together"), signal.together),
            weak=tuple(
                self._ready((*path, "weak"), (hint,), first)
                for first, hint in enumerate(signal.weak)
            ),
            unless=self._ready((*path, "unless"), signal.unless),
            regex=self._regex((*path, "regex"), signal.regex),
            directory=signal.directory,
            at_least_words=signal.at_least_words,
        )

    def _groups(
        self, path: Path, groups: Sequence[Sequence[Sequence[str]]]
    ) -> tuple[tuple[Patterns, ...], ...]:
        written = self.merged.value(path)
        is_nested = written is together_entries(written)
        return tuple(
            tuple(
                self._ready((*path, number, i) if is_nested else (*path, i), phrases)
                for i, phrases in enumerate(parts)
            )
            for number, parts in enumerate(groups)
        )

    def _ready(self, path: Path, phrases: Iterable[str], first: int = 0) -> Patterns:
        """The patterns of phrases, with a matcher for each distinct one."""
        ready = []
        for place, pattern in self._patterns(path, phrases, first):
            try:
                if pattern not in self.matchers:
                    self.matchers[pattern] = matcher(pattern)
                ready.append(pattern)
            except PhraseError as error:
                self._problem(place, error)
        return tuple(ready)

    def _patterns(
        self, path: Path, phrases: Iterable[str], first: int = 0
    ) -> Iterator[tuple[Path, Pattern]]:
        """Yield the patterns of the phrases that can be read; tell of the others."""
        for number, phrase in enumerate(phrases, first):
            place = (*path, number)
            try:
                for pattern in patterns_of(read_phrase(phrase), self._named_list):
                    yield place, pattern
            except PhraseError as error:
                self._problem(place, error)

    def _regex(self, path: Path, regexes: Iterable[str]) -> Expression | None:
        fine = []
        for number, regex in enumerate(regexes):
            try:
                check_regex(regex)
                fine.append(regex)
            except PhraseError as error:
                self._problem((*path, number), error)
        try:
            return expression(fine) if fine else None
        except PhraseError as error:
            self._problem(path, error)
            return None

    def _named_list(self, name: str) -> NamedList:
        entry = self._word_lists.get(name)
        if entry is None:
            known = self.entries.ids["list"]
            if name in known:
                return _UNREADABLE
            raise PhraseError(f"there is no list {{{name}}}", did_you_mean(name, known))
        if name not in self._lists:
            self._lists[name] = None
            path, words = entry
            self._lists[name] = self._read_list((*path, "words"), words)
        named = self._lists[name]
        if named is None:
            raise PhraseError(f"the list {{{name}}} contains itself")
        return named

    def _read_list(self, path: Path, words: Iterable[str]) -> NamedList:
        each = tuple(
            dict.fromkeys(pattern for _, pattern in self._patterns(path, words))
        )
        try:
            return NamedList(each, any_of(each)) if each else _UNREADABLE
        except PhraseError as error:
            self._problem(path, error)
            return _UNREADABLE

    def _problem(self, path: Path, error: PhraseError) -> None:
        problem = self.merged.problem(path, str(error), error.hint)
        code = "bad-regex" if "regex" in path else "bad-phrase"
        self.problems.append(replace(problem, code=code))
