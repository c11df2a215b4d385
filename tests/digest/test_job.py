"""One digest a day, whatever restarts and clocks do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.digest.conftest import MORNING, Office, body_of
from tests.journeys.installing import TEAM
from triage.digest import TEMPLATE, Made
from triage.reply import Templates
from triage.ruleset.schema import DigestTable
from triage.store import DigestRow, Store

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TODAY = date(2026, 3, 10)


def test_the_team_gets_it_at_half_past_seven(office: Office) -> None:
    made = office.run()

    (mail,) = office.mails()
    assert made == Made(TODAY)
    assert str(mail["To"]) == TEAM
    assert str(mail["Auto-Submitted"]) == "auto-generated"


def test_it_comes_also_when_there_is_nothing_to_tell(office: Office) -> None:
    office.run()

    (mail,) = office.mails()
    text = body_of(mail)
    assert "Nothing is overdue.\n" in text
    assert "No reply waits for approval.\n" in text
    assert "Nothing came in from Mon 9 Mar, 07:30 to Tue 10 Mar, 07:30.\n" in text


WHEN: dict[str, tuple[DigestTable, datetime, bool]] = {
    "a minute before": (DigestTable(), MORNING - MINUTE, False),
    "late, after a night without the daemon": (
        DigestTable(),
        MORNING.replace(hour=23, minute=59),
        True,
    ),
    "on a Saturday": (DigestTable(), datetime(2026, 3, 7, 9, tzinfo=UTC), False),
    "on a Saturday, every day": (
        DigestTable(days="all"),
        datetime(2026, 3, 7, 9, tzinfo=UTC),
        True,
    ),
    "on Good Friday": (DigestTable(), datetime(2026, 4, 3, 9, tzinfo=UTC), False),
    "in summer, by the clock on the wall": (
        DigestTable(),
        datetime(2026, 6, 1, 6, 30, tzinfo=UTC),
        True,
    ),
    "in summer, a minute before": (
        DigestTable(),
        datetime(2026, 6, 1, 6, 29, tzinfo=UTC),
        False,
    ),
    "at another time": (DigestTable(at=time(6)), MORNING.replace(hour=6), True),
}


@pytest.mark.parametrize(("table", "now", "expected"), WHEN.values(), ids=WHEN)
def test_it_comes_on_its_days_at_its_time(
    office: Office, table: DigestTable, now: datetime, expected: bool
) -> None:
    office.set_table(table)
    office.now = now

    assert expected == bool(office.run())


def all_day(office: Office) -> None:
    for minutes in range(0, 16 * 60, 20):
        office.now = MORNING + timedelta(minutes=minutes)
        office.run()


def clock_set_back(office: Office) -> None:
    for hours in (0, -3, 0, -1, 2):
        office.now = MORNING + timedelta(hours=hours)
        office.run()


def restart(office: Office) -> None:
    office.run()
    path = office.store._engine.path
    office.store.close()
    office.store = Store.open(path, exclusive=True)
    office.run()


@pytest.mark.parametrize("happens", [all_day, clock_set_back, restart])
def test_a_day_has_one_digest(
    office: Office, happens: Callable[[Office], None]
) -> None:
    happens(office)

    assert len(office.mails()) == 1


def test_a_clock_set_back_to_yesterday_makes_no_second_one_then(office: Office) -> None:
    office.now = MORNING - DAY
    office.run()
    office.now = MORNING
    office.run()

    office.now = MORNING - DAY
    office.run()

    assert len(office.mails()) == 2


@pytest.mark.parametrize("at", [time(1, 30), time(2, 30)])
def test_an_hour_that_comes_twice_or_never_makes_one_digest(
    office: Office, at: time
) -> None:
    office.set_table(DigestTable(days="all", at=at))
    days = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]

    for day in days:
        for minutes in range(0, 6 * 60, 10):
            office.now = day + timedelta(minutes=minutes)
            office.run()

    assert len(office.mails()) == len(days)


def test_a_row_that_was_lost_sends_no_second_mail(office: Office) -> None:
    office.run()
    office.store._engine.run("DELETE FROM digests")

    office.run()

    assert len(office.mails()) == 1


def test_what_the_audit_log_was_then_is_kept(office: Office) -> None:
    office.receive()
    head = office.store.audit.head()

    office.run()

    made = office.store.digests.last_before(TODAY + DAY)
    assert made == DigestRow(
        day=TODAY,
        at=MORNING,
        since=MORNING - DAY,
        until=MORNING,
        audit_head=head,
    )


def test_nothing_that_came_is_left_out_or_told_twice(office: Office) -> None:
    told = 0
    office.now = MORNING
    for uid, hours in enumerate((-20, -1, 1, 22, 25, 49, 73), start=1):
        office.receive(uid, MORNING + timedelta(hours=hours))

    for hours in (1, 26, 74):
        office.now = MORNING + timedelta(hours=hours)
        told += office.digest().came_in.cases
        office.run()

    assert told == 7 - 1
    assert office.store.happened.came_in(MORNING + 3 * DAY, MORNING + 4 * DAY).cases


def test_without_a_team_the_log_says_it_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    organisation = replace(office.rulebook.organisation, contacts={})
    office.rulebook = replace(office.rulebook, organisation=organisation)

    office.run()
    office.run()

    assert office.mails() == []
    assert [record.getMessage() for record in caplog.records] == [
        "nobody gets the digest of 2026-03-10: triage due"
    ]


def test_old_templates_without_it_end_nothing(office: Office) -> None:
    known = office.rulebook.templates
    pairs = {name: pair for name, pair in known.pairs.items() if name != TEMPLATE}
    office.rulebook = replace(
        office.rulebook, templates=Templates(known.organisation, pairs)
    )

    assert office.run() == Made(TODAY)
    assert office.mails() == []
