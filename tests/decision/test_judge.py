from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from triage.decision.judge import Judgement, judge
from triage.decision.model import History, KnownCase, Rules, Sighting
from triage.message.model import Attachment

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)
OPEN = KnownCase("CMP-2026-00042", "complaint")
ANSWERED = KnownCase("CMP-2026-00042", "complaint", answered_at=BEFORE)
Judge = Callable[..., Judgement]


@pytest.fixture(scope="session")
def judged(
    make_sighting: Callable[..., Sighting], make_rules: Callable[..., Rules]
) -> Judge:
    def judge_on(
        *signals: str,
        history: History | None = None,
        changes: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Judgement:
        ruleset = make_rules(**(changes or {}))
        return judge(make_sighting(*signals, **fields), history or History(), ruleset)

    return judge_on


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        pytest.param((), "unknown", id="no evidence"),
        pytest.param(("my-card",), "reader", id="one point"),
        pytest.param(("our-branch",), "librarian", id="threshold reached"),
        pytest.param(("our-branch", "my-card"), "reader", id="points taken away"),
        pytest.param(("our-branch", "my-loan"), "reader", id="a tie goes by order"),
        pytest.param(("rude",), "unknown", id="another kind of signal"),
    ],
)
def test_the_role_has_the_most_points(
    signals: tuple[str, ...], expected: str, judged: Judge
) -> None:
    assert expected == judged(*signals).facts.role


@pytest.mark.parametrize(
    ("signals", "main", "points"),
    [
        pytest.param((), None, {}, id="none"),
        pytest.param(("fine", "overdue"), "fines", {"fines": 3}, id="added up"),
        pytest.param(
            ("fine", "overdue", "rude"), "fines", {"fines": 3, "staff": 3}, id="a tie"
        ),
        pytest.param(
            ("overdue", "rude"), "staff", {"fines": 1, "staff": 3}, id="the most points"
        ),
        pytest.param(("noisy",), "noise", {"noise": 2}, id="threshold"),
    ],
)
def test_the_main_topic_has_the_most_points(
    signals: tuple[str, ...], main: str | None, points: dict[str, int], judged: Judge
) -> None:
    facts = judged(*signals).facts

    assert main == facts.topic
    assert points == facts.points


def test_a_topic_below_its_threshold_is_not_touched(judged: Judge) -> None:
    topics = [
        {
            "id": "noise",
            "title": "Noise",
            "points": {"noisy": 1, "loud": 1},
            "at_least": 2,
        }
    ]

    assert judged("noisy", changes={"topic": topics}).facts.topic is None
    assert judged("noisy", "loud", changes={"topic": topics}).facts.topic == "noise"


@pytest.mark.parametrize(
    ("signals", "history", "expected"),
    [
        pytest.param((), History(), (), id="none"),
        pytest.param(("swearing",), History(), ("abusive",), id="signal"),
        pytest.param(("threat-to-self",), History(), ("danger",), id="any of several"),
        pytest.param(("hit", "in-a-novel"), History(), (), id="taken back"),
        pytest.param(("in-a-novel",), History(), (), id="nothing to take back"),
        pytest.param(
            (),
            History(earlier=tuple(NOW - timedelta(hours=n) for n in (1, 2, 3))),
            ("often",),
            id="repeat sender",
        ),
        pytest.param(
            (),
            History(earlier=tuple(NOW - timedelta(hours=n) for n in (1, 2))),
            (),
            id="not so many",
        ),
        pytest.param(
            ("hit",),
            History(
                earlier=tuple(NOW - timedelta(hours=n) for n in (1, 2, 3)),
                case=replace(ANSWERED, by_party=False),
            ),
            ("danger",),
            id="how often a stranger writes says nothing of a case",
        ),
        pytest.param((), History(case=ANSWERED), ("again",), id="insistent"),
        pytest.param((), History(case=OPEN), (), id="open case"),
        pytest.param(("thanks",), History(case=ANSWERED), (), id="only thanks"),
        pytest.param(
            ("hit", "swearing"),
            History(case=ANSWERED),
            ("abusive", "danger", "again"),
            id="several, in order",
        ),
    ],
)
def test_flags_come_from_signals_and_history(
    signals: tuple[str, ...], history: History, expected: tuple[str, ...], judged: Judge
) -> None:
    flags = judged(*signals, history=history).flags

    assert expected == tuple(flag.id for flag in flags)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param(ANSWERED, (), id="the first time"),
        pytest.param(
            KnownCase(
                "CMP-2026-00042", "appeal", answered_at=BEFORE, is_escalated=True
            ),
            ("again",),
            id="once more",
        ),
        pytest.param(None, (), id="no case known"),
    ],
)
def test_to_ask_once_for_the_last_step_is_no_insistence(
    case: KnownCase | None, expected: tuple[str, ...], judged: Judge
) -> None:
    history = History(case=case, answered_cases=("CMP-1",), near_identical_to="CMP-1")

    flags = judged("asks-head", history=history).flags

    assert expected == tuple(flag.id for flag in flags)


