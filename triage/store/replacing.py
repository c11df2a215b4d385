"""Another store in the place of one: wholly, or not at all.

A store is up to three files, and no rename moves three files at once. Between two of
them a process may be killed, and a store without its log, or none, would forget what
was sent. So the new store first gets a name of its own beside the old one. From then on
it is the store: whoever opens the place next, alone, ends the move.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from triage.errors import ConfigError

RESTORE = ".triage-restore-"
"""What folders are called in which a store is unpacked beside its place."""
_INCOMING, _BEFORE = ".incoming-", ".before-"
_ENDINGS = ("-shm", "-wal", "")


def put_in_place(fresh: Path, place: Path, now: datetime) -> Path | None:
    """Put a store that nobody has open where `place` says; for who has its lock.

    Returns where the store lies that was there before; None: there was none.
    """
    fresh.rename(place.with_name(f"{place.name}{_INCOMING}{now:%Y%m%d-%H%M%S}"))
    sync_folder(place.parent)
    return end_move(place)


def end_move(place: Path) -> Path | None:
    """End a move that was begun, if one was; for who has the lock of the place.

    Raises ConfigError where files cannot be moved.
    """
    kept = None
    for incoming in _incoming(place):
        try:
            kept = _swapped(incoming, place)
        except OSError as error:
            raise ConfigError(
                f"{incoming} cannot be put in the place of {place}: {error.strerror}"
            ) from error
    return kept


def is_moving(place: Path) -> bool:
    """Tell whether a move was begun and has not ended."""
    return bool(_incoming(place))


def _incoming(place: Path) -> list[Path]:
    prefix = f"{place.name}{_INCOMING}"
    if not place.parent.is_dir():
        return []
    return sorted(p for p in place.parent.iterdir() if p.name.startswith(prefix))


def _swapped(incoming: Path, place: Path) -> Path | None:
    """Put away what is there, its log too: it would be played into the new store."""
    kept = place.with_name(incoming.name.replace(_INCOMING, _BEFORE))
    for ending in _ENDINGS:
        with suppress(FileNotFoundError):
            Path(f"{place}{ending}").rename(f"{kept}{ending}")
    incoming.rename(place)
    sync_folder(place.parent)
    return kept if kept.exists() else None


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
