"""Values on their way into the file, and what the host does wrong."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import NOW, record_case
from triage.errors import TransientError
from triage.store import Store
from triage.store.engine import Engine, moment, safe_text, utc_text

AWARE = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.builds(
        timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23))
    ),
)


@given(AWARE)
def test_a_time_comes_back_as_the_same_moment_in_utc(given_time: datetime) -> None:
    read = moment(utc_text(given_time))

    assert read == given_time
    assert read.tzinfo is UTC


@given(AWARE, AWARE)
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    assert (one < other) == (utc_text(one) < utc_text(other))


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        utc_text(datetime(2026, 4, 2))  # noqa: DTZ001 - the mistake itself


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_can_be_stored_once_made_safe(text: str) -> None:
    safe = safe_text(text)

    connection = sqlite3.connect(":memory:")
    (read,) = connection.execute("SELECT :text", {"text": safe}).fetchone()
    connection.close()
    assert read == safe
    assert "\0" not in safe


@given(st.text())
def test_text_that_was_safe_stays_as_it_was(text: str) -> None:
    if "\0" not in text:
        assert safe_text(text) == text


def test_a_locked_store_is_no_fault_of_the_message(path: Path, store: Store) -> None:
    assert store.cases.listed() == []
    hasty = Engine(path)
    hasty.database.execute("PRAGMA busy_timeout = 10")

    with store.batch():
        record_case(store)
        with pytest.raises(TransientError, match="another process keeps it locked"):
            hasty.run("DELETE FROM counters")
    hasty.close()


def test_our_own_mistakes_are_not_called_the_hosts(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        store._engine.run("DELETE FROM no_such_table")


def test_a_foreign_key_holds(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store._engine.run(
            "INSERT INTO parties (case_id, address, since) VALUES (7, 'a', :now)",
            now=NOW,
        )


def test_a_column_takes_its_own_type_only(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        store._engine.run("INSERT INTO counters VALUES ('a', 'many')")


def test_a_connection_keeps_few_pages_since_each_thread_has_one(store: Store) -> None:
    (row,) = store._engine.rows("PRAGMA cache_size")

    assert row["cache_size"] == -1024


def test_a_row_that_must_exist_is_missed_loudly(store: Store) -> None:
    with pytest.raises(LookupError):
        store._engine.one("SELECT * FROM cases")
