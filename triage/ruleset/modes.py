"""How far an answer goes by itself: the more careful of a route's mode and the ceiling.

watch  decides and records; people answer by hand
hold   the reply is composed and waits for a person's approval
live   the reply goes out
"""

from dataclasses import replace

from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Mode, Route, RuleFiles

MODES: tuple[Mode, ...] = ("watch", "hold", "live")
"""The most careful first."""


def mode_of(route: Route, tables: RuleFiles) -> Mode:
    """Return how far a route's replies go, with the ceiling of `[modes]` over it."""
    return min(route.mode, tables.modes.at_most, key=MODES.index)


def with_modes(ruleset: Ruleset, at_most: Mode) -> Ruleset:
    """Return the same rules under another ceiling: to see what they would send.

    Routes keep their own modes, and the hash stays that of the files.
    """
    modes = ruleset.tables.modes.model_copy(update={"at_most": at_most})
    return replace(ruleset, tables=ruleset.tables.model_copy(update={"modes": modes}))
