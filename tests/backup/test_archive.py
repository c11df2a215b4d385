"""A backup file: made beside a daemon, checked, damaged, unpacked."""

import io
import os
import stat
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import NOW, record_case
from triage.backup import create, unpack, verify
from triage.backup.archive import MANIFEST, STORE, Source
from triage.errors import ConfigError
from triage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as opened:
        for uid in (1, 2, 3):
            record_case(opened, uid)
        yield opened


@pytest.fixture
def source(store: Store) -> Source:
    return Source(store=store, config=b"# config\n", key="abc", version="1.0")


@pytest.fixture
def made(source: Source, tmp_path: Path) -> Path:
    path = tmp_path / "monday.backup"
    create(source, path, NOW)
    return path


def rewritten(path: Path, name: str, octets: bytes) -> Path:
    """Write the backup again with another member under a name."""
    other = path.with_suffix(".other")
    with tarfile.open(path) as old, tarfile.open(other, "w:gz") as new:
        for member in old:
            file = old.extractfile(member)
            assert file is not None
            content = octets if member.name == name else file.read()
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return other


def test_a_backup_says_what_it_holds(made: Path) -> None:
    manifest, examined = verify(made)

    assert manifest.made_at == NOW
    assert (manifest.counts["cases"], manifest.counts["messages"]) == (3, 3)
    assert examined.audit.broken == ()


def test_only_its_owner_can_read_a_backup(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_nothing_is_left_beside_a_backup(made: Path) -> None:
    assert [path for path in made.parent.iterdir() if path.is_dir()] == []


def test_a_backup_is_never_overwritten(source: Source, made: Path) -> None:
    before = made.read_bytes()

    with pytest.raises(ConfigError, match="never overwritten"):
        create(source, made, NOW)

    assert before == made.read_bytes()


def test_cases_may_be_opened_while_a_backup_is_made(
    source: Source, store: Store, tmp_path: Path
) -> None:
    stopping = threading.Event()

    def open_cases() -> None:
        uid = 100
        while not stopping.is_set():
            record_case(store, uid)
            uid += 1

    opening = threading.Thread(target=open_cases)
    opening.start()
    try:
        for number in range(3):
            create(source, tmp_path / f"{number}.backup", NOW)
    finally:
        stopping.set()
        opening.join()

    counts = [verify(tmp_path / f"{n}.backup")[0].counts for n in range(3)]
    assert all(count["cases"] == count["messages"] for count in counts)
    assert counts[0]["cases"] >= 3


def test_an_unpacked_store_is_the_one_that_was_backed_up(
    store: Store, made: Path, tmp_path: Path
) -> None:
    place = tmp_path / "other.sqlite3"

    unpack(made, place)

    with Store.open(place, exclusive=True) as other:
        assert other.cases.listed() == store.cases.listed()


@pytest.mark.parametrize("keep", [0, 1, 100, 2000])
def test_a_backup_that_was_cut_short_is_refused(made: Path, keep: int) -> None:
    os.truncate(made, keep)

    with pytest.raises(ConfigError, match=r"monday\.backup"):
        verify(made)


def test_a_store_that_was_changed_in_it_is_refused(made: Path) -> None:
    with tarfile.open(made) as tar:
        file = tar.extractfile(STORE)
        assert file is not None
        octets = bytearray(file.read())
    octets[-1] ^= 1

    with pytest.raises(ConfigError, match="changed since it was made"):
        verify(rewritten(made, STORE, bytes(octets)))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff"])
def test_a_manifest_that_says_nothing_is_refused(made: Path, text: bytes) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        verify(rewritten(made, MANIFEST, text))


def test_a_backup_of_a_newer_program_names_its_version(made: Path) -> None:
    text = b'{"format": 9, "version": "7.0"}'

    with pytest.raises(ConfigError, match=r"newer triage \(7\.0\)"):
        verify(rewritten(made, MANIFEST, text))


def test_any_other_file_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear team")

    with pytest.raises(ConfigError, match="cannot be read as a backup"):
        verify(path)


def test_a_log_that_was_rewritten_is_refused(
    source: Source, store: Store, tmp_path: Path
) -> None:
    store._engine.run("DROP TRIGGER audit_is_never_changed")
    store._engine.run("UPDATE audit SET actor = 'somebody else' WHERE id = 1")

    with pytest.raises(ConfigError, match="row 1 does not follow"):
        create(source, tmp_path / "tuesday.backup", NOW)

    assert not (tmp_path / "tuesday.backup").exists()
