"""The clocks: reminders by stage, alerts by day, holding letters, the calendar kept."""

_CLOCKS = """
DROP TABLE reminders;

-- Of what people were reminded so many working days before it is due, and when.
CREATE TABLE reminded (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    what TEXT NOT NULL,
    due TEXT NOT NULL,
    days_before INTEGER NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (case_id, what, due, days_before)
) STRICT, WITHOUT ROWID;
CREATE INDEX reminded_due ON reminded (due);
CREATE INDEX reminded_day ON reminded (day);

-- The days on which people were told of what is overdue.
CREATE TABLE alerts (
    day TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What was done when an answer would not be in time, once for each date.
CREATE TABLE holdings (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    -- the date that cannot be kept
    due TEXT NOT NULL,
    -- the new date that the letter names
    until TEXT,
    -- NULL: a person writes
    letter INTEGER REFERENCES outbox (id),
    at TEXT NOT NULL,
    PRIMARY KEY (case_id, due)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX holdings_letter ON holdings (letter) WHERE letter IS NOT NULL;

-- The calendar by which the due dates of the open cases stand; one row.
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at TEXT NOT NULL,
    -- JSON (triage.workdays.kept)
    calendar TEXT NOT NULL
) STRICT;

-- The first column is only there so that no other index seems better.
CREATE INDEX cases_answered ON cases (went_on_at, answered_at)
    WHERE answered_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX cases_owed_nothing ON cases (respond_by, acknowledged_at)
    WHERE acknowledged_at IS NOT NULL AND answered_at IS NULL AND respond_by IS NULL
    AND closed_at IS NULL;
"""

STEPS = (("0013_clocks", _CLOCKS),)
