"""A store in the place of another: cut off anywhere, one of them is there."""

from pathlib import Path

import pytest

from tests.store.making import NOW, record_case
from triage.errors import ConfigError
from triage.store import Store
from triage.store.mark import mark_path
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


def begin_to_move(fresh: Path) -> None:
    """Bring a store beside its place, with its mark, as a move begins."""
    place = fresh.parents[1] / fresh.name
    mark_path(fresh).rename(f"{mark_path(place)}.incoming")
    fresh.rename(f"{place}.incoming-20260303-110000")


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
    begin_to_move(fresh)
    # As it is between two renames: the old store has gone, its log has not.
    kept = place.rename(tmp_path / "triage.sqlite3.before-20260303-110000")

    assert cases_in(place) == 2
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"of the old one"


def test_what_was_begun_in_the_middle_of_a_move_does_not_replace_what_was_put_away(
    tmp_path: Path,
) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)
    begin_to_move(fresh)
    kept = place.rename(tmp_path / "triage.sqlite3.before-20260303-110000")
    size = kept.stat().st_size
    place.touch()

    assert cases_in(place) == 2
    assert kept.stat().st_size == size


def test_what_an_earlier_move_put_away_in_the_same_second_stays(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)

    kept = [
        put_in_place(make_store(tmp_path / str(n) / place.name, n), place, NOW)
        for n in (2, 3)
    ]

    assert all(path is not None and path.exists() for path in kept)
    assert kept[0] != kept[1]
    assert cases_in(place) == 3


def test_the_mark_of_a_move_that_was_never_begun_is_removed(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)
    left = tmp_path / "triage.sqlite3.mark.incoming"
    left.touch()

    assert cases_in(place) == 1
    assert not left.exists()


def test_a_move_that_was_cut_off_without_any_store_in_place_is_ended_too(
    tmp_path: Path,
) -> None:
    place = tmp_path / "triage.sqlite3"
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)
    begin_to_move(fresh)

    assert cases_in(place) == 2


def test_beside_a_move_nobody_works_on_either_store(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)
    fresh = make_store(tmp_path / "inner" / "triage.sqlite3", 2)
    begin_to_move(fresh)

    with pytest.raises(ConfigError, match="restoration"):
        Store.open(place, exclusive=False)


def test_without_a_move_nothing_is_ended(tmp_path: Path) -> None:
    place = make_store(tmp_path / "triage.sqlite3", 1)

    assert end_move(place) is None
    assert cases_in(place) == 1
