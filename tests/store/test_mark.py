"""A store that is older, another or gone is noticed; a copy before a step."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import NOW, record_case
from tests.store.sending import accept, claim
from tests.store.test_full_disk import file_size_limited_to
from triage.errors import ConfigError, TransientError
from triage.store import State, Store
from triage.store.mark import mark_path
from triage.store.opening import lock_path, lock_store

EARLIER = Path(__file__).parents[1] / "torture" / "host" / "upgrades" / "0007.sql"


def make_store(path: Path, *, sends: bool = True) -> None:
    with Store.open(path, exclusive=True) as store:
        record_case(store)
        if sends:
            accept(store, claim(store))


def put_back_an_older_copy(path: Path) -> None:
    """Put back the store as it was before its only letter went out."""
    make_store(path, sends=False)
    older = path.with_name("older")
    shutil.copy(path, older)
    with Store.open(path, exclusive=True) as store:
        accept(store, claim(store))
    shutil.copy(older, path)


def test_no_letter_of_an_older_copy_is_sent_before_it_was_looked_for(
    path: Path,
) -> None:
    put_back_an_older_copy(path)

    with Store.open(path, exclusive=True) as store:
        doubted = store.restorations.notice_older_copy(NOW)
        states = [line.state for line in store.outbox.listed()]
        pending = store.restorations.pending()

    assert doubted == 1
    assert states == [State.UNCERTAIN]
    assert pending is not None


def test_an_older_copy_is_noticed_once(path: Path) -> None:
    put_back_an_older_copy(path)
    with Store.open(path, exclusive=True) as store:
        store.restorations.notice_older_copy(NOW)

    with Store.open(path, exclusive=True) as store:
        again = store.restorations.notice_older_copy(NOW)

    assert again is None


def test_the_store_that_was_worked_with_is_no_older_copy(path: Path) -> None:
    make_store(path)

    with Store.open(path, exclusive=True) as store:
        assert store.restorations.notice_older_copy(NOW) is None


@pytest.mark.parametrize("is_emptied", [True, False], ids=["emptied", "deleted"])
def test_a_store_that_is_gone_is_not_begun_anew(
    path: Path, *, is_emptied: bool
) -> None:
    make_store(path)
    path.unlink()
    if is_emptied:
        path.touch()

    how = "is empty" if is_emptied else "is gone"
    with pytest.raises(ConfigError, match=how) as refusal:
        Store.open(path, exclusive=True)

    assert str(mark_path(path)) in str(refusal.value)


def test_who_takes_the_mark_away_begins_anew(path: Path) -> None:
    make_store(path)
    path.unlink()
    mark_path(path).unlink()

    with Store.open(path, exclusive=True) as store:
        assert store.cases.listed() == []


def test_another_store_in_its_place_is_refused(path: Path) -> None:
    make_store(path)
    other = path.with_name("other")
    make_store(other)
    shutil.copy(other, path)

    with pytest.raises(ConfigError, match="not the store that was worked with"):
        Store.open(path, exclusive=True)


def test_a_damaged_mark_stops_nobody(path: Path) -> None:
    make_store(path)
    mark_path(path).write_text("half a l")

    with Store.open(path, exclusive=True) as store:
        assert store.restorations.notice_older_copy(NOW) is None


@pytest.mark.parametrize("ending", ["", "-wal", ".lock"])
def test_nothing_is_written_into_a_store_that_was_taken_away(
    path: Path, ending: str
) -> None:
    with Store.open(path, exclusive=True) as store:
        record_case(store)
        with store.batch():
            pass
        Path(f"{path}{ending}").unlink()

        with pytest.raises(TransientError, match="taken away or replaced"):
            record_case(store, 2)


def test_a_full_disk_keeps_nobody_from_the_lock(path: Path) -> None:
    with file_size_limited_to(0):
        release = lock_store(path)

    release()
    assert lock_path(path).exists()


def test_an_earlier_store_is_copied_before_it_is_brought_up_to_date(path: Path) -> None:
    with closing(sqlite3.connect(path)) as earlier:
        earlier.executescript(EARLIER.read_text("utf-8"))
        before = list(earlier.iterdump())

    with Store.open(path, exclusive=True):
        pass

    with closing(sqlite3.connect(f"{path}.before-0008")) as kept:
        assert list(kept.iterdump()) == before


def test_where_no_copy_can_be_made_the_store_stays_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as earlier:
        earlier.executescript(EARLIER.read_text("utf-8"))
        before = list(earlier.iterdump())
    in_the_way = Path(f"{path}.before-0008")
    in_the_way.mkdir()

    with pytest.raises(ConfigError, match="cannot be written"):
        Store.open(path, exclusive=True)

    with closing(sqlite3.connect(path)) as left:
        assert list(left.iterdump()) == before


@pytest.mark.parametrize("octets", [0, 4096, 40_000, 200_000])
def test_where_there_is_no_room_for_a_new_store_it_says_so(
    path: Path, octets: int
) -> None:
    with file_size_limited_to(octets), pytest.raises(ConfigError, match="the disk"):
        Store.open(path, exclusive=True)


def test_a_store_whose_log_was_deleted_is_still_known_and_behind(path: Path) -> None:
    opened = Store.open(path, exclusive=True)
    record_case(opened)
    accept(opened, claim(opened))
    with_its_log_deleted = path.read_bytes()
    opened.close()
    path.write_bytes(with_its_log_deleted)

    with Store.open(path, exclusive=True) as store:
        assert store.restorations.notice_older_copy(NOW) == 0
        assert store.next_reference(NOW) == f"CMP-{NOW.year}-01002"


@pytest.mark.parametrize(
    "damage",
    ["reason = CAST(x'ce41' AS TEXT)", "created_at = '2026-q2-11T17:00:00.000000Z'"],
)
def test_what_is_damaged_in_a_row_is_damage(path: Path, damage: str) -> None:
    make_store(path)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute(f"UPDATE outbox SET {damage}")  # noqa: S608 - our own words

    with (
        Store.open(path, exclusive=True) as opened,
        pytest.raises(TransientError, match="damaged"),
    ):
        opened.outbox.listed()


def test_a_mark_that_cannot_be_written_stops_the_start_and_no_letter(
    path: Path,
) -> None:
    make_store(path)
    mark_path(path).unlink()
    mark_path(path).mkdir()

    with pytest.raises(ConfigError, match="cannot be written") as refusal:
        Store.open(path, exclusive=True)

    assert str(mark_path(path)) in str(refusal.value)
