"""A dispatch over a real store, with a clock that a test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dispatch.office import Office
from triage.store import Store


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as store:
        yield Office(store)
