"""What people do in their mail program: mails they send, folders they file into."""

_SENT_BY_PEOPLE = """
-- A person's mail to a party of a case.
CREATE TABLE sent_mails (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    sha256 TEXT NOT NULL REFERENCES raws (sha256),
    message_id TEXT,
    -- where it was found
    folder TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    address TEXT,
    subject TEXT NOT NULL,
    -- what it is to the person who gets it (triage.decision.answering)
    effect TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sent_mails_once ON sent_mails (case_id, sha256);
CREATE INDEX sent_mails_message_id ON sent_mails (message_id)
    WHERE message_id IS NOT NULL;
CREATE INDEX sent_mails_sha256 ON sent_mails (sha256);

-- A folder in which we see what people do, as it was at the last look.
CREATE TABLE watches (
    folder TEXT PRIMARY KEY,
    uidvalidity INTEGER NOT NULL,
    -- NULL: the next look must be into the folder itself
    uidnext INTEGER,
    -- the first look under this numbering
    since TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every mail in such a folder that needs no further look.
CREATE TABLE watched (
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    PRIMARY KEY (folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
"""

STEPS = (("0010_sent_by_people", _SENT_BY_PEOPLE),)
