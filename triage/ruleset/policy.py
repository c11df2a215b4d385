"""What rule files say of the office itself: days, routes, outcomes; no signals.

Compiling signals takes seconds; who asks only when an answer is due need not wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from triage.errors import ConfigError
from triage.ruleset.checks import read_entries
from triage.ruleset.merging import merged_rules
from triage.ruleset.schema import Route, RuleFiles
from triage.workdays import Calendar


@dataclass(frozen=True)
class Policy:
    """The tables of rule files, and their working days."""

    tables: RuleFiles
    calendar: Calendar

    @cached_property
    def routes(self) -> Mapping[str, Route]:
        return {route.id: route for route in self.tables.route}


def read_policy(files: Mapping[str, str]) -> Policy:
    """Read rule files without compiling them; keys are their names.

    Raises ConfigError where a file cannot be read; names are not looked up.
    """
    entries = read_entries(merged_rules(files))
    if entries.tables is None:
        raise ConfigError(*entries.problems)
    return Policy(entries.tables, calendar_of(entries.tables))


def calendar_of(tables: RuleFiles) -> Calendar:
    """Return the working days that rule files describe."""
    table = tables.calendar
    return Calendar(
        timezone=ZoneInfo(table.timezone),
        closing_time=table.closing_time,
        country=table.country,
        subdivision=table.subdivision,
        opening_time=table.opening_time,
        closing_days={closing.day: closing.title for closing in table.closing_days},
    )
