"""What comes to its end is told in time, and once."""

from datetime import timedelta

import pytest

from tests.alarm.watching import NOON, Ear, Watching
from triage.alarm import Kind, in_words
from triage.alarm.wording import headline_of
from triage.oauth.expiry import Expiry

DAY = 24 * 3600.0
HOUR = 3600.0
SECRET, CERTIFICATE = "mailbox.client_secret", "mailbox.certificate"
NINETY = timedelta(days=90)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def watching(ear: Ear) -> Watching:
    return Watching(ear)


def ends_in(name: str, left: timedelta, life: timedelta | None = None) -> Expiry:
    """Return what ends so long after noon."""
    return Expiry(
        name=name, what="the secret", at=NOON + left, remedy="make a new one", life=life
    )


def skip(watching: Watching, days: float) -> None:
    """Let days go by in which nothing else happens, with a look now and then."""
    for _ in range(round(days * 4)):
        watching.at += DAY / 4 - 2 * HOUR / 8
        watching.now += timedelta(seconds=DAY / 4 - 2 * HOUR / 8)
        watching.due = dict.fromkeys(watching.jobs, watching.at)
        for name in watching.jobs:
            watching.pulse.see(name)
            watching.pulse.begin(name)
            watching.pulse.succeed(name)
        watching.wait(2 * HOUR / 8)


def test_nobody_is_told_before_two_weeks_are_left(watching: Watching, ear: Ear) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=14, hours=3))

    watching.wait(2 * HOUR)

    assert ear.heard == []


def test_it_is_told_once_before_once_a_week_later_and_once_when_it_ended(
    watching: Watching, ear: Ear
) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=15))

    skip(watching, 15.4)

    assert ear.occasions == ["alarm", "reminder", "alarm"]
    assert [each.name for each in ear.heard[0].begun] == [f"ending:{SECRET}"]
    assert [each.name for each in ear.heard[2].begun] == [f"ended:{SECRET}"]


def test_what_is_renewed_is_over_once(watching: Watching, ear: Ear) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=3))
    watching.wait(HOUR)

    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=700))
    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "over"]
    assert "holds for long again" in in_words(ear.heard[1])


def test_what_ended_and_is_renewed_is_over_in_one_message(
    watching: Watching, ear: Ear
) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=-1))
    watching.wait(HOUR)

    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=700))
    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "over"]
    assert {each.kind for each in ear.heard[1].over} == {Kind.ENDING, Kind.ENDED}


@pytest.mark.parametrize(
    ("life", "left", "rings"),
    [
        pytest.param(NINETY, timedelta(days=29), False, id="90 days, to be renewed"),
        pytest.param(NINETY, timedelta(days=13), True, id="90 days, forgotten"),
        pytest.param(timedelta(days=45), timedelta(days=14), False, id="45 days"),
        pytest.param(
            timedelta(days=45), timedelta(days=8), True, id="45 days, forgotten"
        ),
        pytest.param(timedelta(days=6), timedelta(days=2), False, id="6 days"),
        pytest.param(timedelta(days=6), timedelta(days=1), True, id="6, forgotten"),
        pytest.param(timedelta(days=365), timedelta(days=13), True, id="a year"),
        pytest.param(
            timedelta(minutes=30), timedelta(minutes=25), False, id="half an hour"
        ),
    ],
)
def test_what_is_renewed_by_itself_in_time_does_not_ring(
    watching: Watching, ear: Ear, life: timedelta, left: timedelta, *, rings: bool
) -> None:
    watching.ends[CERTIFICATE] = ends_in(CERTIFICATE, left, life)

    watching.wait(HOUR / 4)

    assert bool(ear.heard) is rings


def test_a_clock_that_is_wrong_for_minutes_tells_nobody(
    watching: Watching, ear: Ear
) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=300))
    watching.wait(HOUR)

    watching.now += timedelta(days=400)
    watching.wait(HOUR / 12)
    watching.now -= timedelta(days=400)
    watching.wait(HOUR)

    assert ear.heard == []


def test_while_nobody_knows_when_it_ends_the_alarm_stands_over_a_restart(
    watching: Watching, ear: Ear
) -> None:
    """A daemon that has just begun has not seen the server's certificate yet."""
    watching.ends[CERTIFICATE] = ends_in(CERTIFICATE, timedelta(days=3), NINETY)
    watching.wait(HOUR)
    watching.ends[CERTIFICATE] = None

    watching.start()
    watching.wait(HOUR)
    watching.ends[CERTIFICATE] = ends_in(CERTIFICATE, timedelta(days=3), NINETY)
    watching.wait(HOUR)

    assert ear.occasions == ["alarm"]


def test_what_is_configured_no_more_is_over(watching: Watching, ear: Ear) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=3))
    watching.wait(HOUR)

    watching.ends.clear()
    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "over"]


def test_several_that_end_together_are_one_message(
    watching: Watching, ear: Ear
) -> None:
    for name in (SECRET, "submission.client_secret"):
        watching.ends[name] = ends_in(name, timedelta(days=3))

    watching.wait(HOUR)

    assert ear.occasions == ["alarm"]
    assert len(ear.heard[0].begun) == 2


def test_the_message_says_what_ends_when_and_what_to_do(
    watching: Watching, ear: Ear
) -> None:
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=3))

    watching.wait(HOUR)

    said = "the secret ends on 2026-03-13 12:00 UTC: make a new one"
    assert f"`{SECRET}` ends soon: {said}." in in_words(ear.heard[0])
    assert headline_of(ear.heard[0]) == f"`{SECRET}` ends soon: {said}"


def test_nothing_else_is_wrong_because_something_ends(watching: Watching) -> None:
    """Neither a probe nor a page says that mail is not answered."""
    watching.ends[SECRET] = ends_in(SECRET, timedelta(days=3))

    watching.wait(HOUR)

    assert watching.job.outlook is not None
    assert watching.job.outlook.unwell == ()
