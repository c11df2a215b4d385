"""The log of who did what: nobody changes it without being found out."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import NOW, record_case
from triage.store import Deed, Store

REF = "CMP-2026-00001"
NOTES = 5
DEED = Deed(at=NOW, by="amina", act="note", why="She called")


@pytest.fixture
def noted(store: Store) -> Store:
    """A store with one case and a few notes: row 1 opens it."""
    record_case(store)
    for number in range(NOTES):
        store.register.note(REF, DEED, f"note {number}")
    return store


def behind_its_back(path: Path, *statements: str) -> None:
    """Change the file as somebody would who has it but not the program."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("; ".join(statements))


WITHOUT_TRIGGERS = (
    "DROP TRIGGER audit_is_never_changed",
    "DROP TRIGGER audit_is_never_deleted",
)


def test_a_log_that_nobody_touched_is_whole(noted: Store) -> None:
    found = noted.audit.verify()

    assert (found.broken, found.rows, found.erased) == ((), 1 + NOTES, 0)
    assert found.head == noted.audit.head()


def test_an_empty_log_is_whole(store: Store) -> None:
    assert store.audit.verify(store.audit.head()).broken == ()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x' WHERE id = 2", "DELETE FROM audit WHERE id = 2"],
)
def test_the_database_itself_refuses_changes(
    noted: Store, path: Path, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        behind_its_back(path, statement)

    assert noted.audit.verify().broken == ()


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-04-03T00:00:00.000000Z'",
        "actor = 'somebody else'",
        "act = 'close'",
        "about = 'CMP-2026-00002'",
        "changes = '{}'",
        "hash = replace(hash, substr(hash, 1, 1), 'x')",
    ],
)
def test_a_row_that_was_changed_is_found(noted: Store, path: Path, change: str) -> None:
    update = f"UPDATE audit SET {change} WHERE id = 3"  # noqa: S608 - a test's own
    behind_its_back(path, *WITHOUT_TRIGGERS, update)

    assert noted.audit.verify().broken


def test_a_row_that_was_taken_away_is_found(noted: Store, path: Path) -> None:
    behind_its_back(
        path,
        *WITHOUT_TRIGGERS,
        "DELETE FROM audit_texts WHERE audit = 3",
        "DELETE FROM audit WHERE id = 3",
    )

    assert noted.audit.verify().broken == ("row 4 does not follow from the one before",)


def test_rows_that_changed_places_are_found(noted: Store, path: Path) -> None:
    behind_its_back(
        path,
        *WITHOUT_TRIGGERS,
        "PRAGMA foreign_keys = OFF",
        "UPDATE audit SET id = 100 WHERE id = 3",
        "UPDATE audit SET id = 3 WHERE id = 4",
        "UPDATE audit SET id = 4 WHERE id = 100",
    )

    assert noted.audit.verify().broken


def cut_off_the_end(path: Path) -> None:
    behind_its_back(
        path,
        *WITHOUT_TRIGGERS,
        "DELETE FROM audit_texts WHERE audit >= 5",
        "DELETE FROM audit WHERE id >= 5",
    )


def test_an_end_that_was_cut_off_shows_beside_a_noted_hash(
    noted: Store, path: Path
) -> None:
    head = noted.audit.head()
    cut_off_the_end(path)

    found = noted.audit.verify(head)

    assert found.broken == ("the row of the hash that was noted is not there",)


def test_an_end_that_was_cut_off_and_grew_again_shows_too(
    noted: Store, path: Path
) -> None:
    head = noted.audit.head()
    cut_off_the_end(path)
    noted.register.note(REF, DEED, "another")
    noted.register.note(REF, DEED, "and another")

    assert noted.audit.verify().broken == ()
    assert noted.audit.verify(head).broken


def test_a_hash_that_was_noted_long_ago_still_proves_the_log(noted: Store) -> None:
    head = noted.audit.head()
    noted.register.note(REF, DEED, "later")

    assert noted.audit.verify(head).broken == ()


def test_an_erased_text_leaves_the_log_whole(noted: Store, path: Path) -> None:
    behind_its_back(path, "DELETE FROM audit_texts WHERE audit = 3")

    found = noted.audit.verify()
    entry = noted.audit.entries(REF)[2]

    assert (found.broken, found.erased) == ((), 2)
    assert entry.personal == {"note": (None, None), "why": (None, None)}


def test_a_text_that_was_changed_is_found(noted: Store, path: Path) -> None:
    behind_its_back(
        path,
        "UPDATE audit_texts SET text = 'never said' WHERE audit = 3 AND field = 'why'",
    )

    assert noted.audit.verify().broken == ("row 3: the text of why was changed",)


def test_a_text_that_nobody_wrote_is_found(noted: Store, path: Path) -> None:
    behind_its_back(
        path,
        "INSERT INTO audit_texts (audit, field, side, salt, text)"
        " VALUES (1, 'why', 'after', x'00', 'made up')",
    )

    assert noted.audit.verify().broken == ("row 1: the text of why was changed",)


@pytest.mark.usefixtures("noted")
def test_no_personal_text_stands_in_the_chain(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT * FROM audit").fetchall()

    assert "She called" not in str(rows)
    assert "note 0" not in str(rows)


def test_a_value_that_only_begins_like_a_digest_is_no_personal_text(
    store: Store,
) -> None:
    record_case(store)
    store.register.assign(REF, DEED, "sha256:amina")

    assert store.audit.verify().erased == 0
    assert store.audit.entries(REF)[-1].changes["owner"] == (None, "sha256:amina")


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\u2028", "é" * 10_000])
def test_whatever_somebody_types_the_log_is_whole(store: Store, text: str) -> None:
    record_case(store)

    store.register.note(REF, Deed(at=NOW, by=text, act="note", why=text), text)

    assert store.audit.verify().broken == ()


def test_an_act_that_fails_is_not_in_the_log(noted: Store) -> None:
    def fail() -> None:
        with noted.batch():
            noted.register.note(REF, DEED, "never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert noted.audit.verify().rows == 1 + NOTES


def test_what_changes_nothing_is_not_in_the_log(noted: Store) -> None:
    noted.register.assign(REF, DEED, None)

    assert noted.audit.verify().rows == 1 + NOTES


ACTS: dict[str, Callable[[Store], object]] = {
    "assign": lambda store: store.register.assign(REF, DEED, "amina"),
    "extend": lambda store: store.register.extend(REF, DEED, NOW),
    "answer": lambda store: store.register.answer(REF, DEED),
    "close": lambda store: store.register.close(REF, DEED, "upheld"),
    "acknowledge": lambda store: store.register.acknowledge(REF, DEED),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_every_act_says_who_did_it(
    store: Store, act: Callable[[Store], object]
) -> None:
    record_case(store)

    act(store)

    assert [each.by for each in store.audit.entries(REF)] == ["triage", "amina"]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from triage.store import Deed, Store

with Store.open(Path(sys.argv[1]), exclusive=False) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(40):
        deed = Deed(at=datetime(2026, 4, 3, tzinfo=UTC), by=sys.argv[2], act="note")
        store.register.note("CMP-2026-00001", deed, f"note {number}")
"""


def test_two_writers_at_a_time_make_one_chain(store: Store, path: Path) -> None:
    record_case(store)
    writers = [
        subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", WRITER, str(path), f"writer {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for number in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"

    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)

    found = store.audit.verify()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert (found.rows, found.broken) == (81, ())
