"""A small rule file that is right, and made-up phrases and texts that meet often."""

from hypothesis import strategies as st

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

LISTS = """
[[list]]
id = "list"
words = ["a b", "cab", "ba*"]
[[list]]
id = "more"
words = ["{list}", "c [ca] c", "é"]
"""

words = st.sampled_from(["a", "ab", "abc", "b", "ba", "bc", "c", "ca", "cab", "é", "я"])
gaps = st.sampled_from(["", "", "", "...", "...1...", "...7..."])

texts = st.lists(
    words | st.sampled_from([".", "!", "\n", "\n\n", ",", "x", "abcd", "cabs"]),
    max_size=60,
).map(" ".join)


@st.composite
def phrases(draw: st.DrawFn, depth: int = 1) -> str:
    """A phrase that can be compiled: its last word must be there."""
    parts = draw(st.lists(st.tuples(_units(depth), gaps), max_size=3))
    return " ".join([*(part for pair in parts for part in pair), draw(words)])


def _units(depth: int) -> st.SearchStrategy[str]:
    plain = words | st.sampled_from(["ab*", "ca*", "{list}", "{more}"])
    if not depth:
        return plain
    options = st.lists(phrases(depth - 1), min_size=1, max_size=3).map("|".join)
    return plain | options.map("({})".format) | options.map("[{}]".format)
