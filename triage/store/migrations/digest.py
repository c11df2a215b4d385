"""The morning digest: what was sent, how the ledger stood, and what it looks up."""

_DIGEST = """
-- One row a day: what people were told, and what the audit log was then.
CREATE TABLE digests (
    day TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    -- from when until when it tells what came in
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    audit_head TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How the ledger of a mailbox stood when it was last balanced.
CREATE TABLE balances (
    inbox INTEGER PRIMARY KEY REFERENCES inboxes (id),
    at TEXT NOT NULL,
    unaccounted INTEGER NOT NULL,
    lingering INTEGER NOT NULL
) STRICT;

CREATE INDEX cases_recorded ON cases (recorded_at);
CREATE INDEX cases_ever_answered ON cases (answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX cases_flagged_open ON cases (opened_at)
    WHERE flags <> '[]' AND answered_at IS NULL AND closed_at IS NULL;
CREATE INDEX messages_seen ON messages (seen_at) WHERE fate <> 'left';
"""

STEPS = (("0014_digest", _DIGEST),)
