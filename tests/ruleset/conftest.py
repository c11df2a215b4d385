"""Rule files and messages for the tests of the ruleset."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.ruleset.rule_files import FRAME
from triage.message.model import Message
from triage.ruleset import Ruleset, compile_ruleset


@pytest.fixture
def frame() -> str:
    """A small rule file that is right; tests add what they are about."""
    return FRAME


@pytest.fixture
def ruleset_with() -> Callable[[str], Ruleset]:
    """Compile the frame and what is added to it."""

    def compiled(text: str) -> Ruleset:
        return compile_ruleset({"rules.toml": FRAME + text})

    return compiled


@pytest.fixture
def make_message() -> Callable[..., Message]:
    """A message of which only the given fields matter."""

    def made(text: str = "", **fields: Any) -> Message:
        return Message(sha256="", size=0, text=text, **fields)

    return made
