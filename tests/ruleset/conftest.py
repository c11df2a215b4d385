"""Rule files and messages for the tests of the ruleset."""

from collections.abc import Callable
from typing import Any

import pytest

from triage.message.model import Message
from triage.ruleset import Ruleset, compile_ruleset

FRAME = """
[intake]
subject_words = ["complain*"]
[automatic]
[calendar]
timezone = "Europe/London"
country = "GB"
subdivision = "ENG"
closing_time = 17:00:00
acknowledge_days = 2
respond_days = 10
[senders]
windows = [{messages = 3, hours = 24}]
public_domains = ["gmail.com"]
budgets = {sender_per_day = 3, domain_per_hour = 20, all_per_hour = 60}
[guard]
otherwise = "review"
[[role]]
id = "parent"
title = "A parent"
points = {attachment = 1}
[[topic]]
id = "results"
title = "Results"
points = {attachment = 1}
[[flag]]
id = "legal"
title = "Legal action"
any = ["attachment"]
[[missing]]
id = "correspondence"
title = "Earlier letters"
present = [["attachment"]]
[[route]]
id = "review"
title = "A person decides"
folder = "Review"
[[rule]]
id = "last"
title = "Everything else"
route = "review"
[[signal]]
id = "framed"
title = "Keeps the frame valid"
phrases = ["this stands in no test"]
"""


@pytest.fixture
def frame() -> str:
    """A small rule file that is right; tests add what they are about."""
    return FRAME


Signal = Callable[..., Ruleset]


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
