"""A reader with little patience, and mails for it."""

from collections.abc import Iterator

import pytest

from tests.reader.faulty import obey
from triage.reader import Limits, Reader

RULES = {
    "rules.toml": """
[intake]
subject_words = ["complaint"]
[automatic]
[calendar]
timezone = "Europe/London"
country = "GB"
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
id = "reader"
title = "A reader"
points = {late-book = 1}
[[topic]]
id = "books"
title = "Books"
points = {late-book = 1}
[[flag]]
id = "legal"
title = "Legal action"
any = ["late-book"]
[[missing]]
id = "card"
title = "The card"
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
