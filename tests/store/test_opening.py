"""Opening a store: one daemon, a whole file, a schema that we know."""

import fcntl
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.store.making import INBOX, NOW, record_case
from triage.errors import ConfigError
from triage.store import Store, holder_of
from triage.store.mark import mark_path
from triage.store.migrations import known_steps
from triage.store.opening import lock_path


def test_a_new_store_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "triage.sqlite3"

    with Store.open(path, exclusive=True) as store:
        assert store.cases.listed() == []


def test_nobody_else_can_read_the_store(path: Path) -> None:
    with Store.open(path, exclusive=True) as store:
        record_case(store)
        files = sorted(path.parent.iterdir())
        modes = {stat.S_IMODE(file.stat().st_mode) for file in files}

    assert len(files) >= 3
    assert modes == {0o600}


def test_commits_are_durable_and_foreign_keys_hold(store: Store) -> None:
    database = store._engine.database

    assert database.journal_mode == "wal"
    assert database.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert database.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_every_table_of_ours_is_strict(store: Store) -> None:
    tables = store._engine.database.tables

    lax = [t.name for t in tables if not t.strict and not t.name.startswith("_sqlite")]
    assert lax == []


def test_a_second_daemon_is_told_who_has_the_store(path: Path, store: Store) -> None:
    assert store.cases.listed() == []

    with pytest.raises(ConfigError) as refusal:
        Store.open(path, exclusive=True)

    assert f"another triage daemon (process {os.getpid()})" in str(refusal.value)
    assert "stop that one first" in str(refusal.value)


def test_a_second_process_is_refused(path: Path, store: Store) -> None:
    assert store.cases.listed() == []
    program = (
        "import sys, pathlib\n"
        "from triage.store import Store\n"
        "Store.open(pathlib.Path(sys.argv[1]), exclusive=True)\n"
    )

    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )

    assert done.returncode == 1
    assert "another triage daemon" in done.stderr


def test_who_only_looks_at_the_lock_keeps_no_daemon_out(path: Path) -> None:
    with Store.open(path, exclusive=True):
        pass
    lock = os.open(lock_path(path), os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_SH)
    looking = threading.Timer(0.05, os.close, (lock,))
    looking.start()

    with Store.open(path, exclusive=True):
        held = holder_of(path)
    looking.join()

    assert held.is_there
    assert held.process == os.getpid()
    assert holder_of(path).is_there is False


def test_the_lock_ends_with_the_store(path: Path) -> None:
    with Store.open(path, exclusive=True):
        pass

    with Store.open(path, exclusive=True) as again:
        assert again.cases.listed() == []


def test_the_command_line_reads_beside_the_daemon(path: Path, store: Store) -> None:
    record_case(store)

    with Store.open(path, exclusive=False) as beside:
        assert [c.reference for c in beside.cases.listed()] == ["CMP-2026-00001"]


