"""A store in a temporary folder, and makers of what goes into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from triage.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "triage.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, exclusive=True) as opened:
        yield opened
