"""Another store in the place of one: wholly, or not at all.

A store is up to four files, its mark too, and no rename moves four files at once.
Between two of them a process may be killed, and a store without its log, or none, would
forget what was sent. So the new store first gets a name of its own beside the old one.
From then on it is the store: whoever opens the place next, alone, ends the move.
"""

from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from triage.errors import ConfigError
from triage.store.keeping import BEFORE
from triage.store.mark import mark_path
from triage.store.syncing import sync

RESTORE = ".triage-restore-"
"""What folders are called in which a store is unpacked beside its place."""
_INCOMING = ".incoming-"
_ENDINGS = ("", "-wal", "-shm")
"""The store goes first: without it, nobody begins another log in its place."""


def put_in_place(fresh: Path, place: Path, now: datetime) -> Path | None:
    """Put a store that nobody has open where `place` says; for who has its lock.

    Its mark comes with it. Returns where the store lies that was there before; None:
    there was none.
    """
    with suppress(FileNotFoundError):
        mark_path(fresh).replace(_mark_coming_to(place))
    fresh.rename(place.with_name(f"{place.name}{_INCOMING}{_free(place, now)}"))
    sync(place.parent)
    return end_move(place)


def _free(place: Path, now: datetime) -> str:
    """Return what tells this move from all others, of the same second too."""
    name = moment = f"{now:%Y%m%d-%H%M%S}"
    others = (f"{moment}-{number}" for number in count(2))
    kept = place.with_name(f"{place.name}{BEFORE}")
    while any(Path(f"{kept}{name}{ending}").exists() for ending in _ENDINGS):
        name = next(others)
    return name


def _mark_coming_to(place: Path) -> Path:
    return mark_path(place).with_name(f"{mark_path(place).name}{_INCOMING[:-1]}")


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
    # Of a move that was cut off before it was begun.
    _mark_coming_to(place).unlink(missing_ok=True)
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
    kept = place.with_name(incoming.name.replace(_INCOMING, BEFORE))
    for ending in _ENDINGS:
        there, kept_there = Path(f"{place}{ending}"), Path(f"{kept}{ending}")
        with suppress(FileNotFoundError):
            if kept_there.exists():
                # Begun by somebody since that one was put away.
                there.unlink()
            else:
                there.rename(kept_there)
    with suppress(FileNotFoundError):
        _mark_coming_to(place).replace(mark_path(place))
    incoming.rename(place)
    sync(place.parent)
    return kept if kept.exists() else None
