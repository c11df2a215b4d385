"""All rule files as one."""

from collections.abc import Mapping

from triage.errors import ConfigError, Problem
from triage.tomlsource import Merged, Source, merge, read_toml


def merged_rules(files: Mapping[str, str]) -> Merged:
    """Read all rule files as one. Raises ConfigError for what is no TOML."""
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
