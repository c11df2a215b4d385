"""The index finds what trying every pattern everywhere finds."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ruleset.rule_files import FRAME, LISTS, phrases, texts
from tests.timing import seconds_of
from triage.message.model import Message
from triage.ruleset import Ruleset, compile_ruleset, find_evidence
from triage.ruleset.scanning import LookUp


def everywhere(ruleset: Ruleset) -> LookUp:
    """Try everything in every sentence, as if it had every term."""
    terms = frozenset(ruleset.matching.vocabulary.usage)
    return lambda _words: terms


def compiled(phrases: Sequence[str]) -> Ruleset:
    """Signals of every kind, made of the phrases as far as they go."""
    one, two, three, four, *more = (list(phrases[n::6]) for n in range(6))
    signals: dict[str, dict[str, object]] = {
        "plain": {"phrases": one, "unless": two},
        "quoted": {"phrases": three, "in": ["quoted", "subject"]},
        "together": {"together": [[one, four], [two, three, four]], "unless": more[0]},
        "weak": {"weak": [*more[0], *more[1]], "phrases": more[1]},
    }
    # Python writes lists of plain texts as TOML does.
    written = (
        "\n".join(
            [
                f'[[signal]]\nid = "{name}"\ntitle = ""',
                *(f"{key} = {value!r}" for key, value in signal.items()),
            ]
        )
        for name, signal in signals.items()
    )
    return compile_ruleset({"rules.toml": FRAME + LISTS + "\n".join(written)})


# Made-up rule files take a while on a busy machine.
FEW = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
rulesets = st.lists(phrases(), min_size=12, max_size=18).map(compiled)
messages = st.builds(
    Message,
    sha256=st.just(""),
    size=st.just(0),
    subject=texts,
    text=texts,
    forwarded=texts,
    quoted=texts,
)


@FEW
@given(rulesets, messages)
def test_the_index_misses_nothing(ruleset: Ruleset, message: Message) -> None:
    naive = find_evidence(ruleset, message, everywhere(ruleset))

    assert naive == find_evidence(ruleset, message)


@FEW
@given(rulesets, st.lists(texts, min_size=1, max_size=3))
def test_the_index_misses_nothing_in_long_messages(
    ruleset: Ruleset, pieces: list[str]
) -> None:
    filler = "x y z. " * 1_500
    message = Message(sha256="", size=0, text=filler.join(pieces))

    naive = find_evidence(ruleset, message, everywhere(ruleset))

    assert naive == find_evidence(ruleset, message)


def test_a_message_of_very_many_sentences_takes_linear_time() -> None:
    ruleset = compile_ruleset({"rules.toml": FRAME})
    short, long = (
        Message(sha256="", size=0, text="this stands. " * count)
        for count in (10_000, 80_000)
    )

    took = seconds_of(lambda: find_evidence(ruleset, short))

    # 8 times the time where it is linear, 64 times where it is quadratic.
    assert seconds_of(lambda: find_evidence(ruleset, long)) < 32 * took


@pytest.mark.parametrize("piece", ["x", "this ", "this stands in no ", "This. ", "é'"])
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    ruleset = compile_ruleset({"rules.toml": FRAME})
    message = Message(sha256="", size=0, text=piece * (200_000 // len(piece)))

    assert seconds_of(lambda: find_evidence(ruleset, message)) < 2
