"""Copies of one mail, which differ in what servers write on top."""

_COPIES = """
-- sha256 of the octets without that; NULL in rows from before this step.
ALTER TABLE messages ADD COLUMN core TEXT;
CREATE INDEX messages_core ON messages (core) WHERE core IS NOT NULL;
"""

STEPS = (("0019_copies", _COPIES),)
