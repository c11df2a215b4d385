"""Every row of the table, by area."""

from tests.torture import (
    access,
    corpora,
    health,
    host,
    hostile,
    imap,
    kills,
    smtp,
    storms,
    tokens,
)
from tests.torture.row import Row

AREAS: dict[str, tuple[Row, ...]] = {
    "access": access.ROWS,
    "corpora": corpora.ROWS,
    "health": health.ROWS,
    "host": host.ROWS,
    "imap": imap.ROWS,
    "kills": kills.ROWS,
    "mails": hostile.ROWS,
    "smtp": smtp.ROWS,
    "storms": storms.ROWS,
    "tokens": tokens.ROWS,
}

ROWS = tuple(row for rows in AREAS.values() for row in rows)
