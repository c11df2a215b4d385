"""What a restriction must say before anybody may decide about it."""

from dataclasses import replace
from datetime import date

import pytest

from triage.decision import Wanted, refusals, review_refusals
from triage.decision.restricting import months_after
from triage.ruleset.schema import RestrictionKind, Restrictions

TODAY = date(2026, 4, 2)
KIND = RestrictionKind(title="One answers", says="One answers.", why="Fair.")
TABLE = Restrictions(
    longest_months=6,
    kinds={"quiet": KIND, "one": KIND.model_copy(update={"needs_contact": True})},
)
WANTED = Wanted(
    kind="quiet",
    reason="Forty mails in March",
    adjustments="A summary by telephone was offered",
    review_on=date(2026, 7, 1),
)


def told(wanted: Wanted, table: Restrictions = TABLE) -> list[str]:
    return [each.message for each in refusals(wanted, table, ["team"], TODAY)]


def test_a_whole_proposal_is_fine() -> None:
    assert not told(WANTED)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(
            replace(WANTED, kind="quite"),
            "there is no kind of restriction `quite`",
            id="kind",
        ),
        pytest.param(
            replace(WANTED, reason=" \n"),
            "--reason needs some words: what the person did, and when",
            id="reason",
        ),
        pytest.param(
            replace(WANTED, adjustments=""),
            "--adjustments needs some words: what was considered for this person",
            id="adjustments",
        ),
        pytest.param(
            replace(WANTED, contact="tem"),
            "[contacts] of the configuration has no `tem`",
            id="contact",
        ),
        pytest.param(
            replace(WANTED, kind="one"),
            "`one` needs --contact: who answers this person",
            id="no contact",
        ),
        pytest.param(
            replace(WANTED, review_on=TODAY),
            "the review date 2026-04-02 must be later than today",
            id="today",
        ),
        pytest.param(
            replace(WANTED, review_on=date(2026, 10, 3)),
            "the review date 2026-10-03 is too late",
            id="too late",
        ),
    ],
)
def test_what_is_lacking_is_told(wanted: Wanted, expected: str) -> None:
    assert [expected] == told(wanted)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wanted = Wanted(kind="x", reason="", adjustments="", review_on=TODAY, contact="y")

    assert len(told(wanted)) == 5


def test_without_kinds_nothing_can_be_proposed() -> None:
    problem = next(refusals(WANTED, Restrictions(), [], TODAY))

    assert problem.hint == "the rules have none: write [restrictions.kinds.NAME] tables"


def test_the_last_day_of_the_longest_time_is_fine() -> None:
    assert not list(review_refusals(date(2026, 10, 2), TABLE, TODAY))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 12, date(2027, 11, 30)),
    ],
)
def test_a_month_later_is_never_in_the_month_after(
    day: date, months: int, expected: date
) -> None:
    assert expected == months_after(day, months)
