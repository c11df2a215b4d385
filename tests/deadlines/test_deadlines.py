"""People are reminded in time and not too often, and told once a day what is late."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.deadlines.conftest import BY_ROUTE, RECEIVED, TUESDAY, Office
from tests.journeys.installing import TEAM
from tests.store.making import make_letter, record_case
from triage.store import Deed
from triage.workdays import due


def test_the_team_is_reminded_of_a_reply_that_waits(office: Office) -> None:
    office.receive()

    reminded = office.run()

    (mail,), (text,) = office.reminders(), office.texts()
    assert reminded == {"duties reminded of": 1}
    assert str(mail["To"]) == TEAM
    assert (
        "- CMP-2026-00001 (A complaint that we answer): letter 1,"
        " to go out by Wednesday 4 March 2026" in text
    )
    assert "triage outbox approve NUMBER" in text
    assert "into the folder Complaints/Approved" in text


def test_the_team_is_reminded_of_who_gets_no_reply(office: Office) -> None:
    office.receive(waits=False)

    office.run()

    (text,) = office.texts()
    assert "To be acknowledged by a person" in text
    assert "by Wednesday 4 March 2026" in text
    assert "triage case acknowledged REFERENCE" in text
    assert "triage outbox approve" not in text


def test_all_stand_in_one_mail_the_most_urgent_first(office: Office) -> None:
    office.receive(1, RECEIVED + timedelta(minutes=1))
    office.receive(2, RECEIVED - timedelta(days=3))
    office.receive(3, RECEIVED, waits=False)

    office.run()

    (text,) = office.texts()
    assert "3 complaints are due soon" in text
    assert text.index("CMP-2026-00002") < text.index("CMP-2026-00001")
    assert "CMP-2026-00003" in text


THURSDAY = datetime(2026, 3, 5, 10, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 10, tzinfo=UTC)
WHEN: dict[str, tuple[datetime, datetime, bool]] = {
    "the same day": (RECEIVED, RECEIVED + timedelta(hours=5), False),
    "before opening": (RECEIVED, TUESDAY - timedelta(seconds=1), False),
    "at opening on the day before": (RECEIVED, TUESDAY, True),
    "overdue": (RECEIVED, TUESDAY + timedelta(days=3), True),
    "due on a Monday, on Thursday": (THURSDAY, THURSDAY.replace(hour=16), False),
    "due on a Monday, on Friday": (THURSDAY, THURSDAY.replace(day=6, hour=9), True),
    "on a Saturday": (RECEIVED, datetime(2026, 3, 7, 10, tzinfo=UTC), False),
    "on a public holiday": (RECEIVED, datetime(2026, 4, 3, 10, tzinfo=UTC), False),
    "on a closing day": (RECEIVED, datetime(2026, 12, 29, 10, tzinfo=UTC), False),
    "summer, before opening": (JUNE, JUNE.replace(day=2, hour=7, minute=59), False),
    "summer, at opening": (JUNE, JUNE.replace(day=2, hour=8), True),
}


@pytest.mark.parametrize(("received", "now", "expected"), WHEN.values(), ids=WHEN)
def test_a_reminder_comes_one_working_day_before_at_opening_time(
    office: Office, received: datetime, now: datetime, expected: bool
) -> None:
    office.receive(at=received)
    office.now = now

    assert expected == bool(office.run())


def test_a_case_is_reminded_of_once_a_day(office: Office) -> None:
    office.receive()
    office.run()
    office.now += timedelta(hours=3)

    again = office.run()

    assert not again
    assert len(office.reminders()) == 1


def test_it_is_reminded_of_again_on_the_day_itself(office: Office) -> None:
    office.receive()
    office.run()
    office.now += timedelta(days=1)

    again = office.run()

    assert again == {"duties reminded of": 1}
    assert "overdue" not in "".join(office.texts())


def test_what_is_overdue_is_told_once_a_working_day_in_one_mail(office: Office) -> None:
    office.receive(1)
    office.receive(2, waits=False)
    office.now = RECEIVED.replace(day=5)

    first = office.run()
    again = office.run()
    office.now += timedelta(days=1)
    next_day = office.run()
    office.now += timedelta(days=1)
    saturday = office.run()

    assert [first, again, next_day, saturday] == [
        {"duties overdue": 2},
        {},
        {"duties overdue": 2},
        {},
    ]
    text = office.texts()[0]
    assert "2 people wait longer than the policy allows" in text
    assert "by Wednesday 4 March 2026: overdue" in text
    assert [str(mail["Subject"]) for mail in office.reminders()] == [
        "Complaints that are overdue",
        "Complaints that are overdue",
    ]


def test_a_redirection_that_waits_beside_an_acknowledgement_is_never_overdue(
    office: Office,
) -> None:
    reference = "CMP-2026-00001"
    letters = (
        make_letter(reference),
        make_letter(reference, kind="redirect", held=BY_ROUTE),
    )
    acknowledge = due(RECEIVED, 2, office.rulebook.ruleset.calendar)
    record_case(
        office.store,
        asked={"now": RECEIVED},
        decided={"acknowledge": acknowledge},
        letters=letters,
    )
    office.send(RECEIVED)
    office.now = RECEIVED + timedelta(days=7)

    office.run()

    assert office.reminders() == []


def test_what_falls_due_later_that_day_stands_alone_in_a_second_mail(
    office: Office,
) -> None:
    office.receive(1)
    office.run()
    office.receive(2, waits=False)
    office.now += timedelta(hours=1)

    office.run()

    second = office.texts()[1]
    assert "CMP-2026-00002" in second
    assert "CMP-2026-00001" not in second


DONE: dict[str, Callable[[Office], object]] = {
    "approved": lambda office: office.store.approvals.approve(1, office.now, "ruth"),
    "acknowledged by a person": lambda office: office.store.register.acknowledge(
        "CMP-2026-00001", Deed(at=office.now, by="Ann", act="acknowledge")
    ),
    "answered": lambda office: office.store.register.answer(
        "CMP-2026-00001", Deed(at=office.now, by="Ann", act="answer")
    ),
}


@pytest.mark.parametrize("act", DONE.values(), ids=DONE)
def test_nobody_is_reminded_of_what_is_done(
    office: Office, act: Callable[[Office], object]
) -> None:
    office.receive()
    act(office)

    assert not office.run()
    assert office.reminders() == []


def test_a_rejected_reply_is_owed_by_a_person(office: Office) -> None:
    office.receive()
    office.store.approvals.reject(1, office.now, "ruth", "I call her")

    office.run()

    (text,) = office.texts()
    assert "To be acknowledged by a person" in text
    assert "Letters that wait" not in text


def test_hundreds_fit_into_one_mail_and_the_rest_is_counted(office: Office) -> None:
    for uid in range(1, 121):
        office.receive(uid, waits=uid % 2 == 0)

    reminded = office.run()

    (text,) = office.texts()
    assert reminded == {"duties reminded of": 120}
    assert text.count("and 40 more") == 2


def test_nothing_of_the_writer_stands_in_it(office: Office) -> None:
    office.receive()

    office.run()

    (mail,) = office.reminders()
    assert "jane" not in mail.as_string().lower()


def test_without_a_team_the_log_says_it_once_a_day(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    organisation = replace(office.rulebook.organisation, contacts={})
    office.rulebook = replace(office.rulebook, organisation=organisation)
    office.receive()

    office.run()
    office.run()

    assert office.reminders() == []
    assert [record.getMessage() for record in caplog.records] == [
        "1 duties are due or overdue: triage due"
    ]
