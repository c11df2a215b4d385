"""What a lint looks at: the rule files as they stand, and the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from triage.errors import Problem
from triage.ruleset.checks import Entries, Kind, Path
from triage.ruleset.phrases import PhraseError, Sequence, read_phrase
from triage.ruleset.schema import Guard, Route, Rule
from triage.tomlsource import Merged


@dataclass(frozen=True)
class Written:
    """Rule files whose entries can be read, and the day on which they are looked at."""

    merged: Merged
    entries: Entries
    today: date
    files: Mapping[str, str]

    def of(self, kind: type[Kind]) -> Iterator[tuple[Path, Kind]]:
        """Yield the entries of a table with their places."""
        return self.entries.of(kind)

    def at(self, path: Path, message: str, hint: str | None = None) -> Problem:
        """Return a problem at a place."""
        return self.merged.problem(path, message, hint)

    def line_of(self, path: Path) -> str:
        """Say where something stands, as `60-routes.toml, line 12`."""
        place = self.merged.problem(path, "")
        return f"{place.file}, line {place.line}"

    @cached_property
    def guard(self) -> Guard | None:
        return self.entries.first(Guard)

    @cached_property
    def routes(self) -> dict[str, Route]:
        return {route.id: route for _, route in self.of(Route)}

    @cached_property
    def lines_to(self) -> dict[str, list[tuple[Path, Rule]]]:
        """By route: the lines of the decision table that lead to it."""
        lines: dict[str, list[tuple[Path, Rule]]] = {route: [] for route in self.routes}
        for path, rule in self.of(Rule):
            lines.setdefault(rule.route, []).append((path, rule))
        return lines


@lru_cache(maxsize=16_384)
def parsed(phrase: str) -> Sequence | None:
    """Read a phrase; None for one that the compiler refuses."""
    try:
        return read_phrase(phrase)
    except PhraseError:
        return None
