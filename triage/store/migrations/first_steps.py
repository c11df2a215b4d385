"""Messages, cases, outbox; editions and what people decide about letters."""

_FIRST = """
CREATE TABLE inboxes (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    -- UIDs up to it lay there when UIDVALIDITY changed: nothing is sent for them
    old_stock_upto INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, folder)
) STRICT;

-- One person, under whatever addresses; merged people share a root.
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL,
    since TEXT NOT NULL
) STRICT;
CREATE INDEX people_root ON people (root);

CREATE TABLE identities (
    spelling TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    person INTEGER REFERENCES people (id),
    opened_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    route TEXT,
    role TEXT NOT NULL,
    priority TEXT NOT NULL,
    flags TEXT NOT NULL,
    missing TEXT NOT NULL,
    withheld TEXT NOT NULL,
    acknowledge_by TEXT,
    respond_by TEXT,
    acknowledged_at TEXT,
    answered_at TEXT,
    escalated_at TEXT,
    claims TEXT,
    near_identical_to TEXT
) STRICT;
CREATE INDEX cases_person ON cases (person);
CREATE INDEX cases_unacknowledged ON cases (acknowledge_by)
    WHERE acknowledged_at IS NULL;

CREATE TABLE parties (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    address TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (case_id, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE raws (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    is_whole INTEGER NOT NULL,
    compressed BLOB NOT NULL
) STRICT;

-- The fate of every message that was ever seen. A row whose UIDVALIDITY is over and
-- whose bytes were not found again is retired: its UID may come back for another one.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    inbox INTEGER NOT NULL REFERENCES inboxes (id),
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    retired_at TEXT,
    fate TEXT NOT NULL CHECK (fate IN ('left', 'aside', 'recorded', 'duplicate')),
    reason TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    received_at TEXT,
    sha256 TEXT REFERENCES raws (sha256),
    disposition TEXT,
    case_id INTEGER REFERENCES cases (id),
    person INTEGER REFERENCES people (id),
    address TEXT,
    message_id TEXT,
    subject TEXT,
    dated TEXT,
    fingerprint BLOB,
    folder TEXT,
    filed_at TEXT,
    gone_at TEXT,
    due_at TEXT
) STRICT;
CREATE UNIQUE INDEX messages_place ON messages (inbox, uidvalidity, uid)
    WHERE retired_at IS NULL;
CREATE INDEX messages_sha256 ON messages (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX messages_person ON messages (person, received_at) WHERE person IS NOT NULL;
CREATE INDEX messages_case ON messages (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX messages_unfiled ON messages (inbox)
    WHERE folder IS NOT NULL AND filed_at IS NULL;
CREATE INDEX messages_aside ON messages (due_at) WHERE fate = 'aside';

CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kept INTEGER NOT NULL REFERENCES people (id),
    merged INTEGER NOT NULL REFERENCES people (id),
    message INTEGER NOT NULL REFERENCES messages (id)
) STRICT;

CREATE TABLE decisions (
    message INTEGER PRIMARY KEY REFERENCES messages (id),
    at TEXT NOT NULL,
    ruleset TEXT NOT NULL,
    role TEXT NOT NULL,
    route TEXT,
    rule TEXT,
    decision TEXT NOT NULL
) STRICT;

CREATE TABLE evidence (
    message INTEGER NOT NULL REFERENCES messages (id),
    position INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('hits', 'cancelled', 'hints')),
    signal TEXT NOT NULL,
    found_in TEXT NOT NULL,
    words TEXT NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    case_id INTEGER REFERENCES cases (id),
    message INTEGER REFERENCES messages (id),
    person INTEGER REFERENCES people (id),
    kind TEXT NOT NULL,
    category TEXT NOT NULL CHECK (category IN ('reply', 'notice')),
    recipient TEXT NOT NULL,
    domain TEXT,
    template TEXT,
    message_id TEXT NOT NULL UNIQUE,
    data BLOB NOT NULL,
    acknowledges INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'finishing', 'sent',
        'refused', 'uncertain', 'held', 'dropped')),
    reason TEXT,
    -- counts every claim and never goes back: who holds an older number lost the letter
    attempt INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    trying_since TEXT,
    next_at TEXT,
    owner TEXT,
    deadline TEXT,
    -- when it was counted against the budgets
    charged_at TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    bounced_at TEXT,
    UNIQUE (case_id, kind)
) STRICT;
CREATE INDEX outbox_state ON outbox (state, next_at);
CREATE INDEX outbox_charged ON outbox (charged_at) WHERE charged_at IS NOT NULL;
CREATE INDEX outbox_recipient ON outbox (recipient, charged_at);
CREATE INDEX outbox_person ON outbox (person, charged_at);
CREATE INDEX outbox_domain ON outbox (domain, charged_at);

CREATE TABLE moves (
    id INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL REFERENCES outbox (id),
    at TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX moves_letter ON moves (letter);

CREATE TABLE bounced (
    address TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What Message-IDs of this store are bound to: references begin anew in a new store.
CREATE TABLE identity (
    salt BLOB NOT NULL
) STRICT;
INSERT INTO identity (salt) VALUES (randomblob(32));

CREATE TABLE breaker (
    id INTEGER PRIMARY KEY,
    opened_at TEXT NOT NULL,
    allowed INTEGER NOT NULL,
    closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX breaker_open ON breaker ((closed_at IS NULL))
    WHERE closed_at IS NULL;
"""

