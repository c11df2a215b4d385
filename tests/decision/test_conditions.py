from dataclasses import replace
from typing import Any

import pytest

from triage.decision.conditions import Facts, lacks
from triage.ruleset.schema import Rule

FACTS = Facts(
    role="reader",
    topic="fines",
    points={"fines": 3, "staff": 1},
    signals=frozenset({"late", "paid"}),
    flags=frozenset({"often"}),
)
KNOWN = replace(FACTS, known_case=True, series_running=True)


def lacking(facts: Facts, **conditions: Any) -> list[str]:
    rule = Rule.model_validate(
        {"id": "line", "title": "A line", "route": "review", **conditions}
    )
    return list(lacks(rule, facts))


@pytest.mark.parametrize(
    ("facts", "conditions"),
    [
        pytest.param(FACTS, {}, id="nothing is asked"),
        pytest.param(FACTS, {"role": ["librarian", "reader"]}, id="role"),
        pytest.param(Facts(), {"role": ["unknown"]}, id="unknown role"),
        pytest.param(FACTS, {"topic": ["noise", "fines"]}, id="topic"),
        pytest.param(FACTS, {"touches": ["fines", "staff"]}, id="touches"),
        pytest.param(FACTS, {"touches_none": ["noise"]}, id="touches none"),
        pytest.param(FACTS, {"all": ["late", "paid"]}, id="all"),
        pytest.param(FACTS, {"any": ["early", "paid"]}, id="any"),
        pytest.param(FACTS, {"none": ["early"]}, id="none"),
        pytest.param(FACTS, {"flags": ["often"]}, id="flags"),
        pytest.param(KNOWN, {"known_case": True}, id="known case"),
        pytest.param(FACTS, {"known_case": False}, id="no known case"),
        pytest.param(KNOWN, {"series_running": True}, id="series"),
        pytest.param(FACTS, {"series_running": False}, id="no series"),
        pytest.param(
            FACTS, {"unless": [{"all": ["late", "early"]}]}, id="half an exception"
        ),
    ],
)
def test_a_line_holds(facts: Facts, conditions: dict[str, Any]) -> None:
    expected: list[str] = []

    assert expected == lacking(facts, **conditions)


@pytest.mark.parametrize(
    ("facts", "conditions", "expected"),
    [
        pytest.param(
            FACTS,
            {"role": ["librarian", "unknown"]},
            ["needs role librarian or unknown; role is reader"],
            id="role",
        ),
        pytest.param(
            FACTS,
            {"topic": ["staff"]},
            ["needs topic staff; main topic is fines"],
            id="topic",
        ),
        pytest.param(
            Facts(),
            {"topic": ["staff", "fines"]},
            ["needs topic staff or fines; main topic is not known"],
            id="no topic",
        ),
        pytest.param(
            FACTS,
            {"touches": ["fines", "noise"]},
            ["needs to touch topic noise"],
            id="touches",
        ),
        pytest.param(
            FACTS,
            {"touches_none": ["staff"]},
            ["touched topic staff forbids it"],
            id="touched",
        ),
        pytest.param(
            FACTS,
            {"all": ["early", "late", "unpaid"]},
            ["needs signal early", "needs signal unpaid"],
            id="all",
        ),
        pytest.param(
            FACTS,
            {"any": ["early", "unpaid"]},
            ["needs signal early or unpaid"],
            id="any",
        ),
        pytest.param(FACTS, {"none": ["late"]}, ["signal late forbids it"], id="none"),
        pytest.param(FACTS, {"flags": ["abusive"]}, ["needs flag abusive"], id="flags"),
        pytest.param(
            FACTS,
            {"known_case": True},
            ["needs a known case; it has no known case"],
            id="known case",
        ),
        pytest.param(
            KNOWN,
            {"known_case": False},
            ["needs no known case; it has a known case"],
            id="no known case",
        ),
        pytest.param(
            FACTS,
            {"series_running": True},
            ["needs a running series; there is no running series"],
            id="series",
        ),
        pytest.param(
            KNOWN,
            {"series_running": False},
            ["needs no running series; there is a running series"],
            id="no series",
        ),
        pytest.param(
            FACTS,
            {
                "unless": [
                    {"all": ["early"]},
                    {"all": ["late", "paid"], "role": ["reader"]},
                ]
            },
            ["an exception holds: role reader, signal late and paid"],
            id="unless",
        ),
        pytest.param(
            KNOWN,
            {
                "unless": [
                    {
                        "known_case": True,
                        "series_running": True,
                        "topic": ["fines"],
                        "touches": ["staff"],
                        "touches_none": ["noise"],
                        "any": ["late", "early"],
                        "none": ["unpaid"],
                        "flags": ["often"],
                    }
                ]
            },
            [
                "an exception holds: a known case, a running series, topic fines,"
                " touches staff, touches no noise, signal late or early,"
                " no signal unpaid, flag often"
            ],
            id="unless, all conditions",
        ),
        pytest.param(
            FACTS,
            {"role": ["librarian"], "all": ["early"], "flags": ["abusive"]},
            [
                "needs role librarian; role is reader",
                "needs signal early",
                "needs flag abusive",
            ],
            id="everything is told, in order",
        ),
    ],
)
def test_what_a_line_lacks_is_said_in_words(
    facts: Facts, conditions: dict[str, Any], expected: list[str]
) -> None:
    assert expected == lacking(facts, **conditions)
