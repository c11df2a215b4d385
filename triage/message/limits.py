"""How much of one message is read at most; every cut leaves a defect.

The parsers below us are quadratic in places (cpython #136063) and a sender chooses the
input, so each of these bounds is part of the promise that reading ends soon.
"""

HEADER_BLOCK = 256 * 1024
"""Octets of the header block of a message or part, as many as the mailbox fetches: a
Subject may stand behind a Cc that names thousands."""
FIELDS = 1_000
"""Header fields of a message or part."""
FIELD = 16 * 1024
"""Characters of one header field."""
ADDRESSES = 100
"""Mailboxes of each kind of address field."""
PARTS = 100
"""MIME parts, those of attached messages included."""
DELIMITERS = 100_000
"""Places within one multipart that look like a boundary line."""
DEPTH = 20
"""Levels of parts within parts."""
TEXT = 1024 * 1024
"""Characters of decoded text, all parts together."""
LINES = 20_000
"""Lines of a text in which quotations and signatures are looked for."""
HTML = 256 * 1024
"""Characters of one HTML part, styles and images left out."""
TAGS = 20_000
"""Tags of one HTML part: lexbor is quadratic in their depth."""
IDS = 20
"""Message-IDs of one kind."""
ID = 250
"""Octets of one Message-ID."""
FILE_NAME = 200
"""Characters of the name of an attachment."""
