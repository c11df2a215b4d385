import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.replay.conftest import arrived, write_folder, write_mbox

ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_mbox(
        tmp_path / "archive.mbox",
        [
            arrived(2, "Complaint", "Your website is down."),
            arrived(1, "Complaint", "My son has a bad teacher."),
            arrived(3, "Lunch", "At noon?"),
        ],
    )


def test_an_archive_is_told_in_numbers(
    triage: Triage, config: Path, archive: Path
) -> None:
    result = triage("replay", "-c", config, archive)

    assert result.status == 0
    assert result.out.startswith("3 mails of Mon 2 Mar 2026 to Mon 2 Mar 2026 (")
    assert "2 answer, 1 leave" in result.out
    assert "1  school-first" in result.out
    assert result.out.endswith("\nnothing was sent\n")
    assert result.err == ""


def test_every_mail_has_a_line(triage: Triage, config: Path, archive: Path) -> None:
    lines = triage("replay", "-c", config, "--list", archive).out.splitlines()

    assert lines[0].split("  ") == [
        "2026-03-02 12:01",
        f"{archive}#2",
        "REPLAY-2026-00001",
        "school-first (parent)",
        "school-first",
    ]


def test_objects_are_those_of_explain_with_the_case_and_the_arrival(
    triage: Triage, config: Path, archive: Path
) -> None:
    replayed = triage("replay", "-c", config, "--json", archive).out.splitlines()

    first = json.loads(replayed[0])
    when = first.pop("received_at")
    explained = triage("explain", "-c", config, "--json", "--at", when, archive)
    beside = [json.loads(line) for line in explained.out.splitlines()]
    assert {name: first.pop(name) for name in ("case", "set_aside")} == {
        "case": "REPLAY-2026-00001",
        "set_aside": None,
    }
    assert {key: beside[1][key] for key in first} == first
    assert len(replayed) == 3


def test_what_was_received_is_replayed_under_its_references(
    triage: Triage, worked: Path
) -> None:
    rows = triage("replay", "-c", worked, "--store", "--json").out.splitlines()

    assert [json.loads(row)["case"] for row in rows] == ["CMP-2026-00001", None]


def test_nothing_in_the_store_changes(triage: Triage, worked: Path) -> None:
    before = triage("case", "list", "-c", worked, "--json").out

    triage("replay", "-c", worked, "--store")

    assert triage("case", "list", "-c", worked, "--json").out == before


def test_something_must_be_named(triage: Triage, config: Path) -> None:
    result = triage("replay", "-c", config)

    assert result.status == 2
    assert result.err.startswith("there is nothing to judge\n")


def test_an_archive_and_a_store_are_not_taken_together(
    triage: Triage, worked: Path, archive: Path
) -> None:
    result = triage("replay", "-c", worked, "--store", archive)

    assert result.status == 2


def test_without_a_store_there_is_nothing_received(
    triage: Triage, config: Path
) -> None:
    result = triage("replay", "-c", config, "--store")

    assert result.status == 2
    assert "there is no store whose mails could be judged" in result.err


def test_an_archive_that_is_not_there_is_told_of(triage: Triage, config: Path) -> None:
    result = triage("replay", "-c", config, "nowhere.mbox")

    assert (result.status, result.err) == (
        2,
        "there is no file or folder nowhere.mbox\n",
    )


def test_a_hostile_file_name_does_not_reach_the_terminal(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "archive", [])
    (folder / "\x1b[2J.eml").write_bytes(arrived(1, "Complaint"))

    result = triage("replay", "-c", config, "--list", folder)

    assert "\x1b" not in result.out


def test_no_socket_is_made(config: Path, archive: Path) -> None:
    done = without_sockets("replay", "-c", config, archive)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"nothing was sent" in done.stdout


def without_sockets(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", WITHOUT_SOCKETS, *arguments]
    return subprocess.run(command, capture_output=True, cwd=ROOT, check=False)  # noqa: S603 - this file's own script


WITHOUT_SOCKETS = """
import sys

def refuse(event, arguments):
    if event.startswith("socket.") or event in ("smtplib.connect", "imaplib.open"):
        raise RuntimeError(event)

from triage.cli import main
from triage.mailbox import ImapMailbox
from triage.smtp import Submission

class Constructed(Exception):
    pass

def construct(*given, **named):
    raise Constructed

ImapMailbox.__init__ = Submission.__init__ = construct
sys.addaudithook(refuse)
main(sys.argv[1:])
"""


def test_that_test_would_notice_a_socket(config: Path) -> None:
    done = without_sockets("run", "-c", config)

    assert done.returncode != 0
    assert b"Constructed" in done.stderr
