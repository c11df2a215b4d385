from typing import Any

import pytest

from tests.decision.conftest import Book, rules, sighting
from triage.decision import History, KnownCase, Trace, facts_of, trace
from triage.decision.conditions import lacks

FIRST = History()


def traced(*signals: str, history: History = FIRST, book: Book | None = None) -> Trace:
    book = book or rules()
    return trace(facts_of(sighting(*signals), history, book), book.tables)


def shown(found: Trace, rule: str) -> list[tuple[str, Any, bool, tuple[str, ...]]]:
    """The conditions of a line: key, what is wanted, whether it holds, on what."""
    line = next(line for line in found.lines if line.rule.id == rule)
    return [
        (each.check.key, each.check.wanted, each.check.holds, each.signals)
        for each in line.conditions
    ]


def test_every_line_up_to_the_one_that_holds_is_shown_in_the_tables_order() -> None:
    found = traced("rude")

    assert [(line.rule.id, line.holds) for line in found.lines] == [
        ("appeals", False),
        ("known", False),
        ("fines-of-readers", False),
        ("staff", True),
    ]
    assert found.decided is not None
    assert found.decided.rule.id == "staff"


def test_where_no_line_holds_none_decided() -> None:
    found = traced("noisy")

    assert len(found.lines) == len(rules().tables.rule)
    assert found.decided is None


def test_a_condition_is_shown_with_the_signals_that_bear_on_it() -> None:
    found = traced("my-loan", "fine", "overdue")

    assert shown(found, "fines-of-readers") == [
        ("role", ("reader", "unknown"), True, ("my-loan",)),
        ("topic", ("fines",), True, ("fine", "overdue")),
        ("none", ("not-about-fines",), True, ()),
    ]


def test_what_breaks_a_condition_is_named() -> None:
    found = traced("fine", "not-about-fines")

    line = next(line for line in found.lines if line.rule.id == "fines-of-readers")
    broken = [each for each in line.conditions if not each.check.holds]
    assert [(each.check.breaches, each.signals) for each in broken] == [
        ((("not-about-fines",),), ("not-about-fines",))
    ]


def test_an_exception_that_holds_keeps_a_line_from_holding() -> None:
    found = traced("fine", "fined-by-mistake")

    line = next(line for line in found.lines if line.rule.id == "fines-of-readers")
    assert all(each.check.holds for each in line.conditions)
    assert [each.check.key for each in line.in_force[0]] == ["all"]
    assert not line.holds


@pytest.mark.parametrize(
    "signals",
    [
        (),
        ("fine",),
        ("fine", "not-about-fines", "fined-by-mistake"),
        ("our-branch", "formal"),
        ("rude", "my-card", "asks-head"),
    ],
    ids=" ".join,
)
def test_the_trace_and_the_decision_count_the_same_things(
    signals: tuple[str, ...],
) -> None:
    found = traced(*signals)

    assert [line.lacking for line in found.lines] == [
        len(list(lacks(line.rule, found.facts))) for line in found.lines
    ]


def test_roles_and_topics_are_shown_with_each_signals_points() -> None:
    found = traced("my-card", "our-branch", "overdue", "unhelpful")

    assert [(s.kind.id, s.points, s.votes, s.is_enough) for s in found.roles] == [
        ("reader", 1, {"my-card": 1}, True),
        ("librarian", 1, {"our-branch": 2, "my-card": -1}, False),
    ]
    assert [(s.kind.id, s.points) for s in found.topics] == [
        ("fines", 1),
        ("staff", 1),
    ]


def test_the_guard_is_shown_where_a_line_sends_people_elsewhere() -> None:
    found = traced("fine", "overdue", "unhelpful")

    assert found.guard is not None
    assert (found.guard.points, found.guard.points_needed) == (3, 2)
    assert (found.guard.rival, found.guard.lead, found.guard.margin) == ("staff", 2, 2)
    assert found.guard.stopped is None
    assert traced("rude").guard is None


@pytest.mark.parametrize(
    ("signals", "stopped"),
    [
        pytest.param(
            ("overdue",), "the guard: topic fines has 1 of 2 points", id="few"
        ),
        pytest.param(
            ("fine", "ill"), "the guard: signal ill speaks against it", id="contrary"
        ),
        pytest.param(
            ("fine", "unhelpful"),
            "the guard: topic staff, which people work on, is only 1 behind",
            id="rival",
        ),
        pytest.param(
            ("fine", "hit"),
            "flag danger is never answered with a redirection",
            id="flag",
        ),
    ],
)
def test_what_stopped_a_redirection_is_told(
    signals: tuple[str, ...], stopped: str
) -> None:
    found = traced(*signals)

    assert found.guard is not None
    assert found.guard.stopped == stopped


def test_the_guard_shows_everything_that_it_looked_at() -> None:
    guard = traced("overdue", "ill", "desk-refused", "hit").guard

    assert guard is not None
    assert guard.contrary == ("ill", "desk-refused")
    assert guard.flags == ("danger",)
    assert guard.points == 1


def test_an_item_is_shown_with_why_it_is_asked_and_what_was_found_of_it() -> None:
    items = {each.missing.id: each for each in traced("fine", "branch").items}

    assert (items["card"].is_asked, items["card"].is_present) == (True, False)
    assert items["card"].found == ((), ("branch",))
    assert (items["receipt"].is_asked, items["receipt"].asked_by) == (True, ("fines",))


def test_an_item_is_shown_with_what_forbids_to_ask_for_it() -> None:
    items = {each.missing.id: each for each in traced("fine", "paid-in-cash").items}

    assert not items["receipt"].is_asked
    assert items["receipt"].asked_by == ("paid-in-cash",)


def test_a_flag_is_shown_with_what_raises_it_and_what_takes_it_back() -> None:
    (raised,) = traced("hit").flags
    (taken_back,) = traced("hit", "in-a-novel").flags

    assert (raised.flag.id, raised.is_raised, raised.raised_by) == (
        "danger",
        True,
        ("hit",),
    )
    assert not taken_back.is_raised
    assert taken_back.taken_back_by == ("in-a-novel",)


@pytest.mark.parametrize(
    ("signals", "nearest"),
    [
        pytest.param(("noisy", "our-branch"), "colleagues", id="one sign is lacking"),
        pytest.param(
            ("fine", "not-about-fines", "formal"),
            "fines-of-readers",
            id="what was seen and forbids comes first",
        ),
        pytest.param(
            ("rude", "unhelpful", "fine", "overdue"),
            "fines-of-readers",
            id="another topic is close behind",
        ),
        pytest.param(("noisy",), None, id="nothing was seen of any line"),
        pytest.param(("overdue",), "fines-of-readers", id="the guard stopped it"),
    ],
)
def test_the_nearest_line_lacks_the_least(
    signals: tuple[str, ...], nearest: str | None
) -> None:
    found = traced(*signals)

    assert (found.nearest and found.nearest.rule.id) == nearest


def test_a_line_for_known_cases_is_not_near_where_there_is_none() -> None:
    found = traced("noisy")
    known = traced("noisy", history=History(case=KnownCase("CMP-2026-00001", "review")))

    assert found.nearest is None
    assert known.decided is not None
    assert known.decided.rule.id == "known"
