"""A mark beside the store: which store it was, and how far it had come.

The store counts each mail that it takes up and each letter that it gives out (`PRAGMA
user_version`); the mark has the count and the highest number of a case. It is written
after the commit, and before a letter leaves. A store that is behind its mark is an
older copy: letters that wait in it may have been sent since, and numbers that it thinks
free may have been given. Where the store is missing, the mark tells that there was one.
"""

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from triage.errors import TransientError
from triage.store.engine import Engine
from triage.store.syncing import sync

log = logging.getLogger(__name__)

ENDING = ".mark"
OLDER = "it is an older copy than the one that was worked with"
DAMAGED = "the mark beside it is damaged, so it may be an older copy"
LOST = "the mark beside it is gone, so it may be an older copy"
_FORM = re.compile(r"([0-9a-f]+) ([0-9]{12}) ([0-9]{12})\n")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the store had come that lay here."""

    salt: str
    """Which store it was."""
    count: int
    """Mails taken up and letters given out."""
    highest: int
    """The highest number that a case was given in a year."""

    @property
    def as_text(self) -> str:
        """The mark, in a fixed width, so that a full disk has room for the next."""
        return f"{self.salt} {self.count:012d} {self.highest:012d}\n"


def mark_path(store: Path) -> Path:
    """Return where the mark of a store lies."""
    return store.with_name(store.name + ENDING)


def count(engine: Engine) -> None:
    """Count, in the open transaction, what others may come to see of the store."""
    set_count(engine, counted(engine) + 1)


def counted(engine: Engine) -> int:
    """Return how far this store has come."""
    return int(engine.one("PRAGMA user_version")["user_version"])


def set_count(engine: Engine, number: int) -> None:
    """Count from another number on, in the open transaction."""
    engine.run(f"PRAGMA user_version = {number}")


def write_mark(engine: Engine, *, durably: bool = False) -> None:
    """Bring the mark up to the store; raises TransientError where that fails.

    Written in place. A new one is durable: a power cut must leave none that is empty.
    Later ones need not be: an older mark notices less, and never too much.
    """
    if engine.is_scratch:
        return
    path = mark_path(engine.path)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _keep_up(file, engine)
            if durably:
                os.fsync(file)
                sync(path.parent)
        finally:
            os.close(file)
    except OSError as error:
        raise TransientError(
            f"the mark beside the store cannot be written: {error.strerror}"
        ) from error


def _keep_up(file: int, engine: Engine) -> None:
    """Write until the store did not come further meanwhile.

    Whoever was slow would else set back what another thread or process wrote.
    """
    written = None
    while (now := _mark_of(engine)) != written:
        os.pwrite(file, now.as_text.encode("ascii"), 0)
        written = now


def raise_mark(engine: Engine) -> None:
    """Bring the mark up to a store that came further; whoever may be at work on it.

    A mark that says something else is left for the next start to notice. One that
    cannot be written only notices less: what is committed stays so.
    """
    try:
        found = None if engine.is_scratch else read_mark(engine.path)
        now = None if found is None else _mark_of(engine)
        if found and now and now.salt == found.salt and now.count > found.count:
            write_mark(engine)
    except TransientError as error:
        log.warning("%s", error)


def is_marked(store: Path) -> bool:
    """Say whether there is a mark of a store that lay here, damaged or not."""
    return mark_path(store).exists()


def read_mark(store: Path) -> Mark | None:
    """Return the mark; None: there is none, or it is damaged (see `is_marked`).

    Raises TransientError where it cannot be read.
    """
    try:
        text = mark_path(store).read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TransientError(
            f"the mark beside the store cannot be read: {error.strerror}"
        ) from error
    found = _FORM.fullmatch(text)
    return None if found is None else Mark(found[1], int(found[2]), int(found[3]))


def is_another(engine: Engine) -> bool:
    """Say whether the mark is of another store than the one that lies here."""
    found = read_mark(engine.path)
    return found is not None and found.salt != _salt(engine)


def doubt_about(engine: Engine) -> str | None:
    """Say why the store may be an older copy than the one that was worked with."""
    if engine.is_scratch:
        return None
    # The mark first: a daemon that works meanwhile is ahead of it, never behind.
    found = read_mark(engine.path)
    if found is not None:
        return OLDER if found.count > counted(engine) else None
    if is_marked(engine.path):
        return DAMAGED
    return LOST if counted(engine) else None


def _mark_of(engine: Engine) -> Mark:
    highest = engine.one("SELECT coalesce(max(value), 0) AS n FROM counters")["n"]
    return Mark(_salt(engine), counted(engine), int(highest))


def _salt(engine: Engine) -> str:
    return bytes(engine.one("SELECT salt FROM identity")["salt"]).hex()
