"""Where the table and mails like this one differ."""

import pytest

from tests.decision.conftest import TABLES
from triage.decision.model import Opinion
from triage.decision.second_opinion import (
    flags_raised,
    forbidden_redirections,
    hear,
    surer_role,
)
from triage.ruleset.schema import Route, RuleFiles

ROUTES = [
    {"id": "away", "title": "Away", "folder": "Away", "redirects": True},
    {
        "id": "far",
        "title": "Farther",
        "folder": "Far",
        "redirects": True,
        "contrary": ["against-far"],
    },
    {"id": "work", "title": "Worked on", "folder": "Work"},
    {"id": "note", "title": "Noted", "folder": "Note", "responds": False},
    {"id": "alarm", "title": "Told at once", "folder": "Alarm", "tell": ["team"]},
    {"id": "review", "title": "A person decides", "folder": "Review"},
]
ASKED = {
    "file": "x.csv",
    "role": 0.7,
    "overrule": 0.5,
    "redirect": 0.9,
    "exchange": 0.6,
    "keep": 0.5,
    "flags": {"harm": 0.2},
}


def tables(asked: dict[str, object] | None = ASKED) -> RuleFiles:
    written = TABLES | {
        "route": ROUTES,
        "rule": [],
        "guard": {"otherwise": "review"},
        "second_opinion": asked,
    }
    return RuleFiles.model_validate(written)


def route(id_: str) -> Route:
    return next(each for each in tables().route if each.id == id_)


def opinion(**shares: float) -> Opinion:
    learnt = {each.id: 0.0 for each in tables().route} | shares
    ordered = dict(sorted(learnt.items(), key=lambda each: -each[1]))
    return Opinion(routes=ordered, roles={}, flags={})


@pytest.mark.parametrize(
    ("said", "shares", "expected"),
    [
        pytest.param("away", {"away": 0.5}, None, id="both redirect"),
        pytest.param("away", {"work": 0.5, "away": 0.4}, "work", id="worked on"),
        pytest.param("away", {"work": 0.4, "away": 0.3}, "review", id="a person"),
        pytest.param("away", {"far": 0.6, "away": 0.2}, "far", id="the other one"),
        pytest.param("away", {"far": 0.5, "away": 0.2}, "review", id="perhaps"),
        pytest.param("away", {"away": 0.4, "work": 0.2}, "review", id="too few alike"),
        pytest.param("work", {"away": 0.89}, None, id="not sure enough to redirect"),
        pytest.param("work", {"away": 0.9}, "away", id="very sure to redirect"),
        pytest.param("review", {"away": 0.9}, "away", id="very sure, no line"),
        pytest.param("review", {"work": 0.5}, "work", id="sure of work"),
        pytest.param("review", {"work": 0.4}, None, id="not sure of work"),
        pytest.param("work", {"review": 0.5}, "review", id="sure of nothing"),
        pytest.param("work", {"note": 0.89}, None, id="an answer is owed"),
        pytest.param("work", {"note": 0.9}, "note", id="very sure that none is"),
        pytest.param("alarm", {"work": 0.89}, None, id="somebody is told at once"),
        pytest.param("alarm", {"work": 0.9}, "work", id="very sure that nobody must"),
        pytest.param("work", {"work": 0.3}, None, id="the same"),
    ],
)
def test_what_is_kinder_to_the_writer_is_believed_sooner(
    said: str, shares: dict[str, float], expected: str | None
) -> None:
    heard = hear(route(said), opinion(**shares), (), tables())

    assert (heard.route.id if heard else None) == expected


def test_about_a_route_that_it_never_learnt_it_has_no_opinion() -> None:
    known = Opinion(routes={"away": 0.99}, roles={}, flags={})

    assert hear(route("work"), known, (), tables()) is None


def test_a_forbidden_redirection_is_not_taken_however_sure_it_is() -> None:
    heard = hear(route("work"), opinion(far=1.0), {"far"}, tables())

    assert heard is None


def test_a_forbidden_redirection_does_not_take_the_place_of_another() -> None:
    heard = hear(route("away"), opinion(far=0.9, away=0.1), {"far"}, tables())

    assert heard is not None
    assert heard.route.id == "review"


def test_a_contrary_signal_forbids_its_redirection() -> None:
    found = forbidden_redirections(frozenset({"against-far"}), (), tables())

    assert found == {"far"}


def test_a_flag_that_never_redirects_forbids_all() -> None:
    flags = [flag.model_copy(update={"never_redirect": True}) for flag in tables().flag]

    found = forbidden_redirections(frozenset(), flags, tables())

    assert found == {"away", "far"}


@pytest.mark.parametrize(
    ("share", "expected"), [(0.69, "unknown"), (0.7, "school")], ids=["unsure", "sure"]
)
def test_a_role_is_believed_when_it_is_sure_enough(share: float, expected: str) -> None:
    found = Opinion(routes={}, roles={"school": share}, flags={})

    assert surer_role("unknown", found, tables()) == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(0.19, set()), (0.2, {"harm"})], ids=["hardly", "perhaps"]
)
def test_a_flag_is_raised_from_its_share_on(share: float, expected: set[str]) -> None:
    found = Opinion(routes={}, roles={}, flags={"harm": share})

    assert flags_raised(found, tables()) == expected


def test_without_the_table_nothing_is_heard() -> None:
    found = Opinion({"work": 1.0}, {"school": 1.0}, {"harm": 1.0})

    assert hear(route("away"), found, (), tables(None)) is None
    assert surer_role("unknown", found, tables(None)) == "unknown"
    assert flags_raised(found, tables(None)) == frozenset()
