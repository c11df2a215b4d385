"""A store that is older, another or gone is noticed."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typing_extensions import override

from tests.store.making import NOW, make_record, record_case
from tests.store.sending import UNTIL, accept, claim
from tests.store.test_full_disk import file_size_limited_to
from triage.errors import ConfigError, TransientError
from triage.store import State, Store
from triage.store.engine import Engine, Row
from triage.store.mark import (
    DAMAGED,
    LOST,
    OLDER,
    counted,
    mark_path,
    read_mark,
    write_mark,
)
from triage.store.opening import lock_path, lock_store
from triage.store.outbox import AFTER_NO_MARK
from triage.store.restorations import MARGIN, Noticed


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
        noticed = store.restorations.notice_older_copy(NOW)
        states = [line.state for line in store.outbox.listed()]
        pending = store.restorations.pending()

    assert noticed == Noticed(OLDER, 1)
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


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda octets: octets[:-5], id="cut off"),
        pytest.param(lambda octets: bytes(len(octets)), id="zeroed"),
        pytest.param(lambda octets: b"\xff" + octets[1:], id="a byte"),
    ],
)
def test_beside_a_damaged_mark_a_store_is_treated_as_an_older_copy_once(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    make_store(path, sends=False)
    mark = mark_path(path)
    mark.write_bytes(damage(mark.read_bytes()))

    with Store.open(path, exclusive=True) as store:
        noticed = store.restorations.notice_older_copy(NOW)
        again = store.restorations.notice_older_copy(NOW)

    assert noticed == Noticed(DAMAGED, 1)
    assert again is None


def test_a_store_that_lost_its_mark_is_treated_as_an_older_copy_once(
    path: Path,
) -> None:
    make_store(path)
    mark_path(path).unlink()

    with Store.open(path, exclusive=True) as store:
        noticed = store.restorations.notice_older_copy(NOW)
        again = store.restorations.notice_older_copy(NOW)

    assert noticed == Noticed(LOST, 0)
    assert again is None


def test_a_new_store_has_a_mark_and_is_no_older_copy(path: Path) -> None:
    with Store.open(path, exclusive=True) as store:
        assert mark_path(path).exists()
        assert store.restorations.notice_older_copy(NOW) is None


def test_a_store_that_is_gone_is_not_begun_anew_beside_a_damaged_mark(
    path: Path,
) -> None:
    make_store(path)
    path.unlink()
    mark_path(path).write_bytes(b"")

    with pytest.raises(ConfigError, match="is gone"):
        Store.open(path, exclusive=True)


def put_back_one_that_lacks_a_case(path: Path) -> str:
    """Put back a store from which nothing was ever sent; return the lacking case."""
    with Store.open(path, exclusive=True) as store, store.batch():
        store.record(make_record(1, reference=store.next_reference(NOW)))
    older = path.with_name("older")
    shutil.copy(path, older)
    with Store.open(path, exclusive=True) as store, store.batch():
        lacking = store.next_reference(NOW)
        store.record(make_record(2, reference=lacking))
    shutil.copy(older, path)
    return lacking


def test_an_older_copy_is_noticed_where_no_letter_was_ever_given_out(
    path: Path,
) -> None:
    lacking = put_back_one_that_lacks_a_case(path)

    with Store.open(path, exclusive=True) as store:
        noticed = store.restorations.notice_older_copy(NOW)
        following = store.next_reference(NOW)

    assert noticed == Noticed(OLDER, 0)
    assert following > lacking


def test_an_older_copy_that_lacks_more_numbers_than_are_left_out_gives_none_twice(
    path: Path,
) -> None:
    make_store(path, sends=False)
    older = path.with_name("older")
    shutil.copy(path, older)
    with Store.open(path, exclusive=True) as store, store.batch():
        last = [store.next_reference(NOW) for _ in range(2 * MARGIN)][-1]
    shutil.copy(older, path)

    with Store.open(path, exclusive=True) as store:
        store.restorations.notice_older_copy(NOW)
        following = store.next_reference(NOW)

    assert following > last


def test_whoever_works_beside_the_daemon_gives_no_number_out_of_an_older_copy(
    path: Path,
) -> None:
    put_back_one_that_lacks_a_case(path)

    with pytest.raises(ConfigError, match="older copy"):
        Store.open(path, exclusive=False)


def test_what_lay_there_before_an_older_copy_is_older_should_it_come_back(
    path: Path,
) -> None:
    make_store(path, sends=False)
    older, newer = path.with_name("older"), path.with_name("newer")
    shutil.copy(path, older)
    with Store.open(path, exclusive=True) as store:
        accept(store, claim(store))
    shutil.copy(path, newer)
    shutil.copy(older, path)
    with Store.open(path, exclusive=True) as store:
        store.restorations.notice_older_copy(NOW)

    shutil.copy(newer, path)

    with Store.open(path, exclusive=True) as store:
        assert store.restorations.notice_older_copy(NOW) == Noticed(OLDER, 0)


def test_a_letter_whose_mark_cannot_be_written_waits_and_is_in_nobodys_hands(
    path: Path,
) -> None:
    with Store.open(path, exclusive=True) as store:
        record_case(store)
        mark_path(path).unlink()
        mark_path(path).mkdir()

        with pytest.raises(TransientError, match="mark"):
            store.outbox.claim(NOW, UNTIL)

        (line,) = store.outbox.listed()
        assert line.state == State.QUEUED
        mark_path(path).rmdir()
        assert store.outbox.claim(NOW + AFTER_NO_MARK, UNTIL) is not None


def test_a_mark_that_somebody_raised_meanwhile_is_not_set_back(path: Path) -> None:
    class Overtaken(Engine):
        """Its count is read just before a letter is given out by another thread."""

        meanwhile: Callable[[], object] | None = None

        @override
        def one(self, sql: str, **values: object) -> Row:
            row = super().one(sql, **values)
            if "user_version" in sql and self.meanwhile is not None:
                others_work, self.meanwhile = self.meanwhile, None
                others_work()
            return row

    with Store.open(path, exclusive=True) as store, closing(Overtaken(path)) as slow:
        record_case(store)
        slow.meanwhile = lambda: store.outbox.claim(NOW, UNTIL)

        write_mark(slow)

        found = read_mark(path)
        assert found is not None
        assert found.count == counted(slow)


def test_a_batch_whose_mark_cannot_be_written_is_committed_all_the_same(
    path: Path,
) -> None:
    with Store.open(path, exclusive=True) as store:
        mark_path(path).unlink()
        mark_path(path).mkdir()

        with store.batch():
            record_case(store)

        assert len(store.cases.listed()) == 1


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
        assert store.restorations.notice_older_copy(NOW) == Noticed(OLDER, 0)
        assert store.next_reference(NOW) == f"CMP-{NOW.year}-01001"


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
