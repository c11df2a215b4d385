"""How well the shipped rules judge labelled mails.

The floors may only rise. The second opinion learnt from these mails, and words were
added for them; what nobody tuned to and nothing was learnt from stands in `unseen*`,
and tells how well the rules do on what comes. A corpus beside the project is judged
too where it is there.
"""

from pathlib import Path

import pytest

from tests.rules.scoring import Judged, judged, named, share, shipped_ruleset
from tests.timing import seconds_of
from triage.decision import coverage, examples_that_fail, try_examples
from triage.ruleset import Ruleset

PROJECT = Path(__file__).parents[2]
CORPORA = (
    *(PROJECT / "tests" / "corpus" / f"fresh{number}" for number in range(1, 6)),
    PROJECT / "tests" / "corpus" / "handwritten",
    PROJECT.parent / "shared" / "mails",
)


LEARNT = tuple(
    PROJECT / "tests" / "corpus" / f"fresh{number}" for number in range(6, 17)
)
UNSEEN = tuple(
    PROJECT / "tests" / "corpus" / f"unseen{number}" for number in range(1, 8)
)
OBLIQUE = PROJECT / "tests" / "corpus" / "oblique"
"""Mails that say what they mean in pictures and asides: the hardest to judge."""


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return shipped_ruleset()


@pytest.fixture(scope="module", params=CORPORA, ids=lambda folder: folder.name)
def mails(request: pytest.FixtureRequest, ruleset: Ruleset) -> tuple[Judged, ...]:
    folder: Path = request.param
    if not folder.is_dir():
        pytest.skip(f"the corpus {folder.name} is not on this machine")
    return judged(folder, ruleset)


def test_every_example_of_the_rule_files_passes(ruleset: Ruleset) -> None:
    failed = [str(failure) for failure in examples_that_fail(ruleset)]

    assert failed == []


def test_the_examples_reach_every_signal_line_route_flag_and_item(
    ruleset: Ruleset,
) -> None:
    reached = coverage(try_examples(ruleset), ruleset)

    assert dict.fromkeys(reached.all, ()) == {
        kind: reached.unreached(kind) for kind in reached.all
    }


def test_a_thousand_examples_take_about_a_second(ruleset: Ruleset) -> None:
    number = sum(1 for _ in try_examples(ruleset))

    seconds = seconds_of(lambda: list(try_examples(ruleset)))

    assert seconds / number * 1000 < 1.5


def test_every_route_has_two_whole_mails(ruleset: Ruleset) -> None:
    whole = [each.decision for each in try_examples(ruleset) if each.decision]

    routes = [decision.route for decision in whole]

    assert [route for route in ruleset.routes if routes.count(route) < 2] == []


def test_nobody_is_turned_away_wrongly(mails: tuple[Judged, ...]) -> None:
    assert named(mails, "is_turned_away_wrongly") == []


def test_no_serious_flag_is_overlooked(mails: tuple[Judged, ...]) -> None:
    assert named(mails, "overlooked") == []


def test_hardly_a_serious_flag_is_raised_for_nothing(mails: tuple[Judged, ...]) -> None:
    assert len(named(mails, "raised_for_nothing")) <= 1


def test_the_route_is_right(mails: tuple[Judged, ...]) -> None:
    assert share(mails, "is_right") >= 0.95


def test_the_writers_role_is_right(mails: tuple[Judged, ...]) -> None:
    assert share(mails, "has_right_role") >= 0.92


def test_what_is_missing_is_right(mails: tuple[Judged, ...]) -> None:
    assert share(mails, "has_right_missing") >= 0.75


def test_the_flags_are_right(mails: tuple[Judged, ...]) -> None:
    assert share(mails, "has_right_flags") >= 0.95


def test_what_is_said_in_asides_turns_nobody_away_wrongly(ruleset: Ruleset) -> None:
    mails = judged(OBLIQUE, ruleset)

    assert named(mails, "is_turned_away_wrongly") == []
    assert share(mails, "is_right") >= 0.8


@pytest.mark.parametrize("folder", LEARNT, ids=lambda folder: folder.name)
def test_mails_that_the_second_opinion_learnt_from_go_where_they_belong(
    folder: Path, ruleset: Ruleset
) -> None:
    mails = judged(folder, ruleset)

    assert named(mails, "is_turned_away_wrongly") == []
    assert named(mails, "overlooked") == []
    assert share(mails, "is_right") >= 0.95
    assert share(mails, "has_right_role") >= 0.92


@pytest.mark.parametrize("folder", UNSEEN, ids=lambda folder: folder.name)
def test_mails_that_nobody_tuned_to_go_where_they_belong(
    folder: Path, ruleset: Ruleset
) -> None:
    mails = judged(folder, ruleset)

    assert len(named(mails, "is_turned_away_wrongly")) <= 1
    assert share(mails, "is_right") >= 0.88
    assert share(mails, "has_right_role") >= 0.88
