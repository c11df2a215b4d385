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


@pytest.mark.parametrize("key", ["approved_folder", "rejected_folder"])
def test_a_folder_for_approval_is_no_folder_of_a_route(frame: str, key: str) -> None:
    taken = compile_ruleset({"a.toml": frame}).tables.route[0].folder
    modes = f'[modes]\n{key} = "{taken}"\n'

    with pytest.raises(ConfigError) as caught:
        compile_ruleset({"a.toml": frame, "b.toml": modes})

    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("b.toml", 2)
    assert "decide nothing" in str(problem)


def test_the_two_folders_for_approval_differ(frame: str) -> None:
    modes = '[modes]\napproved_folder = "Desk"\nrejected_folder = "Desk"\n'

    with pytest.raises(ConfigError, match="is that of `approved_folder`"):
        compile_ruleset({"a.toml": frame, "b.toml": modes})


def test_an_office_that_opens_after_it_closes_is_told(frame: str) -> None:
    rules = frame.replace("[calendar]\n", "[calendar]\nopening_time = 18:00:00\n")

    with pytest.raises(ConfigError, match="opens at 18:00, and closes at"):
        compile_ruleset({"a.toml": rules})
