"""Every row of the table, by area."""

from tests.torture import corpora
from tests.torture.row import Row

AREAS: dict[str, tuple[Row, ...]] = {
    "corpora": corpora.ROWS,
}

ROWS = tuple(row for rows in AREAS.values() for row in rows)
