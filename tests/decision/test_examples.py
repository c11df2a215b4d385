from datetime import UTC, date, datetime

import pytest

from tests.ruleset.rule_files import FRAME
from triage.decision import (
    Tried,
    coverage,
    examples_that_fail,
    sample_named,
    try_examples,
)
from triage.errors import ConfigError
from triage.ruleset import Ruleset, compile_ruleset

SIGNAL = '[[signal]]\nid = "s"\ntitle = "T"\nphrases = ["refund"]\n'
POLICY = """
[[signal]]
id = "refund"
title = "Asks for a refund"
phrases = ["refund"]
unless = ["no refund"]
[[signal]]
id = "grade"
title = "Names a grade"
phrases = ["grade"]
[[route]]
id = "money"
title = "Money"
folder = "Money"
asks_missing = true
[[rule]]
id = "refund"
title = "Wants money"
route = "money"
all = ["refund"]
none = ["grade"]
[[rule]]
id = "series"
title = "While a series runs"
route = "money"
series_running = true
[[rule]]
id = "known"
title = "A known case"
route = "money"
known_case = true
"""
SERIES = """
[[series]]
id = "june"
title = "June"
first = 2026-05-01
last = 2026-06-15
"""


def compiled(text: str) -> Ruleset:
    head, line, rest = FRAME.partition("[[rule]]")
    return compile_ruleset({"rules.toml": head + text + line + rest})


def example(expect: str, *more: str) -> str:
    lines = ["[[example]]", 'id = "e"', f"expect = {{ {expect} }}", *more]
    return "\n".join(lines) + "\n"


def the_failure(text: str) -> Tried:
    (failure,) = examples_that_fail(compiled(text))
    return failure


def test_examples_of_signals_that_hold_are_not_told() -> None:
    text = SIGNAL + 'examples = ["a refund"]\ncounterexamples = ["a fund"]\n'

    assert examples_that_fail(compiled(text)) == ()


def test_an_example_without_its_signal_is_told() -> None:
    failure = the_failure(SIGNAL + 'examples = ["a refund", "my money"]\n')

    assert failure.sample.name == "s/example-2"
    assert failure.sample.message.text == "my money"
    assert "the signal `s` does not see its example" in str(failure)


def test_a_counterexample_with_the_signal_is_told_with_the_words() -> None:
    failure = the_failure(SIGNAL + 'counterexamples = ["no refund, please"]\n')

    assert failure.sample.name == "s/counterexample-1"
    assert "the signal `s` sees “refund” in its counterexample" in str(failure)


def test_an_example_that_unless_takes_back_says_so() -> None:
    text = SIGNAL + 'unless = ["please"]\nexamples = ["refund, please"]\n'

    assert "only “refund”, which `unless` takes back" in str(the_failure(text))


@pytest.mark.parametrize(
    "where",
    ["subject", "text", "forwarded", "signature", "quoted", "sender", "attachment"],
)
def test_a_sample_stands_in_the_field_that_the_signal_reads(where: str) -> None:
    text = SIGNAL + f'in = ["{where}"]\nexamples = ["a-refund.x"]\n'

    assert examples_that_fail(compiled(text)) == ()


@pytest.mark.parametrize(
    "expect",
    [
        'route = "money", rule = "refund", role = "unknown"',
        'signals = ["refund"], not_signals = ["grade"]',
        'missing = ["correspondence"], flags = []',
        'disposition = "answer"',
    ],
)
def test_a_whole_mail_that_comes_to_what_it_expects_passes(expect: str) -> None:
    text = POLICY + example(expect, 'text = "I want a refund."')

    assert examples_that_fail(compiled(text)) == ()


def test_a_mail_on_another_route_tells_what_stood_in_the_way() -> None:
    text = POLICY + example('route = "money"', 'text = "The grade. A refund."')

    failure = the_failure(text)

    assert [(each.expected, each.got) for each in failure.wrong] == [
        ("money", "review")
    ]
    assert failure.why[0] == "line refund: signal grade forbids it"


def test_a_line_that_would_hold_below_the_one_that_held_is_told() -> None:
    text = POLICY + example('rule = "known"', 'text = "A refund."', "known_case = true")

    failure = the_failure(text)

    assert failure.why == ("line known would hold, but refund stands above it",)


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        ('role = "parent"', "role"),
        ('topic = "results"', "topic"),
        ("missing = []", "missing"),
        ('flags = ["legal"]', "flags"),
        ('signals = ["grade"]', "signal"),
        ('not_signals = ["refund"]', "signal"),
        ('disposition = "record"', "disposition"),
    ],
)
def test_everything_that_an_example_expects_is_compared(expect: str, what: str) -> None:
    failure = the_failure(POLICY + example(expect, 'text = "A refund."'))

    assert [each.what for each in failure.wrong] == [what]


