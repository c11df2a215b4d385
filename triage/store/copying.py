"""A whole copy of a store while a daemon works on it, and a look into such a copy."""

from dataclasses import dataclass
from pathlib import Path
from sqlite3 import DatabaseError

from triage.errors import ConfigError, TransientError
from triage.store.audit import Audit, Verification
from triage.store.engine import Engine, guarded
from triage.store.migrations import known_steps, steps

COUNTED = ("cases", "messages", "outbox", "audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a copy of a store holds, and what is wrong with it."""

    steps: tuple[str, ...]
    counts: dict[str, int]
    """Rows by table."""
    audit: Verification
    problems: tuple[str, ...]
    """Empty: it can be restored."""


def copy_store(engine: Engine, path: Path) -> None:
    """Write the store as it is at one moment into a new file; nobody has to wait.

    What was erased is not in it. Raises TransientError as other work on the store does.
    """
    guarded(lambda: engine.database.conn.execute("VACUUM INTO ?", (str(path),)))


def examine(path: Path) -> Examined:
    """Check a copy of a store from its pages to its audit log; changes nothing in it.

    Raises ConfigError where it is no store of ours at all.
    """
    engine = Engine(path)
    try:
        return _examined(engine)
    except (LookupError, TransientError, DatabaseError) as error:
        raise ConfigError(f"{path.name} is no store of triage: {error}") from None
    finally:
        engine.close()


def _examined(engine: Engine) -> Examined:
    found = [row["integrity_check"] for row in engine.rows("PRAGMA integrity_check")]
    done = tuple(step.name for step in steps.applied(engine.database))
    if not done:
        raise LookupError("it has none of our tables")
    problems = [] if found == ["ok"] else [f"it is damaged: {'; '.join(found[:3])}"]
    if engine.rows("PRAGMA foreign_key_check"):
        problems.append("rows in it refer to rows that are not there")
    if newer := sorted(set(done) - known_steps()):
        problems.append(f"it was made by a newer triage: {', '.join(newer)}")
    audit = Audit(engine).verify() if "0008_register" in done else Verification(0, "")
    problems += map(in_the_log, audit.broken)
    return Examined(
        steps=done,
        counts=counts_in(engine),
        audit=audit,
        problems=tuple(problems),
    )


def counts_in(engine: Engine) -> dict[str, int]:
    """Return how many rows the tables have that tell how much a store holds."""
    there = set(engine.database.table_names())
    return {
        table: int(engine.one(f"SELECT count(*) AS n FROM {table}")["n"])  # noqa: S608 - our own names
        for table in COUNTED
        if table in there
    }


def in_the_log(fault: str) -> str:
    """Say of a fault that it is one of the audit log."""
    return f"audit log: {fault}"
