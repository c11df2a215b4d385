"""What is kept about a person, at the command line."""

import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Triage, work
from tests.intake.mails import delivered
from tests.journeys.mails import MOTHER as SENDER
from triage import shipped
from triage.wiring import now, open_store

MAILS = ("one", "two")
REF = "CMP-2026-00001"


@pytest.mark.parametrize("person", [SENDER, SENDER.upper(), REF, REF.lower()])
def test_a_person_is_found_by_address_or_case(
    triage: Triage, worked: Path, person: str
) -> None:
    result = triage("subject", "find", person, "-c", worked)

    assert result.status == 0
    assert SENDER in result.out
    assert REF in result.out
    assert "1 in the folder Complaints/Formal" in result.out


def test_nobody_is_a_plain_error(triage: Triage, worked: Path) -> None:
    result = triage("subject", "find", "nobody@example.org", "-c", worked)

    assert result.status == 2
    assert "nothing is kept about nobody@example.org" in result.err


def test_an_export_holds_mails_letters_and_cases(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    file = tmp_path / "copy.zip"

    result = triage("subject", "export", SENDER, file, "-c", worked)

    assert result.status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        told = json.loads(archive.read("cases.json"))
    assert {"README.txt", "letters/1.eml"} <= set(names)
    assert sum(name.startswith("mails/") for name in names) == len(MAILS)
    assert told["cases"][0]["reference"] == REF


def test_an_export_never_overwrites(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    file = tmp_path / "copy.zip"
    file.write_text("something else")

    result = triage("subject", "export", SENDER, file, "-c", worked)

    assert (result.status, file.read_text()) == (2, "something else")


def test_at_first_erasing_only_shows(triage: Triage, worked: Path) -> None:
    result = triage("subject", "erase", SENDER, "--open-too", "-c", worked)

    assert "Nothing is erased yet" in result.out
    assert SENDER in triage("subject", "find", REF, "-c", worked).out


def test_an_open_case_is_not_erased_unasked(triage: Triage, worked: Path) -> None:
    result = triage("subject", "erase", SENDER, "--yes", "-c", worked)

    assert f"not {REF}: it is open" in result.out
    assert "Nothing is erased: keep the mails in the mailbox too" in result.out


def test_what_is_erased_is_gone(triage: Triage, worked: Path) -> None:
    result = triage("subject", "erase", SENDER, "--yes", "--open-too", "-c", worked)

    assert "erased: 1 case, 2 mails, 1 letter" in result.out
    assert "delete the mails in the mailbox folders above" in result.out
    assert triage("subject", "find", SENDER, "-c", worked).status == 2
    assert SENDER not in triage("case", "show", REF, "--json", "-c", worked).out
    assert triage("audit", "verify", "-c", worked).status == 0


def test_a_legal_hold_wins(triage: Triage, worked: Path) -> None:
    triage("subject", "hold", REF, "--why", "a case in court", "-c", worked)

    result = triage("subject", "erase", SENDER, "--yes", "--open-too", "-c", worked)

    assert f"not {REF}: it is on legal hold" in result.out
    assert SENDER in triage("subject", "find", SENDER, "-c", worked).out


def test_a_hold_needs_a_reason(triage: Triage, worked: Path) -> None:
    assert triage("subject", "hold", REF, "-c", worked).status == 2


def test_a_restriction_shows_and_is_lifted(triage: Triage, worked: Path) -> None:
    triage("subject", "restrict", SENDER, "-c", worked)
    shown = triage("subject", "find", SENDER, "-c", worked).out
    triage("subject", "restrict", SENDER, "--lift", "-c", worked)

    assert "restricted    since" in shown
    assert "restricted" not in triage("subject", "find", SENDER, "-c", worked).out


def test_a_request_in_a_complaint_runs_on_its_own_clock(
    triage: Triage, config: Path
) -> None:
    text = (
        "Your website failed. Please send me all the personal data you hold about me."
    )
    name = "77-personal-data.toml"
    shutil.copy(shipped.rules() / name, config.parent / "rules" / name)
    work(config, delivered(text=text))

    result = triage("subject", "requests", "-c", config)

    assert "subject-access" in result.out
    assert "1 month from" in result.out
    assert triage("subject", "done", "1", "-c", config).status == 0
    assert "0 requests" in triage("subject", "requests", "-c", config).out


def test_there_is_no_list_before_the_first_month(triage: Triage, worked: Path) -> None:
    result = triage("retention", "list", "-c", worked)

    assert result.status == 2
    assert "there is no list yet" in result.err


def test_one_case_on_the_list_is_one_case(triage: Triage, worked: Path) -> None:
    with open_store(worked) as store:
        store.retention.make("2026-03", ("CMP-2026-00001",), now())

    result = triage("retention", "list", "-c", worked)

    assert result.out.splitlines() == [
        "CMP-2026-00001",
        "1 case, list of 2026-03; to have them erased: triage retention approve",
    ]
