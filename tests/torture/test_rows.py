"""The short form of rows that have one: the course of `make torture`, in seconds."""

from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.torture.ground import Ground
from tests.torture.pages import PAGE, with_figures, with_overview
from tests.torture.row import Row
from tests.torture.rows import AREAS, ROWS

pytestmark = pytest.mark.servers

SHORT = tuple(row for row in ROWS if row.is_short)


@pytest.mark.parametrize("row", SHORT, ids=[row.name for row in SHORT])
def test_nothing_is_violated(
    row: Row, dovecot: Dovecot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ground = Ground(folder=tmp_path, is_full=False, dovecot=lambda: dovecot, say=print)

    outcome = row.run(ground)

    assert not [str(finding) for finding in outcome.findings]
    assert outcome.cases > 0, capsys.readouterr().out


def test_the_page_has_a_place_for_every_area() -> None:
    page = PAGE.read_text("utf-8")

    for area, rows in AREAS.items():
        assert with_figures(page, area, rows, {})


def test_every_row_has_its_figures_in_the_page() -> None:
    page = PAGE.read_text("utf-8")

    assert not [row.name for row in ROWS if f"| `{row.name}` |" not in page]


def test_the_overview_is_the_sum_of_the_tables() -> None:
    page = PAGE.read_text("utf-8")

    assert with_overview(page, AREAS) == page


def test_no_violation_stands_in_the_page() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `")]

    assert not [row[1].strip() for row in rows if row[4].strip() != "0"]
