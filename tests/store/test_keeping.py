"""Copies that are kept beside the store: never overwritten, and gone after a month."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.errors import ConfigError
from triage.store import Store
from triage.store.keeping import (
    KEPT_FOR,
    _missing_in,
    forget_copies,
    kept_copies,
)

EARLIER = Path(__file__).parents[1] / "torture" / "host" / "upgrades" / "0007.sql"


def make_earlier(path: Path) -> list[str]:
    """Make a store of an earlier version; return all that is in it."""
    with closing(sqlite3.connect(path)) as earlier:
        earlier.executescript(EARLIER.read_text("utf-8"))
        return list(earlier.iterdump())


def dump_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as store:
        return list(store.iterdump())


def bring_up_to_date(path: Path) -> None:
    Store.open(path, exclusive=True).close()


def test_an_earlier_store_is_copied_before_it_is_brought_up_to_date(path: Path) -> None:
    before = make_earlier(path)

    bring_up_to_date(path)

    assert dump_of(Path(f"{path}.before-0008")) == before


def test_where_no_copy_can_be_made_the_store_stays_as_it_is(path: Path) -> None:
    before = make_earlier(path)
    Path(f"{path}.before-0008.unfinished").mkdir()

    with pytest.raises(ConfigError, match="cannot be written"):
        Store.open(path, exclusive=True)

    assert dump_of(path) == before


def test_a_copy_that_is_not_whole_leaves_the_store_as_it_is(path: Path) -> None:
    make_earlier(path)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute("DELETE FROM cases")
    before = dump_of(path)

    with pytest.raises(ConfigError, match="before the upgrade is not whole: rows"):
        Store.open(path, exclusive=True)

    assert dump_of(path) == before
    assert list(kept_copies(path)) == []


def test_rows_that_a_copy_lacks_are_told(path: Path) -> None:
    bring_up_to_date(path)

    problems = [str(each) for each in _missing_in(path, {"cases": 3, "audit": 0})]

    assert len(problems) == 1
    assert "of 3 rows of `cases` it has 0" in problems[0]


def test_a_second_copy_overwrites_none(path: Path) -> None:
    before = make_earlier(path)
    bring_up_to_date(path)
    path.unlink()
    path.with_name(f"{path.name}.mark").unlink()
    make_earlier(path)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("DELETE FROM moves")

    bring_up_to_date(path)

    assert dump_of(Path(f"{path}.before-0008")) == before
    assert dump_of(Path(f"{path}.before-0008-2")) != before


def test_tries_that_fail_again_and_again_leave_one_copy(path: Path) -> None:
    make_earlier(path)
    as_it_was = path.read_bytes()
    for _ in range(3):
        bring_up_to_date(path)
        path.with_name(f"{path.name}.mark").unlink()
        path.write_bytes(as_it_was)

    assert len(list(kept_copies(path))) == 1


def test_copies_are_removed_a_month_after_they_were_made(path: Path) -> None:
    make_earlier(path)
    bring_up_to_date(path)
    put_away = Path(f"{path}.before-20260303-110000")
    for ending in ("", "-wal"):
        Path(f"{put_away}{ending}").write_bytes(b"what people wrote")
    now = datetime.now(UTC)  # noqa: TID251 - files bear the time of the host

    early = forget_copies(path, now + KEPT_FOR - timedelta(hours=1))
    in_time = forget_copies(path, now + KEPT_FOR + timedelta(hours=1))

    assert early == []
    assert len(in_time) == 3
    assert list(kept_copies(path)) == []


def test_what_a_person_called_so_stays(path: Path) -> None:
    own = Path(f"{path}.before-my-holidays")
    own.write_bytes(b"")

    assert list(kept_copies(path)) == []


def test_a_store_whose_own_audit_log_is_broken_can_be_brought_up_to_date(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "triage.sqlite3"
    dump = EARLIER.with_name("0017.sql").read_text("utf-8")
    row = dump.index('INSERT INTO "audit" VALUES(1,')
    changed = dump[row:].replace("formal-complaint", "another-complaint", 1)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(dump[:row] + changed)

    Store.open(path, exclusive=True).close()

    assert "audit log does not hold" in caplog.text
    assert path.with_name("triage.sqlite3.before-0018").exists()