def test_without_a_subject_the_intakes_word_is_used() -> None:
    ruleset = compiled(POLICY + example('disposition = "answer"'))

    sample = sample_named("e", ruleset)

    assert sample is not None
    assert sample.message.subject == "complain"
    assert examples_that_fail(ruleset) == ()


def test_an_empty_subject_stays_empty() -> None:
    text = POLICY + example('disposition = "leave"', 'subject = ""')

    assert examples_that_fail(compiled(text)) == ()


def test_a_time_of_the_example_is_the_boards_time() -> None:
    text = POLICY + SERIES + example('rule = "series"', "at = 2026-06-15T23:30:00")

    sample = sample_named("e", compiled(text))

    assert sample is not None
    assert sample.at == datetime(2026, 6, 15, 22, 30, tzinfo=UTC)
    assert examples_that_fail(compiled(text)) == ()


def test_without_a_time_no_series_runs() -> None:
    ruleset = compiled(POLICY + SERIES + example('route = "review"'))

    sample = sample_named("e", ruleset)

    assert sample is not None
    assert sample.at.date() == date(2026, 6, 16)
    assert examples_that_fail(ruleset) == ()


def test_an_example_may_come_while_a_series_runs_whichever_that_is() -> None:
    text = POLICY + example('rule = "series"', "series_running = true")
    later = SERIES.replace("2026", "2031").replace("june", "later")

    assert examples_that_fail(compiled(text + SERIES)) == ()
    assert examples_that_fail(compiled(text + SERIES + later)) == ()


def test_without_any_series_none_can_run() -> None:
    failure = the_failure(POLICY + example('rule = "series"', "series_running = true"))

    assert "needs a running series" in failure.why[0]


def test_an_example_comes_at_one_time_only() -> None:
    times = ("series_running = true", "at = 2026-05-02T10:00:00")

    with pytest.raises(ConfigError, match="give `at` or `series_running`"):
        compiled(POLICY + example('rule = "series"', *times))


def test_an_example_of_a_known_case_belongs_to_one() -> None:
    text = POLICY + example('rule = "known"', "known_case = true")

    assert examples_that_fail(compiled(text)) == ()


def test_earlier_mails_make_a_repeat_sender() -> None:
    flag = '[[flag]]\nid = "often"\ntitle = "T"\nhistory = "repeat-sender"\n'
    text = POLICY + flag + example('flags = ["often"]', "earlier = 3")

    assert examples_that_fail(compiled(text)) == ()


def test_fields_of_an_example_stand_where_they_belong() -> None:
    text = POLICY + example(
        'signals = ["attachment"]',
        'from = "Ann Lee <Ann@School.example>"',
        'signature = "Head"',
        'quoted = "earlier"',
        'forwarded = "other"',
        'attachments = ["a.pdf"]',
    )

    sample = sample_named("e", compiled(text))

    assert sample is not None
    message = sample.message
    assert (message.signature, message.quoted, message.forwarded) == (
        "Head",
        "earlier",
        "other",
    )
    assert message.sender is not None
    assert (message.sender.name, message.sender.address) == (
        "Ann Lee",
        "ann@school.example",
    )
    assert examples_that_fail(compiled(text)) == ()


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("", "expects nothing"),
        ('route = "mony"', "did you mean `money`?"),
        ('rule = "refnd"', "did you mean `refund`?"),
        ('signals = ["refnd"]', "did you mean `refund`?"),
        ('flags = ["leagl"]', "did you mean `legal`?"),
        ('missing = ["corespondence"]', "did you mean `correspondence`?"),
        ('rout = "money"', "did you mean `route`?"),
    ],
)
def test_an_example_that_expects_what_is_not_there_is_refused(
    expect: str, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        compiled(POLICY + example(expect))

    assert words in str(caught.value)


def test_two_examples_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="the id `e` is taken"):
        compiled(POLICY + 2 * example('route = "money"'))


def test_only_wanted_examples_are_tried() -> None:
    ruleset = compiled(POLICY + example('route = "money"') + SIGNAL)

    tried = try_examples(ruleset, lambda sample: sample.name == "e")

    assert [each.sample.name for each in tried] == ["e"]


