"""Whether the program itself is well."""

_HEALTH = """
-- How many mails of each fate lay on the server, and what did not come out.
ALTER TABLE balances ADD COLUMN on_server INTEGER NOT NULL DEFAULT 0;
ALTER TABLE balances ADD COLUMN recorded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE balances ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0;
ALTER TABLE balances ADD COLUMN left_alone INTEGER NOT NULL DEFAULT 0;
-- JSON lists of sentences: which mails, which sums of the store
ALTER TABLE balances ADD COLUMN which TEXT NOT NULL DEFAULT '[]';
ALTER TABLE balances ADD COLUMN amiss TEXT NOT NULL DEFAULT '[]';

-- The daemon's last sign of life, what it saw, and the book of its alarms (JSON both).
CREATE TABLE vigils (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at TEXT NOT NULL,
    outlook TEXT NOT NULL,
    book TEXT NOT NULL
) STRICT;
"""

STEPS = (("0018_health", _HEALTH),)
