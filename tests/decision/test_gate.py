from collections.abc import Callable

import pytest

from triage.decision.automatic import AUTOMATIC
from triage.decision.gate import Gate, Seen
from triage.decision.hold import HELD
from triage.decision.withhold import WITHHELD


@pytest.mark.parametrize("gates", [AUTOMATIC, WITHHELD], ids=["automatic", "withheld"])
def test_every_rule_has_a_code_of_its_own(gates: tuple[Gate, ...]) -> None:
    codes = [gate.code for gate in gates]

    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize(
    "sentence",
    [g.sentence for g in (*AUTOMATIC, *WITHHELD)]
    + [sentence for _, sentence, _ in HELD],
)
def test_a_reason_can_stand_in_a_notice(sentence: str) -> None:
    assert sentence.isprintable()
    assert "@" not in sentence
    assert len(sentence) < 100


@pytest.mark.parametrize(
    ("mark", "field", "expected"),
    [
        pytest.param("X-A", ("X-A", "anything"), True, id="present"),
        pytest.param("X-A", ("x-a", ""), True, id="present and empty"),
        pytest.param("X-A", ("X-A", " No "), False, id="denied"),
        pytest.param("X-A", ("X-B", "yes"), False, id="absent"),
        pytest.param("X-A: yes", ("X-A", "YES, score=5"), True, id="value begins so"),
        pytest.param("X-A:no", ("X-A", "no"), True, id="a denial that is asked for"),
        pytest.param("X-A: yes", ("X-A", "no, not yes"), False, id="value elsewhere"),
    ],
)
def test_a_mark_is_a_field_or_how_its_value_begins(
    mark: str, field: tuple[str, str], expected: bool, make_seen: Callable[..., Seen]
) -> None:
    seen = make_seen(headers=(field,))

    assert expected == (seen.mark((mark,)) == mark)


def test_without_patterns_nobody_is_a_system(
    make_seen: Callable[..., Seen], make_rules: Callable[..., object]
) -> None:
    seen = make_seen(book=make_rules(automatic={"system_senders": []}))

    assert not seen.is_system("mailer-daemon@mx.example")
    assert not seen.is_system("")