@pytest.mark.parametrize(
    ("signals", "history", "route", "rule"),
    [
        pytest.param((), History(), "review", None, id="no line holds"),
        pytest.param(("rude",), History(), "complaint", "staff", id="topic"),
        pytest.param(
            ("our-branch", "formal"), History(), "complaint", "colleagues", id="role"
        ),
        pytest.param(
            ("fine", "my-card"),
            History(),
            "fines-desk",
            "fines-of-readers",
            id="redirects",
        ),
        pytest.param(
            ("rude",), History(case=OPEN), "follow-up", "known", id="known case"
        ),
        pytest.param(
            ("asks-head",), History(case=OPEN), "appeal", "appeals", id="order decides"
        ),
        pytest.param(
            ("fine", "not-about-fines"),
            History(),
            "review",
            None,
            id="a signal forbids",
        ),
        pytest.param(
            ("fine", "fined-by-mistake"), History(), "review", None, id="an exception"
        ),
    ],
)
def test_the_first_line_that_holds_decides(
    signals: tuple[str, ...],
    history: History,
    route: str,
    rule: str | None,
    judged: Judge,
) -> None:
    judgement = judged(*signals, history=history)

    assert route == judgement.route.id
    assert rule == judgement.rule


def test_every_line_looked_at_is_a_step_with_what_it_lacked(judged: Judge) -> None:
    judgement = judged("rude", "our-branch")

    expected = [
        ("appeals", "appeal", "needs signal asks-head"),
        ("known", "follow-up", "needs a known case; it has no known case"),
        (
            "fines-of-readers",
            "fines-desk",
            "needs role reader or unknown; role is librarian",
        ),
        ("staff", "complaint", None),
    ]
    assert expected == [(s.rule, s.route, s.failed) for s in judgement.steps]
    assert judgement.reason == "About our staff"


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        pytest.param((), ("appeals", "fines-of-readers", "staff"), id="nothing found"),
        pytest.param(
            ("our-branch",), ("appeals", "staff", "colleagues"), id="one thing lacks"
        ),
        pytest.param(("asks-head",), (), id="the first line held"),
    ],
)
def test_a_line_that_lacks_one_thing_is_a_near_miss(
    signals: tuple[str, ...], expected: tuple[str, ...], judged: Judge
) -> None:
    assert expected == judged(*signals).near_misses


