"""The tables, as numbered steps; each step and its record are one transaction.

A step that was released is never changed: the next change is a new step. SQL that
SQLite and PostgreSQL share, but for STRICT and BLOB. Times are UTC text of fixed width
(`engine.utc_text`), lists are JSON text, truth is 0 or 1.
"""

from sqlite_utils import Database, Migrations

from triage.store.migrations import (
    answers,
    clocks,
    copies,
    digest,
    figures,
    first_steps,
    health,
    indexes,
    mailboxes,
    personal,
    register,
    restorations,
    restrictions,
    search,
)

PARTS = (
    first_steps,
    register,
    restorations,
    answers,
    personal,
    search,
    clocks,
    digest,
    figures,
    restrictions,
    indexes,
    health,
    copies,
    mailboxes,
)
"""In the order of their numbers; each has STEPS: names and SQL."""

steps = Migrations("triage")


def known_steps() -> set[str]:
    """Return the names of all steps: in an empty database every one is pending."""
    with Database(memory=True, execute_plugins=False) as empty:
        return {step.name for step in steps.pending(empty)}


def _add(name: str, sql: str) -> None:
    @steps(name=name)
    def _step(database: Database) -> None:
        database.executescript(sql)


for part in PARTS:
    for each in part.STEPS:
        _add(*each)
