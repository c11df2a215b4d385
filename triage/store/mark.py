"""A mark beside the store: which store it was, and how often it gave a letter out.

The store counts the same inside (`PRAGMA user_version`), and the mark is written after
that commit and before the letter leaves. A store that is behind its mark is an older
copy: letters that wait in it may have been sent since. Where the store is missing, the
mark tells that there was one.
"""

import os
from contextlib import suppress
from pathlib import Path

from triage.errors import TransientError
from triage.store.engine import Engine

ENDING = ".mark"


def mark_path(store: Path) -> Path:
    """Return where the mark of a store lies."""
    return store.with_name(store.name + ENDING)


def count_claim(engine: Engine) -> None:
    """Count, in the open transaction, that a letter is given out."""
    engine.run(f"PRAGMA user_version = {counted(engine) + 1}")


def counted(engine: Engine) -> int:
    """Return how often this store gave a letter out."""
    return int(engine.one("PRAGMA user_version")["user_version"])


def write_mark(engine: Engine) -> None:
    """Bring the mark up to the store; raises TransientError where that fails.

    Written in place and of fixed width, so that a full disk has room for it. Without a
    sync: after a power cut an older mark notices less, and never too much.
    """
    if engine.is_scratch:
        return
    text = f"{_salt(engine)} {counted(engine):012d}\n"
    try:
        file = os.open(
            mark_path(engine.path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            os.pwrite(file, text.encode("ascii"), 0)
        finally:
            os.close(file)
    except OSError as error:
        raise TransientError(
            f"the mark beside the store cannot be written: {error.strerror}"
        ) from error


def is_marked(store: Path) -> bool:
    """Say whether letters were given out of a store that lay here."""
    return _read(store) is not None


def is_another(engine: Engine) -> bool:
    """Say whether the mark is of another store than the one that lies here."""
    found = _read(engine.path)
    return found is not None and found[0] != _salt(engine)


def is_behind(engine: Engine) -> bool:
    """Say whether the store is an older copy than the one that was worked with."""
    found = None if engine.is_scratch else _read(engine.path)
    return found is not None and found[1] > counted(engine)


def catch_up(engine: Engine) -> None:
    """Count, in the open transaction, as far as the mark does."""
    found = _read(engine.path)
    if found is not None:
        engine.run(f"PRAGMA user_version = {max(found[1], counted(engine))}")


def forget_mark(store: Path) -> None:
    """Take the mark away; for whoever puts another store in its place."""
    mark_path(store).unlink(missing_ok=True)


def _salt(engine: Engine) -> str:
    return bytes(engine.one("SELECT salt FROM identity")["salt"]).hex()


def _read(store: Path) -> tuple[str, int] | None:
    """Return the salt and the count; None: there is no mark, or it is damaged."""
    with suppress(OSError, ValueError):
        salt, number = mark_path(store).read_text("ascii").split()
        return salt, int(number)
    return None
