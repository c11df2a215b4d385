"""Every row of the table, by area."""

from tests.torture.row import Row

AREAS: dict[str, tuple[Row, ...]] = {}

ROWS = tuple(row for rows in AREAS.values() for row in rows)
