"""Stores that came back from a backup."""

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

STEPS = (("0009_restorations", _RESTORATIONS),)
