"""The half year is lived through once; every test looks at what it left."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.halfyear.checker import Finding, findings
from tests.halfyear.log import Log
from tests.halfyear.world import World


@dataclass
class Lived:
    """A world that has passed: its log, and its store's file."""

    log: Log
    store: Path
    found: list[Finding] = field(default_factory=list)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = _shared(tmp_path_factory.getbasetemp())
    kept = folder / "half-year.pickle"
    with _alone(folder / "half-year.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_live(folder / "half-year")))
        passed: Lived = pickle.loads(kept.read_bytes())  # noqa: S301 - written above
    return passed


def _live(folder: Path) -> Lived:
    folder.mkdir()
    world = World(folder)
    log = world.run()
    return Lived(log, world.office.path, findings(log, world.office.path))


def _shared(folder: Path) -> Path:
    """The folder of all processes that run these tests together."""
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def copied(lived: Lived, tmp_path: Path) -> Lived:
    """The same with a store that may be tampered with."""
    store = tmp_path / "tampered.sqlite3"
    shutil.copy(lived.store, store)
    return Lived(lived.log, store)
