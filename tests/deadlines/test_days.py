"""Days tell what was done: a week away, clocks that jump, holidays, summer time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.deadlines.conftest import RECEIVED, Office
from tests.store.making import make_record
from triage.store import Deed
from triage.workdays import due

REFERENCE = "CMP-2026-00001"


def at_nine(day: date) -> datetime:
    """Opening time and a minute in London, whatever the season."""
    summer = date(2026, 3, 29) <= day < date(2026, 10, 25)
    return datetime(day.year, day.month, day.day, 8 if summer else 9, 1, tzinfo=UTC)


def sweeps(office: Office, first: date, days: int) -> dict[str, dict[str, int]]:
    """Sweep twice each day; return what was done, by day."""
    done = {}
    for number in range(days):
        day = first + timedelta(days=number)
        office.now = at_nine(day)
        morning = office.run()
        office.now += timedelta(hours=6)
        morning.update(office.run())
        if morning:
            done[f"{day:%a %d %b}"] = dict(morning)
    return done


def reminded(done: dict[str, dict[str, int]]) -> dict[str, int]:
    return {
        day: each["duties reminded of"]
        for day, each in done.items()
        if "duties reminded of" in each
    }


def overdue(done: dict[str, dict[str, int]]) -> list[str]:
    return [day for day, each in done.items() if "duties overdue" in each]


@pytest.fixture
def owing(office: Office) -> Office:
    """Somebody acknowledged who gets no holding letter; answer due on 18 March."""
    office.with_clock(holding="off")
    office.acknowledged()
    return office


def test_an_answer_is_reminded_of_five_two_and_no_days_before(owing: Office) -> None:
    done = sweeps(owing, date(2026, 3, 3), 20)

    assert reminded(done) == {"Wed 11 Mar": 1, "Mon 16 Mar": 1, "Wed 18 Mar": 1}
    assert overdue(done) == ["Thu 19 Mar", "Fri 20 Mar"]


def test_after_a_week_without_the_daemon_there_is_one_mail_of_each_kind(
    office: Office,
) -> None:
    office.with_clock(holding="off")
    for uid in range(1, 9):
        office.acknowledged(uid, RECEIVED + timedelta(days=uid % 4))
    office.run()
    before = len(office.reminders())

    done = sweeps(office, date(2026, 3, 20), 1)

    assert before == 0
    assert done == {"Fri 20 Mar": {"duties reminded of": 4, "duties overdue": 4}}
    assert len(office.reminders()) == 2


def test_a_clock_set_back_repeats_nothing(owing: Office) -> None:
    owing.now = at_nine(date(2026, 3, 16))
    owing.run()

    owing.now -= timedelta(minutes=1)
    set_back = owing.run()
    owing.now -= timedelta(days=2)
    further = owing.run()

    assert (dict(set_back), dict(further)) == ({}, {})


def test_a_clock_that_was_wrong_for_a_while_leaves_nothing_out(owing: Office) -> None:
    owing.now = at_nine(date(2026, 3, 20))
    wrong = owing.run()

    done = sweeps(owing, date(2026, 3, 16), 5)

    assert dict(wrong) == {"duties overdue": 1}
    assert reminded(done) == {"Mon 16 Mar": 1, "Wed 18 Mar": 1}
    assert overdue(done) == ["Thu 19 Mar", "Fri 20 Mar"]


def test_the_last_stage_alone_is_told_where_several_have_passed(owing: Office) -> None:
    done = sweeps(owing, date(2026, 3, 17), 1)

    assert reminded(done) == {"Tue 17 Mar": 1}
    assert len(owing.reminders()) == 1


def test_over_christmas_nobody_is_written_to_on_days_off(office: Office) -> None:
    office.with_clock(holding="off")
    office.acknowledged(1, datetime(2026, 12, 14, 10, tzinfo=UTC))
    expected = datetime(2027, 1, 7, 17, tzinfo=UTC)

    done = sweeps(office, date(2026, 12, 21), 19)

    assert office.case(REFERENCE).respond_by == expected
    assert reminded(done) == {"Wed 23 Dec": 1, "Tue 05 Jan": 1, "Thu 07 Jan": 1}
    assert overdue(done) == ["Fri 08 Jan"]


@pytest.mark.parametrize(
    ("received", "sunday"),
    [
        pytest.param(datetime(2026, 3, 26, 10, tzinfo=UTC), date(2026, 3, 29), id="on"),
        pytest.param(
            datetime(2026, 10, 22, 9, tzinfo=UTC), date(2026, 10, 25), id="off"
        ),
    ],
)
def test_over_a_change_of_the_clocks_mails_come_at_opening_time(
    office: Office, received: datetime, sunday: date
) -> None:
    office.receive(at=received)
    monday = at_nine(sunday + timedelta(days=1))
    friday = at_nine(sunday - timedelta(days=2))

    office.now = friday
    first = office.run()
    office.now = monday - timedelta(minutes=2)
    too_early = office.run()
    office.now = monday
    second = office.run()

    assert dict(first) == {"duties reminded of": 1}
    assert dict(too_early) == {}
    assert dict(second) == {"duties reminded of": 1}


def test_the_owner_of_a_case_is_named(owing: Office) -> None:
    owing.store._engine.run("UPDATE cases SET owner = 'Ann <b>Archer</b>'")
    owing.now = at_nine(date(2026, 3, 18))
    owing.run()

    (mail,) = owing.reminders()
    html = mail.get_body(("html",))
    assert html is not None
    assert "18 March 2026, for Ann <b>Archer</b>" in owing.texts()[0]
    assert "Ann &lt;b&gt;Archer&lt;/b&gt;" in html.get_content()


def escalate(office: Office, at: datetime) -> None:
    """Have the case go to its last step, which a route with contacts works on."""
    ruleset = office.rulebook.ruleset
    acknowledge = due(at, 2, ruleset.calendar)
    decided = {
        "case": REFERENCE,
        "route": "escalation",
        "acknowledge": acknowledge,
        "respond": due(acknowledge.at, 10, ruleset.calendar),
    }
    office.store.record(
        make_record(60, asked={"now": at}, decided=decided, escalates=True)
    )


def test_those_before_whom_the_last_step_is_are_told_of_theirs(office: Office) -> None:
    office.add_route("escalation", tell=("director",))
    office.acknowledged(1)
    office.acknowledged(2)
    escalate(office, RECEIVED + timedelta(days=1))
    deed = Deed(at=RECEIVED, by="ann", act="acknowledge")
    office.store.register.acknowledge(REFERENCE, deed)
    office.with_clock(holding="off")
    office.now = at_nine(date(2026, 3, 19))

    office.run()

    by_reader = {str(mail["To"]): text for mail, text in office.mails()}
    assert set(by_reader) == {
        "team@examboard.example",
        "directors@examboard.example",
    }
    due_soon = [
        text for mail, text in office.mails() if str(mail["To"]).startswith("director")
    ]
    assert len(due_soon) == 1
    assert "CMP-2026-00001" in due_soon[0]
    assert "(last step)" in due_soon[0]
    assert "CMP-2026-00002" not in due_soon[0]


def test_contacts_whose_long_names_begin_alike_are_each_told(office: Office) -> None:
    names = ("director-of-assessment-uk", "director-of-assessment-us")
    to = {name: f"{name}@examboard.example" for name in names}
    contacts = dict(office.rulebook.organisation.contacts) | to
    organisation = replace(office.rulebook.organisation, contacts=contacts)
    office.rulebook = replace(office.rulebook, organisation=organisation)
    office.add_route("escalation", tell=names)
    office.acknowledged(1)
    escalate(office, RECEIVED + timedelta(days=1))
    office.now = at_nine(date(2026, 3, 19))

    office.run()

    assert set(to.values()) < {str(mail["To"]) for mail in office.reminders()}
