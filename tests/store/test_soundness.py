"""Whether a store is whole, looked at for so long."""

from pathlib import Path

import pytest

from tests.store.making import record_case
from triage.store import Store, faults_of_store


def test_a_store_that_takes_too_long_is_left_alone(path: Path, store: Store) -> None:
    record_case(store)

    with pytest.raises(TimeoutError):
        list(faults_of_store(path, -1.0))


def test_a_store_is_looked_through_beside_its_daemon(path: Path, store: Store) -> None:
    record_case(store)

    assert list(faults_of_store(path, 30.0)) == []


def test_no_store_yet_is_no_fault(tmp_path: Path) -> None:
    assert list(faults_of_store(tmp_path / "none.sqlite3", 1.0)) == []
