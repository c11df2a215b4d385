"""The register: what a case records, its clocks, and the audit log."""

_REGISTER = """
-- How the complaint came: mail, telephone, letter, …
ALTER TABLE cases ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';
-- The main topic of the decision that opened the case.
ALTER TABLE cases ADD COLUMN topic TEXT;
ALTER TABLE cases ADD COLUMN owner TEXT;
-- Where the clocks of the present stage begin.
ALTER TABLE cases ADD COLUMN clock_from TEXT;
-- A later date that was set for the answer; respond_by is the same.
ALTER TABLE cases ADD COLUMN extended_until TEXT;
ALTER TABLE cases ADD COLUMN closed_at TEXT;
ALTER TABLE cases ADD COLUMN outcome TEXT;
ALTER TABLE cases ADD COLUMN root_cause TEXT;
-- The reference of the case that goes on instead; it is closed_at the same moment.
ALTER TABLE cases ADD COLUMN merged_into TEXT;
-- When the person first wrote again after the answer.
ALTER TABLE cases ADD COLUMN went_on_at TEXT;
-- Why nothing of it may be erased.
ALTER TABLE cases ADD COLUMN legal_hold TEXT;
UPDATE cases SET clock_from = coalesce(escalated_at, opened_at);
DROP INDEX cases_unacknowledged;
CREATE INDEX cases_unacknowledged ON cases (acknowledge_by)
    WHERE acknowledged_at IS NULL AND closed_at IS NULL;
CREATE INDEX cases_open ON cases (respond_by) WHERE closed_at IS NULL;
CREATE INDEX cases_unanswered ON cases (respond_by)
    WHERE answered_at IS NULL AND closed_at IS NULL AND respond_by IS NOT NULL;
CREATE INDEX cases_opened ON cases (opened_at);
CREATE INDEX cases_closed ON cases (closed_at) WHERE closed_at IS NOT NULL;

-- The clocks of a stage that is over: what was promised then, and kept or not.
CREATE TABLE stages (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    ended_at TEXT NOT NULL,
    ended_by TEXT NOT NULL CHECK (ended_by IN ('escalated', 'reopened')),
    route TEXT,
    clock_from TEXT NOT NULL,
    acknowledge_by TEXT,
    respond_by TEXT,
    extended_until TEXT,
    acknowledged_at TEXT,
    answered_at TEXT
) STRICT;
CREATE INDEX stages_case ON stages (case_id);

-- Personal text of a case, one row a field (triage.store.particulars); can be erased.
CREATE TABLE particulars (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    field TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (case_id, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX particulars_text ON particulars (field, text);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX notes_case ON notes (case_id);

-- Cases that have to do with each other, each pair once, the elder first.
CREATE TABLE related (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    other_id INTEGER NOT NULL REFERENCES cases (id),
    at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (case_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX related_other ON related (other_id);

-- What a person must look at in a case, until they have.
CREATE TABLE matters (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    settled_at TEXT,
    settled_by TEXT
) STRICT;
CREATE INDEX matters_case ON matters (case_id);
CREATE INDEX matters_open ON matters (at) WHERE settled_at IS NULL;

-- Who did what, when and why, each row sealed with the one before (triage.store.audit).
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    about TEXT NOT NULL,
    -- JSON {field: [before, after]}; of personal text, digests
    changes TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_about ON audit (about);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;

-- The personal text that the log only has digests of; erased without breaking it.
CREATE TABLE audit_texts (
    audit INTEGER NOT NULL REFERENCES audit (id),
    field TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('before', 'after')),
    salt BLOB NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (audit, field, side)
) STRICT, WITHOUT ROWID;
"""

STEPS = (("0008_register", _REGISTER),)
