from collections.abc import Callable

import pytest

from triage.errors import ConfigError
from triage.ruleset import Ruleset, compile_ruleset, with_modes

MakeRuleset = Callable[[str], Ruleset]
WATCHING = '[modes]\nat_most = "watch"\n'


def test_without_the_table_nothing_is_kept_back(ruleset_with: MakeRuleset) -> None:
    assert ruleset_with("").tables.modes.at_most == "live"


def test_a_ruleset_can_be_seen_under_another_ceiling(ruleset_with: MakeRuleset) -> None:
    ruleset = ruleset_with(WATCHING)

    seen = with_modes(ruleset, "live")

    assert seen.tables.modes.at_most == "live"
    assert ruleset.tables.modes.at_most == "watch"
    assert ruleset.tables.route == seen.tables.route
    assert ruleset.hash == seen.hash


def test_a_mode_that_does_not_exist_is_told_with_its_place(frame: str) -> None:
    with pytest.raises(ConfigError) as caught:
        compile_ruleset({"a.toml": frame, "b.toml": '[modes]\nat_most = "wach"\n'})

    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("b.toml", 2)
    assert "watch" in str(problem)
