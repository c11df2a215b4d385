"""Folders with copies of a store: nothing is left of them, whoever was killed."""

import threading
from pathlib import Path

from triage.store import Store
from triage.store.passing import clear_away, passing_folder
from triage.store.replacing import RESTORE


def test_nothing_is_left_afterwards(tmp_path: Path) -> None:
    with passing_folder(tmp_path, ".copy.") as folder:
        (folder / "store").write_bytes(b"what people wrote")

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".copy.ab12_xyz"
    left.mkdir(0o700)
    (left / "store").write_bytes(b"what people wrote")

    with passing_folder(tmp_path, ".copy.") as folder:
        there = list(tmp_path.iterdir())

    assert there == [folder]


def test_where_somebody_works_nothing_is_cleared_away(tmp_path: Path) -> None:
    with passing_folder(tmp_path, ".copy.") as folder:
        clear_away(tmp_path, ".copy.")

        assert folder.is_dir()


def test_what_is_called_otherwise_stays(tmp_path: Path) -> None:
    others = [tmp_path / ".copy.of-mine", tmp_path / ".copy.ab12_xyz.tar"]
    for path in others:
        path.mkdir()

    clear_away(tmp_path, ".copy.")

    assert all(path.is_dir() for path in others)


def test_a_folder_that_others_may_look_into_was_not_made_here(tmp_path: Path) -> None:
    other = tmp_path / ".copy.postgres"
    other.mkdir()
    other.chmod(0o755)

    clear_away(tmp_path, ".copy.")

    assert other.is_dir()


def test_a_start_clears_away_what_a_killed_restoration_left(tmp_path: Path) -> None:
    left = tmp_path / f"{RESTORE}ab12_xyz"
    left.mkdir(0o700)

    with Store.open(tmp_path / "triage.sqlite3", exclusive=True):
        assert not left.exists()


def test_what_was_done_is_done_where_the_folder_cannot_be_removed(
    tmp_path: Path,
) -> None:
    with passing_folder(tmp_path, ".copy.") as folder:
        folder.rename(tmp_path / "moved-away")

    assert (tmp_path / "moved-away").is_dir()


def test_two_who_come_at_once_lend_a_folder_each(tmp_path: Path) -> None:
    stopping = threading.Event()

    def clear() -> None:
        while not stopping.is_set():
            clear_away(tmp_path, ".copy.")

    other = threading.Thread(target=clear)
    other.start()
    try:
        for _ in range(50):
            with passing_folder(tmp_path, ".copy.") as folder:
                (folder / "store").write_bytes(b"what people wrote")
    finally:
        stopping.set()
        other.join()

    assert list(tmp_path.iterdir()) == []
