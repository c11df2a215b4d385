"""A large store: one of a thousand real cases, its closed ones cloned by SQL.

A clone has rows of its own in every table, with its own ids, references, people,
addresses and hashes; it is older than its pattern by whole weeks, closed, and owes
nothing. So the number of open cases stays what it is, however many closed ones there
are. The audit log of clones is no chain: nothing that is measured checks it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

APART = 10_000_000
"""Between the row ids of two clones."""
SHIFTED = {
    "people": ("id", "root"),
    "cases": ("id", "person"),
    "messages": ("id", "uid", "case_id", "person"),
    "decisions": ("message",),
    "evidence": ("message",),
    "outbox": ("id", "case_id", "message", "person"),
    "moves": ("id", "letter"),
    "parties": ("case_id",),
    "identities": ("person", "message"),
    "audit": ("id",),
    "audit_texts": ("audit",),
    "particulars": ("case_id",),
    "notes": ("id", "case_id"),
    "stages": ("id", "case_id"),
    "raws": (),
}
"""The columns of each table that hold ids."""
NAMED = {
    "cases": ("reference",),
    "messages": ("sha256", "message_id", "address"),
    "outbox": ("message_id", "recipient"),
    "identities": ("spelling",),
    "parties": ("address",),
    "audit": ("about",),
    "raws": ("sha256",),
}
"""Columns with names that must differ between clones."""
DATED = {
    "people": ("since",),
    "cases": (
        "opened_at",
        "recorded_at",
        "acknowledge_by",
        "respond_by",
        "acknowledged_at",
        "answered_at",
        "clock_from",
        "closed_at",
    ),
    "messages": ("seen_at", "received_at", "filed_at"),
    "decisions": ("at",),
    "outbox": ("charged_at", "created_at", "changed_at", "next_at"),
    "moves": ("at",),
    "parties": ("since",),
    "audit": ("at",),
    "notes": ("at",),
}
"""Columns with times, which go back by weeks."""
CLOSED = f"SELECT id FROM main.cases WHERE closed_at IS NOT NULL AND id < {APART}"


def grow(path: Path, cases: int) -> None:
    """Clone the closed cases of a store until there are so many cases in all."""
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = OFF")
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA cache_size = -1000000")
        store.execute("PRAGMA foreign_keys = OFF")
        indexes = _without_indexes(store)
        there, closed = store.execute(
            "SELECT count(*), count(closed_at) FROM cases"
        ).fetchone()
        clone = 0
        while there < cases:
            clone += 1
            _clone(store, clone, min(closed, cases - there))
            there += min(closed, cases - there)
        for sql in indexes:
            store.execute(sql)
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _without_indexes(store: sqlite3.Connection) -> list[str]:
    """Drop what would be kept up row by row; return how it is made again."""
    found = store.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in found:
        store.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def _clone(store: sqlite3.Connection, number: int, most: int) -> None:
    closed = f"{CLOSED} ORDER BY id LIMIT {most}"
    messages = (
        "SELECT id FROM main.messages WHERE fate = 'recorded'"
        f" AND case_id IN ({closed})"
    )
    store.execute("BEGIN")
    for table in SHIFTED:
        where = _where(table, closed, messages)
        columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(_value(table, column, number) for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        store.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM main.{table}"
            f" WHERE {where}"
        )
    store.execute("COMMIT")


def _where(table: str, closed: str, messages: str) -> str:
    """Only the pattern's own rows, only of closed cases."""
    people = f"SELECT person FROM main.cases WHERE id IN ({closed})"
    conditions = {
        "people": f"id < {APART} AND id IN ({people})",
        "identities": f"person < {APART} AND person IN ({people})",
        "cases": f"id IN ({closed})",
        "messages": f"id IN ({messages})",
        "decisions": f"message IN ({messages})",
        "evidence": f"message IN ({messages})",
        "outbox": f"case_id IN ({closed})",
        "moves": f"letter IN (SELECT id FROM main.outbox WHERE case_id IN ({closed}))",
        "audit": f"id < {APART} AND about IN"
        f" (SELECT reference FROM main.cases WHERE id IN ({closed}))",
        "audit_texts": "0",
        "raws": "sha256 IN"
        f" (SELECT sha256 FROM main.messages WHERE id IN ({messages}))",
    }
    return conditions.get(table, f"case_id IN ({closed})")


def _value(table: str, column: str, number: int) -> str:
    if column in SHIFTED[table]:
        return f'"{column}" + {number * APART}'
    if table == "cases" and column == "reference":
        return (
            f"'CMP-' || (2026 - {1 + number // 40}) || '-' || ({number} * 10000 + id)"
        )
    if table == "audit" and column == "about":
        return (
            f"(SELECT 'CMP-' || (2026 - {1 + number // 40}) || '-' ||"
            f" ({number} * 10000 + c.id) FROM main.cases c WHERE c.reference = about)"
        )
    if column in NAMED.get(table, ()):
        return f"'c{number}.' || \"{column}\""
    if column in DATED.get(table, ()):
        return f"strftime('%Y-%m-%dT%H:%M:%f000Z', \"{column}\", '-{number * 14} days')"
    return f'"{column}"'
