from collections.abc import Callable

import pytest

from triage.ruleset import Ruleset, examples_that_fail

Compile = Callable[[str], Ruleset]

HEAD = '[[signal]]\nid = "s"\ntitle = ""\nphrases = ["refund"]\n'


def test_samples_that_hold_are_not_told(ruleset_with: Compile) -> None:
    ruleset = ruleset_with(
        HEAD + 'examples = ["a refund"]\ncounterexamples = ["a fund"]'
    )

    assert examples_that_fail(ruleset) == ()


def test_an_example_without_its_signal_is_told(ruleset_with: Compile) -> None:
    ruleset = ruleset_with(HEAD + 'examples = ["a refund", "my money"]')

    (failure,) = examples_that_fail(ruleset)

    assert (failure.signal, failure.text, failure.should_match) == (
        "s",
        "my money",
        True,
    )
    assert "does not see its example: my money" in str(failure)


def test_a_counterexample_with_the_signal_is_told(ruleset_with: Compile) -> None:
    ruleset = ruleset_with(HEAD + 'counterexamples = ["no refund, please"]')

    (failure,) = examples_that_fail(ruleset)

    assert (failure.signal, failure.should_match, failure.found) == (
        "s",
        False,
        "refund",
    )
    assert "sees “refund” in its counterexample: no refund" in str(failure)


@pytest.mark.parametrize(
    "where",
    ["subject", "text", "forwarded", "signature", "quoted", "sender", "attachment"],
)
def test_a_sample_stands_in_the_field_that_the_signal_reads(
    ruleset_with: Compile, where: str
) -> None:
    ruleset = ruleset_with(HEAD + f'in = ["{where}"]\nexamples = ["a-refund.x"]')

    assert examples_that_fail(ruleset) == ()
