"""What is told, to whom, and how often, whatever goes wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alarm.watching import EVEN, LOOK, Ear, Watching
from triage.alarm import Glimpse, Kind

MINUTE, HOUR = 60.0, 3600.0
AWAY = "no connection to imap.example:993"


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def watching(ear: Ear) -> Watching:
    return Watching(ear)


def test_nothing_is_told_in_an_hour_of_health(watching: Watching, ear: Ear) -> None:
    watching.wait(HOUR)

    assert ear.heard == []


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_step_of_the_clock_is_no_alarm(
    watching: Watching, ear: Ear, days: int
) -> None:
    watching.wait(HOUR)
    watching.now += timedelta(days=days)

    watching.wait(HOUR)

    assert ear.heard == []


def test_a_mailbox_that_is_not_read_is_told_once_and_once_that_it_is_read_again(
    watching: Watching, ear: Ear
) -> None:
    watching.wait(HOUR)
    watching.failing["intake"] = AWAY

    watching.wait(9 * MINUTE)
    assert ear.heard == []
    watching.wait(3 * MINUTE)
    assert ear.occasions == ["alarm"]
    watching.wait(5 * HOUR)
    watching.failing.clear()
    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "over"]
    assert [each.kind for each in ear.heard[0].begun] == [Kind.MAILBOX]
    assert ear.heard[0].begun[0].what == AWAY


def test_a_short_outage_is_told_to_nobody(watching: Watching, ear: Ear) -> None:
    for _ in range(10):
        watching.failing["intake"] = AWAY
        watching.wait(5 * MINUTE)
        watching.failing.clear()
        watching.wait(5 * MINUTE)

    assert ear.heard == []


def test_a_pass_that_hangs_is_a_mailbox_that_is_not_read(
    watching: Watching, ear: Ear
) -> None:
    watching.wait(HOUR)
    watching.hang("intake")

    watching.wait(12 * MINUTE)

    assert [each.name for each in ear.heard[0].begun] == ["mailbox"]


def test_a_long_pass_that_gets_on_is_no_alarm(watching: Watching, ear: Ear) -> None:
    watching.wait(HOUR)
    watching.hang("intake")

    for _ in range(60):
        watching.wait(MINUTE)
        watching.pulse.get_on("intake")

    assert ear.heard == []


def test_both_servers_at_once_are_one_message(watching: Watching, ear: Ear) -> None:
    watching.wait(HOUR)
    watching.failing["intake"] = AWAY
    watching.wait(MINUTE)
    watching.letters.hindrance = "the server cannot be used"
    watching.drawer.shows = replace(EVEN, on_their_way=1)

    watching.wait(HOUR)

    assert ear.occasions == ["alarm"]
    assert {each.name for each in ear.heard[0].begun} == {"mailbox", "outbox"}


def test_letters_that_are_all_refused_are_an_alarm_though_none_waits(
    watching: Watching, ear: Ear
) -> None:
    watching.wait(HOUR)
    watching.letters.refuses = True
    watching.letters.hindrance = "the server refuses every letter (550 5.7.60)"

    watching.wait(HOUR)
    watching.letters.refuses, watching.letters.hindrance = False, None
    watching.letters.settled += 1
    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "over"]
    assert "550 5.7.60" in str(ear.heard[0].begun)


def test_thirty_outages_in_a_row_are_one_alarm(watching: Watching, ear: Ear) -> None:
    watching.wait(HOUR)
    for _ in range(30):
        watching.failing["intake"] = AWAY
        watching.wait(12 * MINUTE)
        watching.failing.clear()
        watching.wait(2 * MINUTE)

    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "over"]


def test_an_alarm_that_comes_back_within_the_hour_waits_for_the_hour(
    watching: Watching, ear: Ear
) -> None:
    watching.failing["intake"] = AWAY
    watching.wait(15 * MINUTE)
    watching.failing.clear()
    watching.wait(10 * MINUTE)
    watching.failing["intake"] = AWAY

    watching.wait(30 * MINUTE)
    assert ear.occasions == ["alarm", "over"]
    watching.wait(40 * MINUTE)

    assert ear.occasions == ["alarm", "over", "alarm"]


def test_an_alarm_that_stands_is_told_again_once_a_day(
    watching: Watching, ear: Ear
) -> None:
    watching.failing["intake"] = AWAY

    watching.wait(49 * HOUR)

    assert ear.occasions == ["alarm", "reminder", "reminder"]


def test_an_alarm_that_was_told_by_a_clock_ahead_is_told_again_by_the_right_one(
    watching: Watching, ear: Ear
) -> None:
    watching.failing["intake"] = AWAY
    watching.now += timedelta(days=300)
    watching.wait(15 * MINUTE)
    watching.now -= timedelta(days=300)

    watching.wait(HOUR)

    assert ear.occasions == ["alarm", "reminder"]


def test_a_restart_tells_nothing_twice(watching: Watching, ear: Ear) -> None:
    watching.failing["intake"] = AWAY
    watching.wait(20 * MINUTE)

    for _ in range(3):
        watching.start()
        watching.wait(20 * MINUTE)
    watching.failing.clear()
    watching.start()
    watching.wait(20 * MINUTE)

    assert ear.occasions == ["alarm", "over"]


def test_letters_that_move_are_no_alarm_however_many_wait(
    watching: Watching, ear: Ear
) -> None:
    watching.drawer.shows = replace(EVEN, due=20_000, on_their_way=20_000)

    for _ in range(60):
        watching.letters.settled += 10
        watching.wait(MINUTE)

    assert ear.heard == []


def test_one_letter_that_is_put_off_is_no_alarm(watching: Watching, ear: Ear) -> None:
    watching.drawer.shows = replace(EVEN, on_their_way=1)

    watching.wait(HOUR)

    assert ear.heard == []


def test_due_letters_that_nobody_takes_are_an_alarm(
    watching: Watching, ear: Ear
) -> None:
    watching.drawer.shows = replace(EVEN, due=1, on_their_way=1)

    watching.wait(11 * MINUTE)

    assert [each.name for each in ear.heard[0].begun] == ["outbox"]


@pytest.mark.parametrize(
    ("shows", "name"),
    [
        (replace(EVEN, uneven="1 not accounted for"), "ledger"),
        (replace(EVEN, unwritable="the disk is full"), "store"),
        (replace(EVEN, unwritable="it does not answer", is_read=False), "store"),
    ],
    ids=["ledger", "full", "dead"],
)
def test_what_the_store_shows_is_an_alarm_after_ten_minutes(
    watching: Watching, ear: Ear, shows: Glimpse, name: str
) -> None:
    watching.wait(HOUR)
    watching.drawer.shows = shows

    watching.wait(9 * MINUTE)
    assert ear.heard == []
    watching.wait(2 * MINUTE)
    watching.drawer.shows = EVEN
    watching.wait(HOUR)

    assert [each.name for each in ear.heard[0].begun] == [name]
    assert ear.occasions == ["alarm", "over"]


def test_a_store_that_cannot_be_read_ends_no_alarm(
    watching: Watching, ear: Ear
) -> None:
    watching.drawer.shows = replace(EVEN, uneven="1 not accounted for")
    watching.wait(11 * MINUTE)

    watching.drawer.shows = replace(EVEN, unwritable="gone", is_read=False)
    watching.wait(HOUR)

    assert all(not notice.over for notice in ear.heard)


def test_a_job_that_fails_for_half_an_hour_is_an_alarm(
    watching: Watching, ear: Ear
) -> None:
    watching.failing["digest"] = "the template is gone"

    watching.wait(29 * MINUTE)
    assert ear.heard == []
    watching.wait(2 * MINUTE)

    assert [each.name for each in ear.heard[0].begun] == ["failing:digest"]


def test_a_job_that_failed_with_the_mailbox_may_be_tried_later_than_it(
    watching: Watching, ear: Ear
) -> None:
    watching.failing |= {"intake": AWAY, "answers": AWAY}
    watching.wait(45 * MINUTE)

    del watching.failing["intake"]
    watching.wait(5 * MINUTE)
    del watching.failing["answers"]
    watching.wait(20 * MINUTE)

    assert ear.occasions == ["alarm", "over"]


@pytest.mark.parametrize("job", ["answers", "approvals", "canary"])
def test_jobs_that_fail_with_the_mailbox_are_not_told_beside_it(
    watching: Watching, ear: Ear, job: str
) -> None:
    watching.failing |= {"intake": AWAY, job: AWAY}

    watching.wait(2 * HOUR)

    assert [each.name for each in ear.heard[0].begun] == ["mailbox"]
    assert len(ear.heard) == 1


@pytest.mark.parametrize("is_begun", [True, False], ids=["hangs", "is not begun"])
def test_a_stuck_job_is_an_alarm(
    watching: Watching, ear: Ear, *, is_begun: bool
) -> None:
    watching.wait(HOUR)
    if is_begun:
        watching.hang("dispatch")
    else:
        watching.hanging.add("dispatch")

    watching.wait(31 * MINUTE)

    assert [each.name for each in ear.heard[0].begun] == ["stuck:dispatch"]


def test_a_channel_that_fails_is_tried_again_with_growing_pauses() -> None:
    ear, deaf = Ear("ear"), Ear("deaf", is_deaf=True)
    watching = Watching(ear, deaf)
    watching.failing["intake"] = AWAY

    watching.wait(2 * HOUR)
    attempts = deaf.attempts
    deaf.is_deaf = False
    watching.wait(2 * HOUR)

    assert 4 <= attempts <= 6
    assert ear.occasions == deaf.occasions == ["alarm"]


def test_a_channel_that_comes_back_late_hears_only_of_the_end() -> None:
    deaf = Ear("deaf", is_deaf=True)
    watching = Watching(deaf)
    watching.failing["intake"] = AWAY
    watching.wait(20 * MINUTE)
    watching.failing.clear()
    watching.wait(20 * MINUTE)

    deaf.is_deaf = False
    watching.wait(2 * HOUR)

    assert deaf.occasions == ["over"]


def test_an_alarm_goes_by_a_channel_that_does_not_fail_with_it() -> None:
    same = Ear("same", fails_with=frozenset({Kind.OUTBOX}))
    other = Ear("other")
    watching = Watching(same, other)
    watching.drawer.shows = replace(EVEN, due=1, on_their_way=1)

    watching.wait(20 * MINUTE)

    assert (same.attempts, other.occasions) == (0, ["alarm"])


def test_without_a_channel_the_team_hears_of_all_but_the_outbox() -> None:
    team = Ear("team", fails_with=frozenset({Kind.OUTBOX}))
    watching = Watching(last_resort=team)
    watching.failing["intake"] = AWAY
    watching.wait(20 * MINUTE)
    watching.failing.clear()
    watching.wait(HOUR)
    assert team.occasions == ["alarm", "over"]
    watching.drawer.shows = replace(EVEN, due=1, on_their_way=1)

    watching.wait(HOUR)

    assert team.occasions == ["alarm", "over"]


def test_the_team_hears_once_where_every_other_channel_fails() -> None:
    deaf, team = Ear("deaf", is_deaf=True), Ear("team")
    watching = Watching(deaf, last_resort=team)
    watching.failing["intake"] = AWAY

    watching.wait(3 * HOUR)

    assert team.occasions == ["alarm"]


def test_the_team_hears_of_the_end_too_while_no_other_channel_works() -> None:
    deaf, team = Ear("deaf", is_deaf=True), Ear("team")
    watching = Watching(deaf, last_resort=team)
    watching.failing["intake"] = AWAY
    watching.wait(HOUR)
    watching.failing.clear()

    watching.wait(20 * MINUTE)

    assert team.occasions == ["alarm", "over"]


def test_the_team_hears_of_every_alarm_while_no_other_channel_works() -> None:
    deaf, team = Ear("deaf", is_deaf=True), Ear("team")
    watching = Watching(deaf, last_resort=team)
    watching.failing["intake"] = AWAY
    watching.wait(HOUR)
    watching.drawer.shows = replace(EVEN, uneven="1 not accounted for")

    watching.wait(12 * MINUTE)

    assert [[each.name for each in notice.begun] for notice in team.heard] == [
        ["mailbox"],
        ["ledger"],
    ]


def test_a_restart_tells_the_team_nothing_twice() -> None:
    deaf, team = Ear("deaf", is_deaf=True), Ear("team")
    watching = Watching(deaf, last_resort=team)
    watching.failing["intake"] = AWAY
    watching.wait(HOUR)

    watching.start()
    watching.wait(HOUR)

    assert team.occasions == ["alarm"]


def test_an_alarm_that_the_team_could_not_hear_of_is_told_once_it_can() -> None:
    team = Ear("team", fails_with=frozenset({Kind.OUTBOX}))
    watching = Watching(last_resort=team)
    watching.drawer.shows = replace(EVEN, due=1, on_their_way=1)
    watching.failing["intake"] = AWAY
    watching.wait(30 * MINUTE)
    assert team.heard == []

    watching.drawer.shows = EVEN
    watching.wait(10 * MINUTE)

    assert [each.name for each in team.heard[0].begun] == ["mailbox"]


def test_the_alarm_of_a_job_that_is_no_more_is_over(
    watching: Watching, ear: Ear
) -> None:
    watching.failing["answers"] = AWAY
    watching.wait(HOUR)

    watching.start(without="answers")
    watching.wait(10 * MINUTE)

    assert ear.occasions == ["alarm", "over"]


def test_a_channel_that_is_no_more_has_nothing_waiting() -> None:
    watching = Watching(Ear("deaf", is_deaf=True))
    watching.failing["intake"] = AWAY
    watching.wait(20 * MINUTE)

    watching.channels = (Ear("new"),)
    watching.start()
    watching.wait(MINUTE)

    assert not watching.job.book.waiting


def test_what_is_kept_says_how_each_job_is(watching: Watching) -> None:
    watching.failing["intake"] = AWAY

    watching.wait(MINUTE)

    kept, outlook = watching.drawer.kept, watching.job.outlook
    assert kept is not None
    assert outlook is not None
    assert watching.now - kept.at <= timedelta(seconds=LOOK)
    assert {job.name: job.why for job in outlook.jobs}["intake"] == AWAY
    assert [each.kind for each in outlook.unwell] == [Kind.MAILBOX]
    assert outlook.alarms == ()
