"""Opening a store: one daemon at a time, a whole file, a schema that we know."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from triage.errors import ConfigError, Problem, TransientError
from triage.store.engine import BUSY_SECONDS, Engine
from triage.store.migrations import known_steps, steps
from triage.store.passing import clear_away
from triage.store.replacing import RESTORE, end_move, is_moving


def open_as_daemon(path: Path) -> tuple[Engine, Callable[[], None]]:
    """Return the migrated, checked store and what gives its lock back.

    Raises ConfigError when another daemon has it, when it is damaged or too new.
    """
    release = lock_store(path)
    try:
        end_move(path)
        clear_away(path.parent, RESTORE)
        engine = Engine(_created(path))
        try:
            _refuse_damage(engine)
            _refuse_newer(engine)
            _write_ahead(engine)
            steps.apply(engine.database)
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
    if not path.is_file():
        raise ConfigError(
            Problem(f"there is no store at {path} yet", hint="`triage run` makes it")
        )
    engine = Engine(path, busy_seconds=busy_seconds)
    try:
        _refuse_newer(engine)
        _refuse_older(engine)
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


def lock_store(path: Path) -> Callable[[], None]:
    """Take the lock beside a store, there or not; it ends with the process."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"{lock_path} cannot be made: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(lock, 32).decode("ascii", "replace").strip()
        os.close(lock)
        by = f" (process {holder})" if holder else ""
        raise ConfigError(
            Problem(
                f"another triage daemon{by} works on {path}",
                hint="only one may run; stop that one first",
            )
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lambda: os.close(lock)


def _created(path: Path) -> Path:
    """Make the file private before SQLite fills it; the WAL files inherit this."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise ConfigError(
            f"the store {path} cannot be opened: {error.strerror}"
        ) from error
    return path


def _write_ahead(engine: Engine) -> None:
    engine.database.enable_wal()
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
    done = {step.name for step in steps.applied(engine.database)}
    if unknown := sorted(done - known_steps()):
        raise ConfigError(
            Problem(
                f"the store {engine.path} was made by a newer triage: it has "
                f"{', '.join(unknown)}",
                hint="install that version again; this one would not understand it",
            )
        )


def _refuse_older(engine: Engine) -> None:
    if steps.pending(engine.database):
        raise ConfigError(
            Problem(
                f"the store {engine.path} was made by an older triage",
                hint="start the daemon once (`triage run`): it brings it up to date",
            )
        )
