"""Transcripts: compared with the page, or written into it."""

from collections.abc import Callable

import pytest

from tests.cli.transcripts import page, writing
from tests.cli.transcripts.steady import wait_past_midnight

Compare = Callable[[str, str], None]


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Compare:
    """Demand that the page shows a text under a name, or write it there."""

    wait_past_midnight()

    def comparing(name: str, shown: str) -> None:
        if request.config.pluginmanager.has_plugin(writing.NAME):
            page.put(name, shown)
        anew = "anew by: python -m tests.cli.transcripts"
        assert page.blocks()[name] == shown, anew

    return comparing