def test_what_no_example_reaches_is_told_in_the_files_order() -> None:
    expect = 'route = "money", signals = ["refund"]'
    text = POLICY + example(expect, 'text = "A refund."')
    ruleset = compiled(text)

    found = coverage(try_examples(ruleset), ruleset)

    assert found.unreached("signals") == ("grade", "framed")
    assert found.unreached("lines") == ("series", "known", "last")
    assert found.unreached("routes") == ("review",)
    assert found.unreached("missing items") == ()


def test_a_signal_is_reached_only_by_an_example_that_passes_and_wants_it() -> None:
    signals = SIGNAL.replace('"s"', '"fails"') + 'examples = ["my money"]\n'
    signals += SIGNAL.replace('"s"', '"met"')
    signals += SIGNAL.replace('"s"', '"wanted"') + 'examples = ["a refund"]\n'
    ruleset = compiled(signals)

    found = coverage(try_examples(ruleset), ruleset)

    assert found.unreached("signals") == ("fails", "met", "framed")


def test_an_example_that_fails_reaches_no_line() -> None:
    ruleset = compiled(POLICY + example('route = "review"', 'text = "A refund."'))

    found = coverage(try_examples(ruleset), ruleset)

    assert "refund" in found.unreached("lines")


def test_there_is_no_example_of_an_unknown_name() -> None:
    assert sample_named("nobody", compiled(POLICY)) is None


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "1970-12-31T00:00:00+14:00"]
)
def test_a_time_from_which_nothing_can_be_counted_is_refused(at: str) -> None:
    with pytest.raises(ConfigError, match="must lie between"):
        compiled(POLICY + example('route = "money"', f"at = {at}", "earlier = 100"))


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [
        ("2026-05-01", "9999-12-31", date(2026, 4, 30)),
        ("0001-01-01", "9999-12-31", date(2000, 1, 4)),
        ("0001-01-01", "0001-01-02", date(1, 1, 3)),
    ],
)
def test_a_series_without_end_leaves_another_day(
    first: str, last: str, day: date
) -> None:
    series = f'[[series]]\nid = "s"\ntitle = "S"\nfirst = {first}\nlast = {last}\n'
    ruleset = compiled(POLICY + series + example('disposition = "answer"'))

    sample = sample_named("e", ruleset)

    assert sample is not None
    assert sample.at.date() == day
    assert examples_that_fail(ruleset) == ()


def test_a_mail_of_odd_characters_is_judged_like_any_other() -> None:
    text = example(
        'disposition = "answer"',
        'from = "Broken <"',
        'subject = "complain\\r\\nBcc: x"',
        'text = "\\u0000 . \\uFFFD"',
    )

    assert examples_that_fail(compiled(POLICY + text)) == ()


@pytest.mark.parametrize(
    ("expect", "more", "why"),
    [
        (
            'role = "parent"',
            "",
            ("role parent: points 0, needed 1 (nothing was seen)",),
        ),
        (
            'role = "unknown"',
            'attachments = ["a"]',
            ("role parent: points 1, needed 1 (attachment +1)",),
        ),
        (
            'topic = "results"',
            "",
            ("topic results: points 0, needed 1 (nothing was seen)",),
        ),
        (
            "missing = []",
            "",
            ("missing correspondence: none of attachment was seen",),
        ),
        (
            'missing = ["correspondence"]',
            'attachments = ["a"]',
            ("missing correspondence: it is there: attachment was seen",),
        ),
        (
            'flags = ["legal"]',
            "",
            ("flag legal: nothing that raises it was seen",),
        ),
        (
            "flags = []",
            'attachments = ["a"]',
            ("flag legal: attachment was seen",),
        ),
    ],
)
def test_what_stood_in_the_way_is_told_for_everything_that_is_expected(
    expect: str, more: str, why: tuple[str, ...]
) -> None:
    text = POLICY + example(expect, 'text = "A refund."', more)

    assert why == the_failure(text).why


def test_a_route_that_asks_for_nothing_says_so() -> None:
    text = POLICY + example('missing = ["correspondence"]', 'text = "The grade."')

    assert the_failure(text).why == (
        "missing correspondence: the route review asks for nothing",
    )


def test_a_mail_that_is_left_alone_has_nothing_in_its_way_but_the_reason() -> None:
    failure = the_failure(POLICY + example('route = "money"', 'subject = "Lunch"'))

    assert failure.why == ()
