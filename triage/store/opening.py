"""Opening a store: one daemon at a time, a whole file, a schema that we know.

Before the schema is brought up to date the store is copied, and all steps that are
missing are one transaction: whoever goes back to an earlier triage has what it needs.
"""

import fcntl
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from triage.errors import ConfigError, Problem, TransientError
from triage.store.engine import BUSY_SECONDS, Engine, guarded, identity
from triage.store.keeping import keep_copy
from triage.store.mark import (
    OLDER,
    counted,
    doubt_about,
    is_another,
    is_marked,
    mark_path,
    write_mark,
)
from triage.store.migrations import known_steps, steps
from triage.store.passing import clear_away
from triage.store.replacing import RESTORE, end_move, is_moving

LOOKED_AT_SECONDS = 0.3

log = logging.getLogger(__name__)


def open_as_daemon(path: Path) -> tuple[Engine, Callable[[], None]]:
    """Return the migrated, checked store and what gives its lock back.

    Raises ConfigError when another daemon has it, when it is damaged or too new.
    """
    release = lock_store(path)
    try:
        end_move(path)
        clear_away(path.parent, RESTORE)
        refuse_lost(path)
        _refuse_closed_mark(path)
        engine = Engine(_created(path), beside=lock_path(path))
        try:
            _refuse_damage(engine)
            _refuse_newer(engine)
            _write_ahead(engine)
            _bring_up_to_date(engine)
            _refuse_another(engine)
            _begin_mark(engine)
        except BaseException:
            engine.close()
            raise
    except TransientError as error:
        release()
        raise ConfigError(f"{path}: {error}") from error
    except BaseException:
        release()
        raise
    return engine, release


def open_beside(path: Path, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Return an existing store, whether or not a daemon works on it.

    Raises ConfigError when there is none or its schema is not this program's.
    """
    if is_moving(path):
        raise ConfigError(
            Problem(
                f"a restoration of {path} is under way, or was cut off",
                hint="`triage run` ends it, or restoring once more",
            )
        )
    refuse_lost(path)
    if path.exists() and not path.is_file():
        raise ConfigError(
            Problem(
                f"the store {path} cannot be opened: it is no file",
                hint="move away what lies there, or name another `path` in [store]",
            )
        )
    if not path.is_file() or path.stat().st_size == 0:
        raise ConfigError(
            Problem(f"there is no store at {path} yet", hint="`triage run` makes it")
        )
    known = identity(path)
    engine = Engine(path, busy_seconds=busy_seconds)
    try:
        _refuse_newer(engine)
        _refuse_older(engine)
        _refuse_replaced(path, known)
        _refuse_unnoticed(engine)
    except TransientError as error:
        engine.close()
        raise ConfigError(f"{path}: {error}") from error
    except BaseException:
        engine.close()
        raise
    return engine


def open_scratch() -> Engine:
    """Return an empty store that nobody else sees and that is gone when closed."""
    engine = Engine(Path(), is_scratch=True)
    steps.apply(engine.database)
    return engine


def lock_path(path: Path) -> Path:
    """Return where the lock of a store lies."""
    return path.with_name(path.name + ".lock")


def lock_store(path: Path) -> Callable[[], None]:
    """Take the lock beside a store, there or not; it ends with the process."""
    place = lock_path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"{place} cannot be made: {error.strerror}") from error
    if not _is_ours(lock):
        holder = os.read(lock, 32).decode("ascii", "replace").strip()
        os.close(lock)
        by = f" (process {holder})" if holder else ""
        raise ConfigError(
            Problem(
                f"another triage daemon{by} works on {path}",
                hint="only one may run; stop that one first",
            )
        )
    # Only for people who ask who has it; a full disk has no room for it.
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lambda: os.close(lock)


def _is_ours(lock: int) -> bool:
    """Take an open lock; whoever only looks whether it is free has it for a moment."""
    until = monotonic() + LOOKED_AT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if monotonic() > until:
                return False
            sleep(0.01)
        else:
            return True


def _created(path: Path) -> Path:
    """Make the file private before SQLite fills it; the WAL files inherit this."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise ConfigError(
            f"the store {path} cannot be opened: {error.strerror}"
        ) from error
    return path


