"""Who is one person and why, who is not, and what was decided about a writer."""

_RESTRICTIONS = """
-- Which message taught us a spelling, and by which other one it is this person's.
-- NULL: it was learnt before that was kept, or by hand.
ALTER TABLE identities ADD COLUMN message INTEGER REFERENCES messages (id);
ALTER TABLE identities ADD COLUMN tied_by TEXT;
CREATE INDEX identities_person ON identities (person);
-- Of a link, the spellings by which each side was known; personal text.
ALTER TABLE links ADD COLUMN kept_by TEXT;
ALTER TABLE links ADD COLUMN merged_by TEXT;
CREATE INDEX links_kept ON links (kept);
CREATE INDEX links_merged ON links (merged);

-- People of whom a person said that they are not one; each pair once, the elder first.
CREATE TABLE parted (
    person INTEGER NOT NULL REFERENCES people (id),
    other INTEGER NOT NULL REFERENCES people (id),
    at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (person, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX parted_other ON parted (other);

-- What people decided about a writer; its state is told from the columns and the time.
CREATE TABLE restrictions (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id),
    -- whose letters tell the person of it
    case_id INTEGER NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    -- of [contacts]: who answers the person
    contact TEXT,
    -- Personal text; NULL once it was erased.
    reason TEXT,
    adjustments TEXT,
    proposed_at TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    -- the last day on which it is in force, and the moment at which that day is over
    review_on TEXT NOT NULL,
    lapses_at TEXT NOT NULL,
    approved_at TEXT,
    approved_by TEXT,
    ended_at TEXT,
    ended_by TEXT,
    ended_how TEXT CHECK (ended_how IN ('rejected', 'lifted')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
) STRICT;
CREATE INDEX restrictions_case ON restrictions (case_id);
CREATE INDEX restrictions_person ON restrictions (person);
CREATE INDEX restrictions_lapsing ON restrictions (lapses_at) WHERE ended_at IS NULL;

CREATE INDEX messages_persons ON messages (received_at, person)
    WHERE person IS NOT NULL AND fate = 'recorded';
"""

STEPS = (("0016_restrictions", _RESTRICTIONS),)
