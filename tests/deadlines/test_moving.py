"""Open cases' dates move when a closing day comes into force, once and with a note."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.deadlines.conftest import RECEIVED, Office
from triage.deadlines import foresee
from triage.store import Deed, MatterKind

RESPOND_BY = datetime(2026, 3, 18, 17, tzinfo=UTC)
REFERENCE = "CMP-2026-00001"
TENTH = {date(2026, 3, 10): "Staff day"}


def close_on(office: Office, days: dict[date, str]) -> None:
    """Put an edition in force with these closing days."""
    ruleset = office.rulebook.ruleset
    hash_ = f"edition of {sorted(days)}"
    calendar = replace(ruleset.calendar, closing_days=days)
    ruleset = replace(ruleset, calendar=calendar, hash=hash_)
    office.rulebook = replace(office.rulebook, ruleset=ruleset)


def test_a_new_closing_day_moves_the_date_with_a_note(office: Office) -> None:
    office.acknowledged()
    office.run()
    close_on(office, TENTH)

    done = office.run()

    assert done["cases whose dates move"] == 1
    assert office.case(REFERENCE).respond_by == RESPOND_BY + timedelta(days=1)
    entry = office.store.audit.entries(REFERENCE)[-1]
    assert (entry.by, entry.act) == ("triage", "calendar")
    assert entry.personal["why"] == (
        None,
        "Tue 10 March 2026 is now a closing day (Staff day)",
    )


def test_dates_move_once_also_after_a_restart(office: Office) -> None:
    office.acknowledged()
    office.run()
    close_on(office, TENTH)
    office.run()

    again = [office.run(), office.restart().run()]

    assert [done["cases whose dates move"] for done in again] == [0, 0]
    assert office.case(REFERENCE).respond_by == RESPOND_BY + timedelta(days=1)


def test_a_change_while_the_daemon_was_down_is_seen_at_its_start(
    office: Office,
) -> None:
    office.acknowledged()
    office.run()
    close_on(office, TENTH)

    done = office.restart().run()

    assert done["cases whose dates move"] == 1


def test_the_first_sweep_of_a_store_moves_nothing(office: Office) -> None:
    office.acknowledged()
    close_on(office, TENTH)

    assert office.run()["cases whose dates move"] == 0


def test_a_case_that_came_after_the_change_is_not_counted_twice(
    office: Office,
) -> None:
    office.run()
    close_on(office, TENTH)
    office.acknowledged()

    office.run()

    assert office.case(REFERENCE).respond_by == RESPOND_BY + timedelta(days=1)


def test_a_date_set_by_a_person_stays_and_is_put_before_one(office: Office) -> None:
    office.acknowledged()
    until = datetime(2026, 3, 25, 17, tzinfo=UTC)
    deed = Deed(at=RECEIVED, by="ann", act="extend")
    office.store.register.extend(REFERENCE, deed, until)
    office.run()
    close_on(office, {date(2026, 3, 25): "Staff day"})

    office.run()

    (matter,) = office.store.matters.open_matters()
    assert office.case(REFERENCE).respond_by == until
    assert matter.kind is MatterKind.DUE_DATE


def test_a_closed_or_answered_case_keeps_its_dates(office: Office) -> None:
    office.acknowledged(1)
    office.acknowledged(2)
    deed = Deed(at=RECEIVED, by="ann", act="end")
    office.store.register.answer("CMP-2026-00001", deed)
    office.store.register.close("CMP-2026-00002", deed, "withdrawn")
    office.run()
    close_on(office, TENTH)

    assert office.run()["cases whose dates move"] == 0


def test_the_calendar_that_is_remembered_counts_as_the_one_that_was(
    office: Office,
) -> None:
    calendar = office.rulebook.ruleset.calendar
    office.run()

    kept = office.store.clocks.calendars.last()

    assert kept is not None
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [kept.day_off(day) for day in days] == [
        calendar.day_off(day) for day in days
    ]


def test_dates_are_moved_outside_opening_hours_too(office: Office) -> None:
    office.acknowledged()
    office.run()
    close_on(office, TENTH)
    office.now = datetime(2026, 3, 7, 3, tzinfo=UTC)

    assert office.run()["cases whose dates move"] == 1


def test_a_reminder_comes_anew_for_the_new_date(office: Office) -> None:
    office.with_clock(holding="off")
    office.acknowledged()
    office.now = datetime(2026, 3, 16, 9, tzinfo=UTC)
    first = office.run()
    close_on(office, {date(2026, 3, 17): "Strike"})
    office.now = datetime(2026, 3, 16, 12, tzinfo=UTC)
    second = office.run()
    third = office.run()

    assert [done["duties reminded of"] for done in (first, second, third)] == [1, 1, 0]
    assert "by Thursday 19 March 2026" in office.texts()[-1]


def test_what_would_move_is_foreseen(office: Office) -> None:
    office.acknowledged(1)
    office.receive(2, waits=False, responds=True)
    old = office.rulebook.ruleset.calendar
    close_on(office, {date(2026, 3, 3): "Strike"})
    promises = office.store.clocks.calendars.promises()

    found = foresee(promises, old, office.rulebook.ruleset, office.now)

    assert [(each.reference, each.what) for each in found.shifts] == [
        ("CMP-2026-00001", "answer"),
        ("CMP-2026-00002", "acknowledgement"),
        ("CMP-2026-00002", "answer"),
    ]
    assert found.in_words() == (
        "3 due dates of 2 open cases move: 3 later, 0 earlier"
        " (Tue 3 March 2026 is now a closing day (Strike))"
    )


def test_one_date_that_would_move_and_one_that_a_person_set(office: Office) -> None:
    office.acknowledged(1)
    reference = office.acknowledged(2)
    until = office.rulebook.ruleset.calendar.closes(date(2026, 3, 31))
    deed = Deed(at=office.now, by="ann", act="extend")
    office.store.register.extend(reference, deed, until)
    old = office.rulebook.ruleset.calendar
    close_on(office, {date(2026, 3, 3): "Strike", date(2026, 3, 31): "Strike"})
    promises = office.store.clocks.calendars.promises()

    found = foresee(promises, old, office.rulebook.ruleset, office.now).in_words()

    assert str(found).startswith("one due date of one open case moves: 1 later, 0 ear")
    assert str(found).endswith("; one date that a person set is a day off then")


def test_nothing_is_said_where_nothing_moves(office: Office) -> None:
    office.acknowledged()
    ruleset = office.rulebook.ruleset
    promises = office.store.clocks.calendars.promises()

    found = foresee(promises, ruleset.calendar, ruleset, office.now)

    assert found.in_words() is None