def _refuse_closed_mark(path: Path) -> None:
    """A mark that cannot be written would stop each letter on its way out."""
    mark = mark_path(path)
    if mark.exists() and not (mark.is_file() and os.access(mark, os.W_OK)):
        raise ConfigError(
            Problem(
                f"the mark beside the store cannot be written: {mark}",
                hint="give it to the user as whom triage runs",
            )
        )


def refuse_lost(path: Path) -> None:
    """Raise ConfigError where a store was: one that begins anew answers mail twice."""
    is_there = path.exists()
    if is_there and path.stat().st_size > 0:
        return
    if is_marked(path):
        how = "empty" if is_there else "gone"
        raise ConfigError(
            Problem(f"the store {path} is {how}", hint=_hint_for_lost(path))
        )


def _refuse_another(engine: Engine) -> None:
    if is_another(engine):
        raise ConfigError(
            Problem(
                f"{engine.path} is not the store that was worked with here",
                hint=_hint_for_lost(engine.path),
            )
        )


def _begin_mark(engine: Engine) -> None:
    """Mark a new store; where one lost its mark, its next daemon must notice that."""
    if not is_marked(engine.path) and not counted(engine):
        write_mark(engine, durably=True)


def _refuse_replaced(path: Path, known: tuple[int, int] | None) -> None:
    """Once its log is open, so that nobody begins one beside the store that follows."""
    if is_moving(path) or identity(path) != known:
        raise TransientError("another store is put in its place: try again")


def _refuse_unnoticed(engine: Engine) -> None:
    """Give no number out of an older copy before it was made safe."""
    if doubt_about(engine) == OLDER:
        raise ConfigError(
            Problem(
                f"{engine.path}: {OLDER}",
                hint="start the daemon once (`triage run`): it makes it safe;"
                " or put the latest one back",
            )
        )


def _hint_for_lost(path: Path) -> str:
    return (
        "put it back, or restore the latest backup: triage backup restore\n"
        "    to begin anew, though mail of these days may be answered twice:"
        f" remove {mark_path(path)}"
    )


def _bring_up_to_date(engine: Engine) -> None:
    missing = guarded(lambda: steps.pending(engine.database))
    if not missing:
        return
    if guarded(lambda: steps.applied(engine.database)):
        as_it_was = keep_copy(engine, missing[0].name)
        log.warning("the store is brought up to date; it was kept in %s", as_it_was)
    with engine.transaction("BEGIN IMMEDIATE"):
        guarded(lambda: steps.apply(engine.database))
    # Whoever deletes the log takes what is only there; not which store it is.
    engine.empty_log()


def _write_ahead(engine: Engine) -> None:
    guarded(engine.database.enable_wal)
    if engine.database.journal_mode != "wal":
        raise ConfigError(
            Problem(
                f"{engine.path} lies where SQLite cannot keep a write-ahead log",
                hint="put the store on a local disk",
            )
        )


def _refuse_damage(engine: Engine) -> None:
    found = [row["quick_check"] for row in engine.rows("PRAGMA quick_check(5)")]
    if found != ["ok"]:
        raise ConfigError(
            Problem(
                f"the store {engine.path} is damaged: {'; '.join(found)}",
                hint="restore the latest backup; the file is left as it is",
            )
        )


def _refuse_newer(engine: Engine) -> None:
    done = {step.name for step in guarded(lambda: steps.applied(engine.database))}
    if unknown := sorted(done - known_steps()):
        raise ConfigError(
            Problem(
                f"the store {engine.path} was made by a newer triage: it has "
                f"{', '.join(unknown)}",
                hint="install that version again; this one would not understand it",
            )
        )


def _refuse_older(engine: Engine) -> None:
    if guarded(lambda: steps.pending(engine.database)):
        raise ConfigError(
            Problem(
                f"the store {engine.path} was made by an older triage",
                hint="start the daemon once (`triage run`): it brings it up to date",
            )
        )
