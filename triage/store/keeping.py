"""Copies of a store that are kept beside it for a while: as it was before something.

`.before-0008` is from before a step of the schema, for whoever goes back to an earlier
triage; `.before-20260303-110000` from before a restoration. They hold all that people
wrote, and what is erased later is not erased in them: so they go after a month.
"""

import filecmp
import logging
import re
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from triage.errors import ConfigError, Problem
from triage.store.audit import Audit
from triage.store.copying import copy_store, counts_in, examine, in_the_log
from triage.store.engine import Engine
from triage.store.syncing import sync

log = logging.getLogger(__name__)

BEFORE = ".before-"
KEPT_FOR = timedelta(days=30)
_UNFINISHED = ".unfinished"
_NAME = re.compile(
    rf"{re.escape(BEFORE)}([0-9]{{4}}|[0-9]{{8}}-[0-9]{{6}})(-[0-9]+)?"
    rf"(-wal|-shm|{re.escape(_UNFINISHED)})?"
)
"""As they are called here; what a person called so stays."""


def keep_copy(engine: Engine, step: str) -> Path:
    """Copy a store as it is before a step; return where the copy is, on the disk.

    One that is there already is never overwritten; one with the same bytes is enough.
    Raises ConfigError where it cannot be made whole.
    """
    first = engine.path.with_name(f"{engine.path.name}{BEFORE}{step.partition('_')[0]}")
    unfinished = first.with_name(first.name + _UNFINISHED)
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        copy_store(engine, unfinished)
        counts = counts_in(engine)
        own = frozenset(_faults_of_log(engine, counts))
        if problems := tuple(_missing_in(unfinished, counts, own)):
            raise ConfigError(*problems)
        sync(unfinished)
        kept = _name_for(unfinished, first)
        if not kept.exists():
            unfinished.rename(kept)
        sync(kept.parent)
    except OSError as error:
        raise ConfigError(f"{first} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return kept


def _missing_in(
    copy: Path, counts: Mapping[str, int], own: Set[str] = frozenset()
) -> Iterator[Problem]:
    """Say what keeps a copy from being the store as it is, with its `own` faults."""
    found = examine(copy)
    wrong = [each for each in found.problems if each not in own]
    wrong += [
        f"of {number} rows of `{table}` it has {found.counts.get(table, 0)}"
        for table, number in counts.items()
        if found.counts.get(table, 0) != number
    ]
    for each in wrong:
        yield Problem(
            f"the copy of the store before the upgrade is not whole: {each}",
            hint="nothing was changed; see that disk and store are well: triage doctor",
        )


def _faults_of_log(engine: Engine, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield the store's own faults of its audit log, in the words of `examine`."""
    if "audit" not in counts:
        return
    for fault in Audit(engine).verify().broken:
        log.error("the store's audit log does not hold: %s: triage audit verify", fault)
        yield in_the_log(fault)


def _name_for(fresh: Path, first: Path) -> Path:
    """Return a name that is free, or that of a copy with the same bytes."""
    others = (first.with_name(f"{first.name}-{number}") for number in count(2))
    path = first
    while path.exists() and not (
        path.is_file() and filecmp.cmp(fresh, path, shallow=False)
    ):
        path = next(others)
    return path


def kept_copies(store: Path) -> Iterator[Path]:
    """Yield the copies beside a store, and what belongs to them."""
    for path in sorted(store.parent.glob(f"{store.name}{BEFORE}*")):
        if _NAME.fullmatch(path.name.removeprefix(store.name)) and path.is_file():
            yield path


def forget_copies(store: Path, now: datetime) -> list[Path]:
    """Remove the copies that were kept for their time; return which.

    Raises OSError.
    """
    # When it got its name: a store that was put away was written long before, perhaps.
    over = [
        path
        for path in kept_copies(store)
        if path.stat().st_ctime < (now - KEPT_FOR).timestamp()
    ]
    for path in over:
        path.unlink()
    return over
