"""The tables, as numbered steps; each step and its record are one transaction.

A step that was released is never changed: the next change is a new step. SQL that
SQLite and PostgreSQL share, but for STRICT and BLOB. Times are UTC text of fixed width
(`engine.utc_text`), lists are JSON text, truth is 0 or 1.
"""

from sqlite_utils import Database

from triage.store.migrations import answers, first_steps, register, restorations
from triage.store.migrations.steps import steps

# Each module adds its steps when it is imported.
PARTS = (first_steps, register, restorations, answers)


def known_steps() -> set[str]:
    """Return the names of all steps: in an empty database every one is pending."""
    with Database(memory=True, execute_plugins=False) as empty:
        return {step.name for step in steps.pending(empty)}


__all__ = ["PARTS", "known_steps", "steps"]
