"""Backups of one installation: its store, config and key."""

import hmac
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from triage import __version__
from triage.backup import Manifest, create, unpack
from triage.backup.archive import Source, verify
from triage.config import Config, load_configs
from triage.errors import ConfigError, Problem
from triage.store import Store
from triage.store.copying import Examined
from triage.store.mark import read_mark
from triage.store.opening import lock_store
from triage.store.passing import passing_folder
from triage.store.replacing import RESTORE, end_move, put_in_place
from triage.wiring.rulebook import keys_of


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoration did."""

    manifest: Manifest
    kept: Path | None
    """Where the store lies that was there before."""
    doubted: int
    """Letters that may have been sent since the backup."""


def back_up(config_path: Path, to: Path, now: datetime) -> Manifest:
    """Write a backup while a daemon may be at work; raises ConfigError."""
    config = load_configs(config_path)[0]
    with Store.open(config.store.path, exclusive=False) as store:
        source = Source(
            store=store,
            config=config_path.read_bytes(),
            key=_fingerprint(config),
            version=__version__,
        )
        return create(source, to, now)


def check_backup(path: Path, config_path: Path | None) -> tuple[Manifest, Examined]:
    """Check a backup; with a config, also that its key is the one of the backup."""
    manifest, examined = verify(path)
    if config_path is not None:
        _require_key(manifest, load_configs(config_path)[0])
    return manifest, examined


def restore(
    config_path: Path, path: Path, now: Callable[[], datetime], *, replace: bool
) -> Restored:
    """Put a backup's store in the place of the config's; no daemon may run.

    The store that was there is kept beside it. Raises ConfigError, and then everything
    is as it was. Cut off at any moment, it has not begun or is ended at the next start.
    """
    config = load_configs(config_path)[0]
    place = config.store.path
    release = lock_store(place)
    try:
        end_move(place)
        if place.exists() and not replace:
            raise ConfigError(
                Problem(
                    f"there is a store at {place}",
                    hint="to put the backup in its place: --replace; it is kept",
                )
            )
        with passing_folder(place.parent, RESTORE) as inner:
            fresh = inner / place.name
            manifest, _ = unpack(path, fresh)
            _require_key(manifest, config)
            with Store.open(fresh, exclusive=True) as store:
                doubted = store.restorations.begin(
                    manifest.made_at, now(), beyond=read_mark(place)
                )
            _give_to_owner(place.parent, inner.iterdir())
            kept = put_in_place(fresh, place, now())
        _give_to_owner(place.parent, place.parent.glob(f"{place.name}*"))
    finally:
        release()
    return Restored(manifest, kept, doubted)


def _give_to_owner(folder: Path, paths: Iterable[Path]) -> None:
    """Let no restoration by root shut the daemon out, whose folder it is."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for each in paths:
            os.chown(each, owner.st_uid, owner.st_gid)


def _require_key(manifest: Manifest, config: Config) -> None:
    if manifest.key != _fingerprint(config):
        raise ConfigError(
            Problem(
                f"the key in {config.references.key} is not the one of the backup",
                hint="without it, answers to our letters would find no case:"
                " bring back reference.key as well, it is in no backup",
            )
        )


def _fingerprint(config: Config) -> str:
    return hmac.digest(keys_of(config)[0], b"fingerprint", "sha256").hex()[:32]
