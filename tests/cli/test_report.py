"""`triage report` as people type it."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from triage.config import load_config
from triage.store import Store

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


def test_a_page_is_written_and_named(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"

    result = triage("report", "--config", worked, *YEAR, "--html", page)

    assert result.status == 0
    assert page.as_uri() in result.out
    assert "Received" in result.out
    assert "<h1>Complaints, 1 Jan 2026 to 31 Dec 2026</h1>" in page.read_text("utf-8")


def test_a_name_that_ends_in_csv_is_one_table(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    path = tmp_path / "figures.csv"

    result = triage("report", "--config", worked, *YEAR, "--csv", path)

    with path.open(encoding="utf-8-sig", newline="") as file:
        received = [
            line["value"]
            for line in csv.DictReader(file)
            if line["column"] == "received"
        ]
    assert result.status == 0
    assert received[0] == "1"
    assert "page" not in result.out


def test_another_name_is_a_folder_of_tables(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "figures"

    triage("report", "--config", worked, *YEAR, "--csv", folder)

    routes = csv.DictReader(StringIO((folder / "routes.csv").read_text("utf-8-sig")))
    assert [row["cases"] for row in routes] == ["1"]


def test_a_name_that_a_sender_wrote_becomes_no_formula(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    store = Store.open(load_config(worked).store.path, exclusive=False)
    with store, store.batch():
        store._engine.run(
            "INSERT INTO particulars (case_id, field, text)"
            " SELECT id, 'centre', '=HYPERLINK(1)' FROM cases"
        )
        for number in range(5):
            copied(store, number)

    triage("report", "--config", worked, *YEAR, "--csv", tmp_path / "figures")

    text = (tmp_path / "figures" / "centres.csv").read_text("utf-8-sig")
    assert "\n'=HYPERLINK(1)," in text


def copied(store: Store, number: int) -> None:
    """Have one more case like the first, by hand."""
    store._engine.run(
        "INSERT INTO cases (reference, opened_at, recorded_at, role, priority, flags,"
        " missing, withheld, clock_from)"
        " SELECT :reference, opened_at, recorded_at, role, priority, flags, missing,"
        " withheld, clock_from FROM cases WHERE id = 1",
        reference=f"CMP-0000-{number}",
    )
    store._engine.run(
        "INSERT INTO particulars (case_id, field, text)"
        " SELECT max(c.id), 'centre', p.text FROM cases c, particulars p"
        " WHERE p.field = 'centre'"
    )


def test_json_is_a_line_for_each_table(triage: Triage, worked: Path) -> None:
    result = triage("report", "--config", worked, *YEAR, "--json")

    tables = [json.loads(line) for line in result.out.splitlines()]
    assert {"highlights", "weeks", "promises", "centres"} <= {
        each["table"] for each in tables
    }
    assert {"2026-01-01"} == {each["from"] for each in tables}


def test_no_address_of_a_sender_is_in_any_form(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"

    out = triage("report", "--config", worked, *YEAR, "--html", page).out
    out += triage("report", "--config", worked, *YEAR, "--json").out

    assert "@" not in out
    assert "example.org" not in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("--from", "2026-02-01", "--to", "2026-01-01"), "lies before --from"),
        (("--from", "2999-01-01"), "still to come"),
        (("--from", "0001-01-01"), "no cases so early"),
        (("--from", "yesterday"), "does not match"),
        ((), "Missing option '--from'"),
    ],
    ids=["backwards", "the future", "long ago", "no date", "no day"],
)
def test_days_that_make_no_period_are_told(
    triage: Triage, worked: Path, days: tuple[str, ...], words: str
) -> None:
    result = triage("report", "--config", worked, *days)

    assert result.status == 2
    assert words in " ".join(result.err.split())


def test_a_file_that_cannot_be_written_is_told(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere" / "report.html"

    result = triage("report", "--config", worked, *YEAR, "--html", nowhere)

    assert result.status == 2
    assert "cannot be written" in result.err


def without_matplotlib(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run triage where the packages that draw are not installed."""
    typed = [str(each) for each in arguments]
    code = (
        "import sys; sys.modules['matplotlib'] = None;"
        f"from triage.cli import main; main({typed!r})"
    )
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )


def test_without_what_draws_charts_it_says_what_to_install(worked: Path) -> None:
    result = without_matplotlib("report", "--config", worked, *YEAR)

    assert result.returncode == 2
    assert "pip install 'triage-mail[report]'" in result.stderr
    assert "--csv" in result.stderr
    assert "Traceback" not in result.stderr


def test_figures_need_nothing_that_draws(worked: Path, tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"

    result = without_matplotlib("report", "--config", worked, *YEAR, "--csv", path)

    assert result.returncode == 0
    assert path.exists()
