"""Several mailboxes over one store: whose each case, letter and folder is.

Everything from before belongs to the one mailbox that was there, which has number 1.
"""

_MAILBOXES = """
-- A mailbox of the configuration. '': the only one, which needs no name.
CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- whether the daemon serves it
    is_configured INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO mailboxes (id, name) VALUES (1, '');

ALTER TABLE inboxes ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
ALTER TABLE cases ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
-- Whose rules and templates it was composed by: only its submission server gets it.
ALTER TABLE outbox ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
ALTER TABLE activations ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
ALTER TABLE trials ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
ALTER TABLE breaker ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
DROP INDEX breaker_open;
CREATE UNIQUE INDEX breaker_open ON breaker (mailbox) WHERE closed_at IS NULL;

ALTER TABLE watches RENAME TO watches_of_one;
CREATE TABLE watches (
    mailbox INTEGER NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    -- NULL: the next look must be into the folder itself
    uidnext INTEGER,
    -- the first look under this numbering
    since TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (mailbox, folder)
) STRICT, WITHOUT ROWID;
INSERT INTO watches (mailbox, folder, uidvalidity, uidnext, since, at)
    SELECT 1, folder, uidvalidity, uidnext, since, at FROM watches_of_one;
DROP TABLE watches_of_one;

ALTER TABLE watched RENAME TO watched_of_one;
CREATE TABLE watched (
    mailbox INTEGER NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox, folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
INSERT INTO watched (mailbox, folder, uidvalidity, uid)
    SELECT 1, folder, uidvalidity, uid FROM watched_of_one;
DROP TABLE watched_of_one;

DROP INDEX handed_in_left;
ALTER TABLE handed_in RENAME TO handed_in_of_one;
CREATE TABLE handed_in (
    mailbox INTEGER NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    at TEXT NOT NULL,
    -- NULL: it was left alone
    letter INTEGER REFERENCES outbox (id),
    reason TEXT NOT NULL,
    back_to TEXT,
    gone_at TEXT,
    PRIMARY KEY (mailbox, folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
INSERT INTO handed_in (mailbox, folder, uidvalidity, uid, at, letter, reason, back_to,
        gone_at)
    SELECT 1, folder, uidvalidity, uid, at, letter, reason, back_to, gone_at
    FROM handed_in_of_one;
DROP TABLE handed_in_of_one;
CREATE INDEX handed_in_left ON handed_in (at) WHERE letter IS NULL AND gone_at IS NULL;

ALTER TABLE looks RENAME TO looks_of_one;
CREATE TABLE looks (
    mailbox INTEGER NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (mailbox, folder)
) STRICT, WITHOUT ROWID;
INSERT INTO looks (mailbox, folder, uidvalidity, at)
    SELECT 1, folder, uidvalidity, at FROM looks_of_one;
DROP TABLE looks_of_one;

ALTER TABLE alerts RENAME TO alerts_of_one;
CREATE TABLE alerts (
    mailbox INTEGER NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (mailbox, day)
) STRICT, WITHOUT ROWID;
INSERT INTO alerts (mailbox, day) SELECT 1, day FROM alerts_of_one;
DROP TABLE alerts_of_one;

ALTER TABLE digests RENAME TO digests_of_one;
CREATE TABLE digests (
    mailbox INTEGER NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    -- from when until when it tells what came in
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    audit_head TEXT NOT NULL,
    PRIMARY KEY (mailbox, day)
) STRICT, WITHOUT ROWID;
INSERT INTO digests (mailbox, day, at, since, until, audit_head)
    SELECT 1, day, at, since, until, audit_head FROM digests_of_one;
DROP TABLE digests_of_one;

-- One row for each mailbox.
ALTER TABLE calendars RENAME TO calendars_of_one;
CREATE TABLE calendars (
    mailbox INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    -- JSON (triage.workdays.kept)
    calendar TEXT NOT NULL
) STRICT;
INSERT INTO calendars (mailbox, at, calendar)
    SELECT 1, at, calendar FROM calendars_of_one;
DROP TABLE calendars_of_one;

ALTER TABLE retention_lists RENAME TO retention_lists_of_one;
CREATE TABLE retention_lists (
    mailbox INTEGER NOT NULL,
    month TEXT NOT NULL,
    made_at TEXT NOT NULL,
    -- JSON list of references
    cases TEXT NOT NULL,
    approved_at TEXT,
    approved_by TEXT,
    PRIMARY KEY (mailbox, month)
) STRICT, WITHOUT ROWID;
INSERT INTO retention_lists (mailbox, month, made_at, cases, approved_at, approved_by)
    SELECT 1, month, made_at, cases, approved_at, approved_by
    FROM retention_lists_of_one;
DROP TABLE retention_lists_of_one;

ALTER TABLE heartbeats RENAME TO heartbeats_of_one;
CREATE TABLE heartbeats (
    mailbox INTEGER NOT NULL,
    job TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (mailbox, job)
) STRICT, WITHOUT ROWID;
INSERT INTO heartbeats (mailbox, job, at) SELECT 1, job, at FROM heartbeats_of_one;
DROP TABLE heartbeats_of_one;

-- What one mailbox showed after a restoration; `restorations` has it once all did.
CREATE TABLE reconciliations (
    restoration INTEGER NOT NULL REFERENCES restorations (id),
    mailbox INTEGER NOT NULL,
    at TEXT NOT NULL,
    found TEXT NOT NULL,
    PRIMARY KEY (restoration, mailbox)
) STRICT, WITHOUT ROWID;
"""

_ACCEPTANCES = """
-- Two mailboxes may go by the same files, and different people answer for each.
ALTER TABLE acceptances ADD COLUMN mailbox INTEGER NOT NULL DEFAULT 1;
"""

STEPS = (("0020_mailboxes", _MAILBOXES), ("0021_acceptances", _ACCEPTANCES))
