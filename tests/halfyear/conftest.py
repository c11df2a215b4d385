"""The half year is lived through once; every test looks at what it left."""

import shutil
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
    world = World(tmp_path_factory.mktemp("half-year"))
    log = world.run()
    return Lived(log, world.office.path, findings(log, world.office.path))


@pytest.fixture
def copied(lived: Lived, tmp_path: Path) -> Lived:
    """The same with a store that may be tampered with."""
    store = tmp_path / "tampered.sqlite3"
    shutil.copy(lived.store, store)
    return Lived(lived.log, store)
