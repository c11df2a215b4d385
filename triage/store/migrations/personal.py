"""Personal data: requests about it, holds on it, and what was erased."""

_PERSONAL = """
-- A person asks for their data, or for its erasure; the law's clock, not the policy's.
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    received_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    words TEXT NOT NULL,
    done_at TEXT,
    done_by TEXT,
    UNIQUE (case_id, kind)
) STRICT;
CREATE INDEX requests_open ON requests (due_at) WHERE done_at IS NULL;

-- What is kept and not worked with, because the person contests it.
CREATE TABLE frozen_people (
    person INTEGER PRIMARY KEY REFERENCES people (id),
    at TEXT NOT NULL,
    made_by TEXT NOT NULL
) STRICT;

-- Mails that were erased, by a digest that says nothing: they are not taken up again.
CREATE TABLE erased_mails (
    digest TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
ALTER TABLE cases ADD COLUMN erased_at TEXT;
CREATE INDEX cases_kept ON cases (closed_at)
    WHERE closed_at IS NOT NULL AND erased_at IS NULL;

-- Whose time to be kept is over: listed each month, erased once somebody approves.
CREATE TABLE retention_lists (
    month TEXT PRIMARY KEY,
    made_at TEXT NOT NULL,
    -- JSON list of references
    cases TEXT NOT NULL,
    approved_at TEXT,
    approved_by TEXT
) STRICT, WITHOUT ROWID;
"""

STEPS = (("0011_personal_data", _PERSONAL),)
