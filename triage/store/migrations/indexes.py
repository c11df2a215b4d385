"""Indexes without which a question would read what was done long ago."""

_INDEXES = """
-- The letters of one case in one state, where most letters are in that state.
CREATE INDEX outbox_case ON outbox (case_id, state);
CREATE INDEX handed_in_left ON handed_in (at) WHERE letter IS NULL AND gone_at IS NULL;
"""

STEPS = (("0017_indexes", _INDEXES),)