def test_the_command_line_makes_no_store(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no store at"):
        Store.open(path, exclusive=False)

    assert not path.exists()


def test_beside_its_mark_a_store_that_is_missing_is_lost_and_not_new(
    path: Path,
) -> None:
    mark_path(path).write_text(f"{'ab' * 16} {7:012d}\n")

    with pytest.raises(ConfigError, match="is gone"):
        Store.open(path, exclusive=False)


def test_beside_its_mark_an_empty_file_is_no_new_store(path: Path) -> None:
    mark_path(path).write_text(f"{'ab' * 16} {7:012d}\n")
    path.touch()

    with pytest.raises(ConfigError, match="is empty"):
        Store.open(path, exclusive=False)


def test_a_folder_in_the_place_of_the_store_is_named(path: Path) -> None:
    path.mkdir()

    with pytest.raises(ConfigError, match="it is no file"):
        Store.open(path, exclusive=False)


def test_an_empty_file_is_no_store_of_an_older_triage(path: Path) -> None:
    path.touch()

    with pytest.raises(ConfigError, match="there is no store at"):
        Store.open(path, exclusive=False)


@pytest.mark.parametrize("exclusive", [True, False], ids=["daemon", "command line"])
def test_a_store_of_a_newer_triage_is_refused_untouched(
    path: Path, *, exclusive: bool
) -> None:
    _with_step(path, "0099_from_the_future")
    before = path.read_bytes()

    with pytest.raises(ConfigError, match="newer triage: it has 0099_from_the_future"):
        Store.open(path, exclusive=exclusive)

    assert before == path.read_bytes()


def test_the_command_line_does_not_migrate(path: Path) -> None:
    Database(path).table("nothing").create({"id": int})

    with pytest.raises(ConfigError, match="older triage"):
        Store.open(path, exclusive=False)


def test_a_migration_and_its_record_are_one_transaction(path: Path) -> None:
    # The last table of the first step exists already, so the step fails at its end.
    Database(path).table("breaker").create({"id": int})

    with pytest.raises(Exception, match="breaker already exists"):
        Store.open(path, exclusive=True)

    with Database(path) as left:
        assert left.table_names() == ["breaker"]


def test_a_failed_opening_gives_the_lock_back(path: Path) -> None:
    _with_step(path, "0099_from_the_future")
    with pytest.raises(ConfigError):
        Store.open(path, exclusive=True)

    with Database(path) as database:
        database.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0099%'")
    with Store.open(path, exclusive=True) as store:
        assert store.cases.listed() == []


def test_steps_are_numbered_in_order() -> None:
    numbers = [int(name.partition("_")[0]) for name in sorted(known_steps())]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("exclusive", [True, False], ids=["daemon", "command line"])
def test_a_file_that_is_no_database_is_refused(path: Path, *, exclusive: bool) -> None:
    path.write_bytes(b"not a database at all" * 300)

    with pytest.raises(ConfigError, match="no database"):
        Store.open(path, exclusive=exclusive)


def test_a_damaged_store_is_refused_and_left_as_it_is(path: Path) -> None:
    with Store.open(path, exclusive=True) as store:
        for uid in range(1, 60):
            record_case(store, uid)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(damaged)

    with pytest.raises(ConfigError, match="damaged"):
        Store.open(path, exclusive=True)

    assert damaged == path.read_bytes()


def test_a_truncated_store_is_refused(path: Path) -> None:
    with Store.open(path, exclusive=True) as store:
        for uid in range(1, 60):
            record_case(store, uid)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(ConfigError, match="damaged"):
        Store.open(path, exclusive=True)


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    with pytest.raises(ConfigError, match="cannot be made"):
        Store.open(in_the_way / "triage.sqlite3", exclusive=True)


def test_threads_share_a_store(store: Store) -> None:
    def write(uid: int) -> None:
        with store.batch():
            record_case(store, uid, asked={"address": f"p{uid}@example.org"})

    threads = [threading.Thread(target=write, args=(uid,)) for uid in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.cases.listed()) == 8


def test_a_reader_is_not_kept_waiting_by_a_batch(path: Path, store: Store) -> None:
    with store.batch():
        store.ledger.leave(INBOX, 1, [1, 2], "not ours", NOW)
        with Store.open(path, exclusive=False) as beside:
            seen = beside.ledger.known(INBOX, 1, [1, 2])

    assert seen == set()


def _with_step(path: Path, name: str) -> None:
    with Store.open(path, exclusive=True):
        pass
    with Database(path) as database:
        database.table("_sqlite_migrations").insert(
            {"migration_set": "triage", "name": name, "applied_at": "2030"}
        )
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_every_store_has_a_salt_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    salts = []
    for name in ("a", "a", "b"):
        with Store.open(tmp_path / name, exclusive=True) as opened:
            salts.append(opened.salt)

    assert salts[0] == salts[1] != salts[2]
    assert len(salts[0]) == 32
