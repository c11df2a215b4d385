"""How far an answer goes by itself: route, ceiling, flags and the letter meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from triage.decision.model import Decision, History
from triage.ruleset import MODES, Mode, mode_of

Decide = Callable[..., Decision]
MakeRules = Callable[..., Any]


def book(make_rules: MakeRules, route_mode: str = "live", at_most: str = "live") -> Any:
    routes = [
        route.model_dump() | {"mode": route_mode} for route in make_rules().tables.route
    ]
    return make_rules(route=routes, modes={"at_most": at_most})


# The more careful of the two, from a route's own mode and the ceiling.
CAREFUL = {
    ("watch", "watch"): "watch",
    ("watch", "hold"): "watch",
    ("watch", "live"): "watch",
    ("hold", "watch"): "watch",
    ("hold", "hold"): "hold",
    ("hold", "live"): "hold",
    ("live", "watch"): "watch",
    ("live", "hold"): "hold",
    ("live", "live"): "live",
}


@pytest.mark.parametrize(("own", "at_most"), CAREFUL)
def test_the_more_careful_of_route_and_ceiling_counts(
    own: str, at_most: str, make_rules: MakeRules
) -> None:
    tables = book(make_rules, own, at_most).tables

    assert CAREFUL[own, at_most] == mode_of(tables.route[0], tables)


# (mode, signals): codes of withheld, held, and of what holds the letter meanwhile;
# None: there is no such letter.
OUTCOMES: dict[tuple[Mode, tuple[str, ...]], tuple[Any, Any, Any]] = {
    # nothing special
    ("watch", ("rude",)): (["watch"], [], None),
    ("hold", ("rude",)): ([], ["by-route"], None),
    ("live", ("rude",)): ([], [], None),
    # a redirection
    ("watch", ("fine",)): (["watch"], [], None),
    ("hold", ("fine",)): ([], ["by-route"], None),
    ("live", ("fine",)): ([], [], None),
    # a redirection of a flagged writer, for which the guard has a letter meanwhile
    ("watch", ("fine", "swearing")): (["watch"], [], None),
    ("hold", ("fine", "swearing")): (
        [],
        ["by-route", "flagged-redirection"],
        ["by-route"],
    ),
    ("live", ("fine", "swearing")): ([], ["flagged-redirection"], []),
    # somebody in danger: neutral words, never a redirection
    ("watch", ("fine", "hit")): (["watch"], [], None),
    ("hold", ("fine", "hit")): ([], ["by-route"], None),
    ("live", ("fine", "hit")): ([], [], None),
}


@pytest.mark.parametrize("by", ["route", "ceiling"])
@pytest.mark.parametrize(("mode", "signals"), OUTCOMES)
def test_a_mode_keeps_back_what_it_says(
    mode: Mode,
    signals: tuple[str, ...],
    by: str,
    decide_on: Decide,
    make_rules: MakeRules,
) -> None:
    rules = book(make_rules, **{"route_mode" if by == "route" else "at_most": mode})

    decision = decide_on(*signals, book=rules)

    withheld, held, meanwhile = OUTCOMES[mode, signals]
    assert withheld == [reason.code for reason in decision.withheld]
    assert held == [reason.code for reason in decision.held]
    assert (meanwhile is None) == (decision.meanwhile is None)
    assert (meanwhile or []) == [each.code for each in decision.meanwhile_held]


@pytest.mark.parametrize("mode", MODES)
def test_contacts_are_told_in_every_mode(
    mode: Mode, decide_on: Decide, make_rules: MakeRules
) -> None:
    decision = decide_on("hit", book=book(make_rules, at_most=mode))

    assert ("duty", "Somebody is in danger") in decision.tell


@pytest.mark.parametrize("mode", MODES)
def test_a_message_is_clocked_and_filed_in_every_mode(
    mode: Mode, decide_on: Decide, make_rules: MakeRules
) -> None:
    decision = decide_on("rude", book=book(make_rules, at_most=mode))

    assert decision.acknowledge is not None
    assert decision.respond is not None
    assert decision.folder == "Complaints"


def test_the_letter_meanwhile_is_the_one_that_acknowledges(
    decide_on: Decide, make_rules: MakeRules
) -> None:
    decision = decide_on("fine", "swearing", book=book(make_rules, at_most="hold"))

    assert decision.meanwhile is not None
    assert decision.reply is not None
    assert (decision.meanwhile.kind, decision.reply.kind) == ("acknowledge", "redirect")


def test_an_open_breaker_leaves_one_letter_that_waits(
    decide_on: Decide, make_rules: MakeRules
) -> None:
    rules, history = book(make_rules, at_most="hold"), History(breaker_is_open=True)

    decision = decide_on("fine", "swearing", book=rules, history=history)

    assert decision.meanwhile is None
    assert [reason.code for reason in decision.held] == [
        "by-route",
        "flagged-redirection",
        "breaker",
    ]
