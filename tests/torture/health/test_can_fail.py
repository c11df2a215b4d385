"""The rows of health find something where there is something to find."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tests.alarm.watching import Ear, Watching
from tests.torture.health.rows import once_each, said_at_once
from tests.torture.health.tower import Tower, counted
from triage.alarm import Policy


def test_without_a_calm_every_flap_is_told() -> None:
    ear = Ear()
    watching = Watching(ear, policy=Policy(calm=0, again=0))

    for _ in range(3):
        watching.failing["intake"] = "away"
        watching.wait(12 * 60)
        watching.failing.clear()
        watching.wait(2 * 60)

    assert list(once_each(ear.occasions))


def test_by_the_calendars_clock_a_step_is_an_alarm() -> None:
    ear = Ear()
    watching = Watching(ear)
    watching.wait(600)

    watching.at += 86_400
    watching.pulse.begin("intake")
    watching.job.look()
    watching._deliver()

    assert watching.job.book.standing


@dataclass
class Told:
    """A tower that told something, as a test says."""

    states: list[str]
    mailed: int = 2
    to_the_team: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> list[dict[str, Any]]:
        return [{"state": state} for state in self.states]

    def mails(self) -> int:
        return self.mailed

    def team_mails(self) -> int:
        return self.to_the_team


@pytest.mark.parametrize(
    ("told", "count"),
    [
        (Told(["alarm", "over"]), 0),
        (Told(["alarm", "alarm", "over"]), 1),
        (Told(["alarm"]), 1),
        (Told(["alarm", "over"], mailed=3), 1),
        (Told(["alarm", "over"], to_the_team=1), 1),
    ],
    ids=["once each", "twice", "no end", "a mail too many", "by what fails"],
)
def test_what_is_told_is_counted(told: Told, count: int) -> None:
    findings = list(counted(cast("Tower", told), "fault", 0, 0))

    assert count == len(findings)


@pytest.mark.parametrize(
    ("look", "count"),
    [
        ((1, "daemon     NOT RUNNING: it was stopped, today"), 0),
        ((0, "daemon     NOT RUNNING: it was stopped, today"), 1),
        ((1, "daemon     running, last sign of life 3 seconds ago"), 1),
        ((0, "All is well.\ndaemon     running"), 2),
    ],
    ids=["told", "as if well", "not told", "all well"],
)
def test_a_first_look_that_tells_nothing_is_found(
    look: tuple[int, str], count: int
) -> None:
    findings = list(said_at_once(look, "stopped", "it was stopped"))

    assert count == len(findings)
