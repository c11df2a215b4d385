"""Which reminders were given, by day."""

from datetime import UTC, date, datetime, timedelta

from tests.store.making import record_case
from triage.store import Reminder, Store
from triage.store.reminders import _GIVEN

DUE = datetime(2026, 4, 22, 16, tzinfo=UTC)
REMINDER = Reminder("CMP-2026-00001", "respond", DUE, 5)
TUESDAY = date(2026, 4, 14)


def given(store: Store) -> set[Reminder]:
    return store.clocks.reminders.given(DUE - timedelta(days=9), DUE)


def test_a_reminder_is_remembered_for_its_date(store: Store) -> None:
    record_case(store)
    store.clocks.reminders.note([REMINDER, REMINDER], TUESDAY)

    assert given(store) == {REMINDER}


def test_what_was_written_on_a_day_that_has_not_come_is_forgotten(
    store: Store,
) -> None:
    record_case(store)
    store.clocks.reminders.note([REMINDER], TUESDAY)
    store.clocks.reminders.note_alert(TUESDAY)

    store.clocks.reminders.forget_after(TUESDAY)
    kept = given(store), store.clocks.reminders.is_alerted(TUESDAY)
    store.clocks.reminders.forget_after(TUESDAY - timedelta(days=1))

    assert kept == ({REMINDER}, True)
    assert given(store) == set()
    assert not store.clocks.reminders.is_alerted(TUESDAY)


def test_reminders_are_found_by_index(store: Store) -> None:
    plan = store._engine.rows(f"EXPLAIN QUERY PLAN {_GIVEN}", since=DUE, until=DUE)

    steps = [step["detail"] for step in plan]
    assert any("reminded_due" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN")]
