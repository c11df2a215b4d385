"""A reader with little patience, and mails for it."""

from collections.abc import Iterator

import pytest

from tests.reader.faulty import obey
from tests.ruleset.rule_files import FRAME
from triage.reader import Limits, Reader

RULES = {
    "rules.toml": FRAME
    + """
[[signal]]
id = "late-book"
title = "A book came late"
phrases = ["the book came late"]
"""
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One for all tests of a module: whatever kills its child, it has a new one."""
    with Reader(RULES, Limits(seconds=1.0), parse=obey) as opened:
        yield opened
