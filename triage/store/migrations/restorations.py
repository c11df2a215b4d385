"""Stores that came back from a backup."""

from sqlite_utils import Database

from triage.store.migrations.steps import steps


@steps(name="0009_restorations")
def _restorations(database: Database) -> None:
    database.executescript(_RESTORATIONS)


_RESTORATIONS = """
CREATE TABLE restorations (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    -- when the backup was made: what happened since is not in the store
    made_at TEXT NOT NULL,
    reconciled_at TEXT,
    -- JSON {what: how many}
    found TEXT
) STRICT;

-- Mails of people that a letter of ours answers although the store knows nothing of it.
CREATE TABLE answered_before (
    message_id TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
