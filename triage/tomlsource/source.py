"""Reading, merging and validating TOML files, with the place of every complaint."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from triage.errors import ConfigError, Problem
from triage.tomlsource.places import Path, Places, find_places
from triage.tomlsource.words import code_of, explain

Model = TypeVar("Model", bound=BaseModel)

_PLACE_IN_MESSAGE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY = re.compile(
    r"\s*[A-Za-z0-9_-]{1,40}(?:\.[A-Za-z0-9_-]{1,40}){0,4} ?=(?=.*[^\s=])"
)
"""With something behind the sign: not the last line of what is in base64."""
_HEADING = re.compile(r"\s*\[+[A-Za-z0-9_.-]*\]+\s*(?:#.*)?")
_GIVEN_TWICE = (
    "Cannot overwrite a value",
    "Cannot declare",
    "Duplicate inline table key",
)
_PLAINER = {
    "Invalid value": (
        "this value cannot be read",
        "put text in quotes; yes and no are written true and false",
    ),
    "Unescaped '\\' in a string": (
        "a backslash in double quotes",
        "write the text in single quotes: there a backslash is an ordinary character",
    ),
    "Illegal character '\\n'": (
        "the text has no closing quote in this line",
        "close it, or write texts of several lines in three quotes",
    ),
    "Unclosed array": (
        "the list is not closed, or a comma is missing before this",
        "put a comma after every entry and ] at the end",
    ),
    "Expected '=' after a key in a key/value pair": (
        "an = is missing after the key",
        'write: key = "text"',
    ),
    "Invalid statement": (
        "this line is neither a [table] nor key = value",
        "a note must begin with #",
    ),
}


@dataclass(frozen=True)
class Source:
    """One TOML text that was read. Places count lines and columns from 1."""

    file: str
    text: str
    data: dict[str, Any]
    is_private: bool = False
    """Secrets may stand in it by mistake: problems show no values of it."""

    def place(self, path: Path) -> tuple[int, int]:
        """Return line and column of `path`, or of the nearest table around it."""
        offsets = self._places.offsets
        while path and path not in offsets:
            path = path[:-1]
        return self._line_and_column(offsets.get(path, 0))

    def problem(self, path: Path, message: str, hint: str | None = None) -> Problem:
        return self._problem(self.place(path), message, hint)

    def _problem(
        self, place: tuple[int, int], message: str, hint: str | None
    ) -> Problem:
        line, column = place
        written = self._lines[line - 1].rstrip() if line <= len(self._lines) else ""
        if self.is_private:
            written = _without_value(written)
        return Problem(
            message, self.file, line, column, written.replace("\t", " "), hint
        )

    def given_twice(self) -> Iterable[Problem]:
        for path, offset in self._places.twice:
            place = self._line_and_column(offset)
            first, _ = self.place(path)
            message = f"`{path[-1]}` is given twice; first in line {first}"
            problem = self._problem(place, message, "keep one of the two")
            yield replace(problem, code="given-twice")

    def syntax_error(self, error: Exception) -> Problem:
        words = str(error)
        place = _PLACE_IN_MESSAGE.search(words)
        if place and not place[1]:
            message = "the file ends in the middle of something"
            problem = self._problem((len(self._lines), 1), message, None)
            return replace(problem, code="syntax")
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        words = _PLACE_IN_MESSAGE.sub("", words)
        message, hint = _PLAINER.get(words, (words[:1].lower() + words[1:], None))
        return replace(self._problem((line, column), message, hint), code="syntax")

    @cached_property
    def _places(self) -> Places:
        return find_places(self.text)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for line in self._lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


def read_toml(text: str, file: str, *, is_private: bool = False) -> Source:
    """Parse `text`; `file` is the name that people are told.

    Raises ConfigError with the place of the syntax error and of keys given twice.
    """
    # Windows editors begin a file with U+FEFF and end lines with CR LF.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        return Source(file, text, tomllib.loads(text), is_private)
    except tomllib.TOMLDecodeError as error:
        broken = Source(file, text, {}, is_private)
        problems = list(broken.given_twice())
        if not problems or not str(error).startswith(_GIVEN_TWICE):
            problems.append(broken.syntax_error(error))
    except RecursionError:
        problems = [Problem("lists or tables are nested too deeply", file)]
    raise ConfigError(*problems)


@dataclass(frozen=True)
class Merged:
    """Several sources taken together, in their order."""

    data: dict[str, Any]
    sources: tuple[Source, ...]
    origins: dict[str, tuple[Source, ...]]
    """By top-level key: the source of every array item, or the one source."""
    starts: dict[str, dict[str, int]]
    """By top-level key and file: the index of the file's first array item."""

    def value(self, path: Path) -> Any:
        """Return what is written at `path`; None where nothing is."""
        value: Any = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def problem(self, path: Path, message: str, hint: str | None = None) -> Problem:
        """Return a Problem with the place of `path` in the file that it came from."""
        key, *rest = path or ("",)
        sources = self.origins.get(str(key), ())
        if not sources:
            if len(self.sources) == 1:
                return Problem(message, self.sources[0].file, hint=hint)
            empty = [source for source in self.sources if not source.data]
            # Whatever nobody says any more stood where nothing stands now.
            if len(empty) == 1:
                return empty[0].problem((), message, hint)
            return Problem(message, hint=hint)
        if rest and isinstance(rest[0], int) and str(key) in self.starts:
            source = sources[rest[0]]
            local = rest[0] - self.starts[str(key)][source.file]
            return source.problem((key, local, *rest[1:]), message, hint)
        return sources[0].problem(path, message, hint)


