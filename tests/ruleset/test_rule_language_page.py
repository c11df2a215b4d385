"""The page for ops is true: every block compiles, and its examples hold."""

import re
from pathlib import Path

import pytest

from triage.decision import examples_that_fail
from triage.ruleset import compile_ruleset

PAGE = Path(__file__).parents[2] / "docs" / "rule-language.md"
BLOCKS = re.findall(
    r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_page_holds(block: str, frame: str) -> None:
    ruleset = compile_ruleset({"frame.toml": frame, "a-page.toml": block})

    failures = examples_that_fail(ruleset)

    assert failures == ()


def test_the_page_has_examples_in_every_block() -> None:
    assert BLOCKS
    assert all("examples = " in block for block in BLOCKS)
