"""The store's file, read with SQL that is not the program's."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


@contextmanager
def reading(store: Path) -> Iterator[sqlite3.Connection]:
    """Open the file read-only; rows are dictionaries."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        connection.row_factory = as_dict
        yield connection


def as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        column[0]: value for column, value in zip(cursor.description, row, strict=True)
    }


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
