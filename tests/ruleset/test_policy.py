"""What rule files say of the office, read without compiling them."""

import pytest

from triage import shipped
from triage.config import read_folder
from triage.errors import ConfigError
from triage.ruleset import compile_ruleset, read_policy

RULES = read_folder(shipped.rules(), (".toml", ".csv"))
OUTCOME = '[[outcome]]\nid = "settled"\ntitle = "Settled"\n'


def test_a_policy_says_what_the_compiled_rules_say() -> None:
    ruleset = compile_ruleset(RULES)

    policy = read_policy(RULES)

    assert (policy.tables, policy.calendar) == (ruleset.tables, ruleset.calendar)


def test_rule_files_without_outcomes_have_the_usual_ones(frame: str) -> None:
    policy = read_policy({"frame.toml": frame})

    assert "upheld" in [each.id for each in policy.tables.outcome]
    assert "unknown" in [each.id for each in policy.tables.root_cause]


def test_outcomes_of_the_rule_files_replace_the_usual_ones(frame: str) -> None:
    policy = read_policy({"frame.toml": frame, "register.toml": OUTCOME})

    assert [each.id for each in policy.tables.outcome] == ["settled"]


def test_two_outcomes_of_one_name_are_a_mistake(frame: str) -> None:
    with pytest.raises(ConfigError, match="the id `settled` is taken"):
        compile_ruleset({"frame.toml": frame, "register.toml": OUTCOME * 2})


def test_a_file_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ConfigError):
        read_policy({"broken.toml": "[calendar"})