_EDITIONS = """
-- Rule files and templates as written, whole sets that were in force or were tried.
CREATE TABLE editions (
    hash TEXT PRIMARY KEY,
    first_seen_at TEXT NOT NULL,
    -- JSON {"rules": {name: sha256 of its text}, "templates": …}
    files TEXT NOT NULL,
    -- NULL in each: it does not compile
    signals INTEGER,
    lines INTEGER,
    routes INTEGER,
    letters INTEGER
) STRICT;

-- Most files are alike in most editions.
CREATE TABLE texts (
    sha256 TEXT PRIMARY KEY,
    compressed BLOB NOT NULL
) STRICT;

-- What was in force since when: the last row is in force now.
CREATE TABLE activations (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    edition TEXT NOT NULL REFERENCES editions (hash),
    how TEXT NOT NULL CHECK (how IN ('start', 'change', 'signal', 'rollback')),
    by TEXT NOT NULL
) STRICT;

CREATE TABLE trials (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    -- NULL: the folders could not be read
    edition TEXT REFERENCES editions (hash),
    outcome TEXT NOT NULL CHECK (outcome IN ('live', 'refused')),
    reasons TEXT NOT NULL,
    blocking TEXT NOT NULL
) STRICT;

-- What a person answers for when an edition treats messages worse.
CREATE TABLE acceptances (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    edition TEXT NOT NULL REFERENCES editions (hash),
    -- NULL: whatever it does, it was in force before
    sha256 TEXT,
    by TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX acceptances_edition ON acceptances (edition);

-- When a job last went well.
CREATE TABLE heartbeats (
    job TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_OVERRULINGS = """
-- A person decided that a case belongs to another route than the rules said.
CREATE TABLE overrulings (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    -- whose decision gave the case its route
    message INTEGER REFERENCES messages (id),
    at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX overrulings_case ON overrulings (case_id);
CREATE INDEX overrulings_message ON overrulings (message);
"""

_EDITED_LETTERS = """
-- What a person replaced in a letter that waited.
CREATE TABLE edits (
    id INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL REFERENCES outbox (id),
    at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    former BLOB NOT NULL
) STRICT;
CREATE INDEX edits_letter ON edits (letter);
CREATE INDEX outbox_message ON outbox (message) WHERE message IS NOT NULL;
"""

_FOLDERS_FOR_APPROVAL = """
-- Every mail that was ever seen in a folder for approval or rejection.
CREATE TABLE handed_in (
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    at TEXT NOT NULL,
    -- NULL: it was left alone
    letter INTEGER REFERENCES outbox (id),
    reason TEXT NOT NULL,
    back_to TEXT,
    gone_at TEXT,
    PRIMARY KEY (folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;

-- When such a folder was last looked at: what is new since then was moved since then.
CREATE TABLE looks (
    folder TEXT PRIMARY KEY,
    uidvalidity INTEGER NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_message_id ON messages (message_id)
    WHERE message_id IS NOT NULL;
"""

_REMINDERS = """
-- The day on which the team was last reminded of a case.
CREATE TABLE reminders (
    case_id INTEGER PRIMARY KEY REFERENCES cases (id),
    day TEXT NOT NULL
) STRICT;
"""

_UNWANTED_LETTERS = """
-- Why a person decided against a letter while a dispatcher had it.
ALTER TABLE outbox ADD COLUMN unwanted TEXT;
"""

STEPS = (
    ("0001_ledger_cases_outbox", _FIRST),
    ("0002_editions", _EDITIONS),
    ("0003_overrulings", _OVERRULINGS),
    ("0004_edited_letters", _EDITED_LETTERS),
    ("0005_folders_for_approval", _FOLDERS_FOR_APPROVAL),
    ("0006_reminders", _REMINDERS),
    ("0007_unwanted_letters", _UNWANTED_LETTERS),
)
