"""A full disk, wherever it fills up: no half record, and the store stays whole.

Two kinds of "full": the database may not grow (max_page_count), and no file may be
written beyond a size (RLIMIT_FSIZE), which stops the write-ahead log in mid-write.
"""

import contextlib
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import INBOX, NOW, record_case
from tests.store.sending import UNTIL
from triage.errors import TransientError
from triage.ruleset.evidence import Evidence, Hit
from triage.store import State, Store
from triage.store.mark import mark_path

MANY_HITS = Evidence(
    hits=tuple(Hit(f"signal-{n}", "text", "words " * 20) for n in range(40))
)
EVERYTHING = set(range(1, 12))


def pages(store: Store) -> int:
    return int(store._engine.one("PRAGMA page_count")["page_count"])


def limit_pages(store: Store, most: int) -> None:
    store._engine.rows(f"PRAGMA max_page_count = {most}")


@contextlib.contextmanager
def file_size_limited_to(octets: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def assert_is_whole(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def record_some(store: Store) -> bool:
    """Record ten messages in a batch; tell whether the disk had room for it."""
    try:
        with store.batch():
            for uid in sorted(EVERYTHING - {1}):
                with store.attempt():
                    record_case(store, uid, evidence=MANY_HITS)
    except TransientError as error:
        words = str(error)
        assert any(
            why in words for why in ("disk is full", "reports an error", "undid")
        )
        return False
    return True


def recorded(store: Store) -> tuple[set[int], int, int]:
    known = store.ledger.known(INBOX, 1, range(20))
    return known, len(store.cases.listed()), len(store.outbox.listed())


def test_a_batch_is_whole_or_absent_wherever_the_database_is_full(
    store: Store, path: Path
) -> None:
    record_case(store, 1)
    spare = 0
    limit_pages(store, pages(store))
    while not record_some(store):
        assert recorded(store) == ({1}, 1, 1)
        spare += 1
        limit_pages(store, pages(store) + spare)

    assert spare > 5
    assert recorded(store) == (EVERYTHING, 11, 11)
    assert_is_whole(path)


def test_a_batch_is_whole_or_absent_wherever_the_log_is_cut_off(path: Path) -> None:
    size = 0
    has_room = False
    while not has_room:
        size += 16_384
        path.unlink(missing_ok=True)
        mark_path(path).unlink(missing_ok=True)
        with Store.open(path, exclusive=True) as store:
            record_case(store, 1)
            store._engine.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            with file_size_limited_to(size):
                has_room = record_some(store)
            expected = (EVERYTHING, 11, 11) if has_room else ({1}, 1, 1)
            assert recorded(store) == expected
        assert_is_whole(path)

    assert size > 5 * 16_384


def test_a_move_that_cannot_be_committed_was_not_made(store: Store, path: Path) -> None:
    for uid in range(1, 100):
        record_case(store, uid)
    limit_pages(store, pages(store))
    states = dict.fromkeys(range(1, 100), State.QUEUED)

    with contextlib.suppress(TransientError):
        while letter := store.outbox.claim(NOW, UNTIL):
            states[letter.id] = State.SENDING
            store.outbox.finish(letter, NOW, UNTIL)
            states[letter.id] = State.FINISHING

    assert State.QUEUED in states.values()
    assert states == {line.id: line.state for line in store.outbox.listed()}
    assert_is_whole(path)


def test_work_goes_on_once_there_is_space_again(store: Store) -> None:
    limit_pages(store, pages(store))
    assert not record_some(store)

    limit_pages(store, 1_000_000)

    assert record_some(store)


def test_a_poison_message_is_told_from_a_full_disk(store: Store) -> None:
    """A guard around one message must let a TransientError pass."""
    limit_pages(store, pages(store))

    with pytest.raises(TransientError):
        record_case(store, 1, raw=bytes(range(256)) * 4000, evidence=MANY_HITS)
