"""Whether `triage status --json` tells the truth."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.torture.finding import Finding
from tests.torture.oracle.rows import instant, reading

PROMISE = "honest"
SILENT_AFTER = timedelta(minutes=3)
"""A minute between two looks, a minute until it must be told, and one for us."""
OF_SILENCE = ("mailbox", "daemon")
UNTOLD = ("sent", "dropped")


def untruths(status: str, store: Path, now: datetime) -> list[Finding]:
    """Compare what the command said with rows counted by plain SQL.

    The store must not have changed meanwhile.
    """
    try:
        said = json.loads(status)
    except ValueError:
        return [Finding(PROMISE, "status", "it is no JSON")]
    return list(_untruths(said, store, now))


def _untruths(said: dict[str, Any], store: Path, now: datetime) -> Iterator[Finding]:
    with reading(store) as rows:
        letters = rows.execute("SELECT state, attempt FROM outbox").fetchall()
        asides = rows.execute(
            "SELECT count(*) AS n FROM messages WHERE fate = 'aside'"
            " AND gone_at IS NULL AND retired_at IS NULL"
        ).fetchone()
        open_cases = rows.execute(
            "SELECT count(*) AS n FROM cases"
            " WHERE answered_at IS NULL AND closed_at IS NULL"
        ).fetchone()
        beat = rows.execute(
            "SELECT at FROM heartbeats WHERE job = 'mailbox'"
        ).fetchone()
    states = Counter(row["state"] for row in letters if row["state"] not in UNTOLD)
    expected = {
        "outbox": dict(states),
        "set_aside": asides["n"],
        "open_cases": open_cases["n"],
    }
    health = said["health"]
    found = {
        "outbox": {
            state: number for state, number in health["outbox"].items() if number
        },
        "set_aside": said["set_aside"],
        "open_cases": said["open_cases"],
    }
    for what, value in expected.items():
        if found[what] != value:
            words = f"it says {found[what]}, the store has {value}"
            yield Finding(PROMISE, what, words)
    read_at = instant(beat["at"]) if beat else None
    is_silent = read_at is None or now - read_at > SILENT_AFTER
    needs = " ".join(said["needs"])
    if is_silent and not any(word in needs for word in OF_SILENCE):
        yield Finding(PROMISE, "mailbox", "it was not read, and nobody is told")
