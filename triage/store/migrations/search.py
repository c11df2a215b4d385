"""Indexes by which people look for cases."""

# The order of triage.store.search, to the letter: the first page of a list is found
# without sorting all of it.
_BY_DUE = """(closed_at IS NOT NULL), (answered_at IS NOT NULL),
    coalesce(respond_by, acknowledge_by, '9999'), id"""

_SEARCH = f"""
CREATE INDEX cases_due ON cases ({_BY_DUE});
CREATE INDEX cases_route ON cases (route, {_BY_DUE});
CREATE INDEX cases_owner ON cases (owner, {_BY_DUE}) WHERE owner IS NOT NULL;
CREATE INDEX cases_flagged ON cases ({_BY_DUE}) WHERE flags <> '[]';
CREATE INDEX cases_lacking ON cases ({_BY_DUE}) WHERE missing <> '[]';
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX parties_address ON parties (address);
"""

STEPS = (("0012_search", _SEARCH),)
