"""A single pass."""

from pathlib import Path
from typing import Any, cast

import pytest

from tests.journeys.installing import Servers, install
from triage.config import load_config
from triage.errors import TransientError
from triage.wiring import Installation

WORDS = "any words"
NOBODY = Servers(imap_port=1, user="triage", password=WORDS, smtp_port=1)


class Noted:
    """A dispatch that only notes what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def recover(self) -> None:
        self.asked.append("recover")

    def run(self, _stopping: object) -> None:
        self.asked.append("run")


def test_letters_are_sent_though_the_mailbox_is_away(tmp_path: Path) -> None:
    dispatch = Noted()
    with Installation(load_config(install(tmp_path, NOBODY))) as parts:
        parts.dispatch = cast("Any", dispatch)

        with pytest.raises(TransientError, match="nothing listens"):
            parts.run_once()

    assert dispatch.asked == ["recover", "run"]