def merge(*sources: Source) -> Merged:
    """Take sources together: arrays of tables join, anything else may stand once.

    Raises ConfigError where two files give the same single key.
    """
    merged = Merged({}, sources, {}, {})
    problems = []
    for source in sources:
        for key, value in source.data.items():
            if _is_array_of_tables(value) and (
                key not in merged.data or key in merged.starts
            ):
                items = merged.data.setdefault(key, [])
                merged.starts.setdefault(key, {})[source.file] = len(items)
                items.extend(value)
                merged.origins[key] = merged.origins.get(key, ()) + (source,) * len(
                    value
                )
            elif key in merged.data:
                first = merged.origins[key][0].file
                message = f"`{key}` is given in {first} too; only one file may give it"
                problem = source.problem((key,), message)
                problems.append(replace(problem, code="given-twice"))
            else:
                merged.data[key] = value
                merged.origins[key] = (source,)
    if problems:
        raise ConfigError(*problems)
    return merged


def validated(model: type[Model], *sources: Source | Merged) -> Model:
    """Return the model that the sources describe.

    Raises ConfigError with every problem, each at its place.
    """
    match sources:
        case (Merged() as merged,):
            pass
        case _:
            merged = merge(*(s for s in sources if isinstance(s, Source)))
    try:
        return model.model_validate(merged.data)
    except ValidationError as error:
        raise ConfigError(
            *(
                replace(
                    merged.problem(details["loc"], *explain(details, model)),
                    code=code_of(details),
                )
                for details in _causes(error.errors(include_url=False))
            )
        ) from None


def _causes(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out that a list is empty whose entries are wrong themselves."""
    for each in errors:
        loc = each["loc"]
        within = (other["loc"] for other in errors if len(other["loc"]) > len(loc))
        if each["type"] != "too_short" or loc not in (
            inner[: len(loc)] for inner in within
        ):
            yield each


def _without_value(line: str) -> str:
    """Return a table's name or a key as they stand there, and no value."""
    if key := _KEY.match(line):
        return f"{key[0]} …"
    return line if _HEADING.fullmatch(line) else "…"


def _is_array_of_tables(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) for item in value)
    )
