"""Indexes by which people look for cases."""

# The first one is the order of triage.store.search, to the letter.
_SEARCH = """
CREATE INDEX cases_due ON cases ((closed_at IS NOT NULL), (answered_at IS NOT NULL),
    coalesce(respond_by, acknowledge_by, '9999'), id);
CREATE INDEX cases_route ON cases (route, opened_at);
CREATE INDEX cases_owner ON cases (owner, opened_at) WHERE owner IS NOT NULL;
CREATE INDEX cases_flagged ON cases (opened_at) WHERE flags <> '[]';
CREATE INDEX cases_lacking ON cases (opened_at) WHERE missing <> '[]';
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX parties_address ON parties (address);
"""

STEPS = (("0012_search", _SEARCH),)
