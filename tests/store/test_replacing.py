"""A store in the place of another: cut off anywhere, one of them is there."""

from pathlib import Path

import pytest

from tests.store.making import NOW, record_case
from triage.errors import ConfigError
from triage.store import Store
from triage.store.replacing import end_move, put_in_place


def make_store(path: Path, cases: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    with Store.open(path, exclusive=True) as store:
        for uid in range(1, cases + 1):
            record_case(store, uid)
    return path


def make_log(place: Path) -> None:
    """Leave files as a store that was killed has them."""
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).write_bytes(b"of the old one")


def cases_in(place: Path) -> int:
    with Store.open(place, exclusive=True) as store:
        return len(list(store.cases.listed()))


def test_what_was_there_is_kept_with_its_log(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)
    make_log(place)
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)

    kept = put_in_place(fresh, place, NOW)

    assert kept is not None
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"of the old one"
    assert cases_in(place) == 2


def test_where_nothing_was_nothing_is_kept(tmp_path: Path) -> None:
    place = tmp_path / "triage.sqlite3"
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)

    assert put_in_place(fresh, place, NOW) is None
    assert cases_in(place) == 2


def test_a_move_that_was_cut_off_is_ended_by_who_opens_the_store_next(
    tmp_path: Path,
) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)
    make_log(place)
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)
    # As it is between two renames: the old log has gone, the old store has not.
    fresh.rename(tmp_path / "triage.sqlite3.incoming-20260303-110000")
    for ending in ("-shm", "-wal"):
        path = tmp_path / f"triage.sqlite3{ending}"
        path.rename(tmp_path / f"triage.sqlite3.before-20260303-110000{ending}")

    assert cases_in(place) == 2
    assert (tmp_path / "triage.sqlite3.before-20260303-110000").exists()


def test_a_move_that_was_cut_off_without_any_store_in_place_is_ended_too(
    tmp_path: Path,
) -> None:
    place = tmp_path / "triage.sqlite3"
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)
    fresh.rename(tmp_path / "triage.sqlite3.incoming-20260303-110000")

    assert cases_in(place) == 2


def test_beside_a_move_nobody_works_on_either_store(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)
    fresh.rename(tmp_path / "triage.sqlite3.incoming-20260303-110000")

    with pytest.raises(ConfigError, match="restoration"):
        Store.open(place, exclusive=False)


def test_without_a_move_nothing_is_ended(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)

    assert end_move(place) is None
    assert cases_in(place) == 1
