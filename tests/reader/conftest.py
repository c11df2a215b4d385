"""Readers, with patience and with little, and rules for them."""

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
    with Reader(RULES, Limits(seconds=120.0), parse=obey) as opened:
        yield opened


@pytest.fixture(scope="module")
def hasty() -> Iterator[Reader]:
    """One for mails that never end; long enough for all others on a slow machine."""
    with Reader(RULES, Limits(seconds=4.0), parse=obey) as opened:
        yield opened
