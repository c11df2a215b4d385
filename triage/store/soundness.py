"""Whether a store is whole and can be worked with; looked at, and nothing changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

from triage.errors import ConfigError, Problem, TransientError
from triage.store.engine import guarded
from triage.store.holder import why_unwritable
from triage.store.opening import refuse_lost

_STEPS = 1000
"""Instructions of SQLite between two looks at the clock."""


def faults_of_store(path: Path, seconds: float) -> Iterator[Problem]:
    """Yield what keeps a daemon from working with a store; none yet is no fault.

    Raises TimeoutError where it is too large to be looked through in so many seconds.
    """
    try:
        refuse_lost(path)
    except ConfigError as error:
        yield from error.problems
        return
    if not path.exists():
        return
    if why := why_unwritable(path):
        yield Problem(f"the store cannot be written: {why}")
    yield from _damage(path, seconds)


def _damage(path: Path, seconds: float) -> Iterator[Problem]:
    until = monotonic() + seconds
    hint = "restore the latest backup; the file is left as it is"
    try:
        found = guarded(lambda: _looked_through(path, until))
    except TransientError as error:
        if monotonic() > until:
            raise TimeoutError from None
        yield Problem(f"{path}: {error}")
        return
    if found != ["ok"]:
        yield Problem(f"the store {path} is damaged: {'; '.join(found)}", hint=hint)


def _looked_through(path: Path, until: float) -> list[str]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    with closing(connection):
        connection.set_progress_handler(lambda: monotonic() > until, _STEPS)
        return [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