@pytest.mark.parametrize(
    ("signals", "why"),
    [
        pytest.param(
            ("overdue",),
            "the guard: topic fines has 1 of 2 points",
            id="too little evidence",
        ),
        pytest.param(
            ("fine", "ill"), "the guard: signal ill speaks against it", id="contrary"
        ),
        pytest.param(
            ("fine", "desk-refused"),
            "the guard: signal desk-refused speaks against it",
            id="contrary to this route",
        ),
        pytest.param(
            ("fine", "unhelpful"),
            "the guard: topic staff, which people work on, is only 1 behind",
            id="another matter",
        ),
        pytest.param(
            ("fine", "noisy"),
            "the guard: topic noise, which people work on, is only 0 behind",
            id="another matter that no line knows",
        ),
        pytest.param(
            ("fine", "hit"),
            "flag danger is never answered with a redirection",
            id="danger",
        ),
    ],
)
def test_nobody_is_turned_away_against_the_guard(
    signals: tuple[str, ...], why: str, judged: Judge
) -> None:
    judgement = judged(*signals)

    assert judgement.route.id == "review"
    assert judgement.rule == "fines-of-readers"
    assert judgement.reason == f"A reader's fine: but {why}"
    assert judgement.steps[-1].failed == why
    assert judgement.near_misses[-1] == "fines-of-readers"


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param(("fine",), id="enough"),
        pytest.param(("fine", "overdue", "unhelpful"), id="a clear lead"),
        pytest.param(("fine", "swearing"), id="a flag that only holds the reply"),
        pytest.param(("fine", "hit", "in-a-novel"), id="no danger after all"),
    ],
)
def test_clear_evidence_passes_the_guard(
    signals: tuple[str, ...], judged: Judge
) -> None:
    assert judged(*signals).route.id == "fines-desk"


def test_without_a_topic_nobody_is_turned_away(judged: Judge) -> None:
    line = {"id": "a", "title": "A line", "route": "fines-desk", "all": ["my-card"]}

    judgement = judged("my-card", changes={"rule": [line]})

    assert judgement.route.id == "review"
    assert judgement.reason == "A line: but the guard: no topic is clear"


def test_a_topic_that_would_be_turned_away_too_needs_no_lead(judged: Judge) -> None:
    lines = [
        {"id": "a", "title": "A", "route": "fines-desk", "topic": ["fines", "noise"]},
        {"id": "b", "title": "B", "route": "complaint", "topic": ["staff"]},
    ]

    turned_away = judged("fine", "noisy", changes={"rule": lines})
    looked_at = judged("fine", "unhelpful", changes={"rule": lines})

    assert turned_away.route.id == "fines-desk"
    assert looked_at.route.id == "review"


def test_the_guard_asks_nothing_of_other_routes(judged: Judge) -> None:
    assert judged("unhelpful", "ill").route.id == "complaint"


@pytest.mark.parametrize(
    ("received_at", "expected"),
    [
        pytest.param("2026-04-30T22:59:59+00:00", False, id="the day before"),
        pytest.param("2026-04-30T23:00:00+00:00", True, id="the first day over there"),
        pytest.param("2026-06-15T22:59:59+00:00", True, id="the last day"),
        pytest.param("2026-06-15T23:00:00+00:00", False, id="the day after over there"),
    ],
)
def test_a_series_runs_by_the_clock_of_the_board(
    received_at: str, expected: bool, judged: Judge
) -> None:
    judgement = judged(received_at=datetime.fromisoformat(received_at))

    assert expected == judgement.facts.series_running


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        pytest.param((), ("card",), id="always asked for"),
        pytest.param(("card-number",), ("card",), id="one of two groups"),
        pytest.param(("card-number", "branch"), (), id="both groups"),
        pytest.param(("fine",), ("card", "receipt"), id="asked for by topic"),
        pytest.param(("paid",), ("card", "receipt"), id="asked for by signal"),
        pytest.param(("fine", "paid-in-cash"), ("card",), id="not asked for"),
        pytest.param(("fine", "receipt-quoted"), ("card",), id="one of a group"),
        pytest.param(("fine", "attachment"), ("card",), id="an attachment"),
    ],
)
def test_a_complaint_is_asked_for_what_it_lacks(
    signals: tuple[str, ...], expected: tuple[str, ...], judged: Judge
) -> None:
    judgement = judged("rude", "unhelpful", *signals)

    assert judgement.route.id == "complaint"
    assert expected == judgement.missing


def test_other_routes_ask_for_nothing(judged: Judge) -> None:
    assert judged("asks-head").missing == ()


def test_an_attachment_counts_where_the_rules_saw_it(judged: Judge) -> None:
    seen = judged(
        "rude", "paid", "attachment", attachments=(Attachment("a", "x/y", 1),)
    )

    assert seen.missing == ("card",)
