import io
import json
import mailbox
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Triage
from tests.intake.mails import delivered

ANSWERED = delivered("Complaint", "My daughter has had no teacher since May.")
LEFT = delivered("Lunch")
AUTOMATIC = delivered("Complaint", auto_submitted="auto-replied")


def words_of(printed: str) -> str:
    """What is printed, whatever the lines are broken to."""
    return " ".join(printed.split())


@pytest.fixture
def eml(tmp_path: Path) -> Path:
    path = tmp_path / "one.eml"
    path.write_bytes(ANSWERED)
    return path


def test_it_says_what_a_mail_would_get_and_why(
    triage: Triage, config: Path, eml: Path
) -> None:
    result = triage("explain", "--config", config, eml)

    assert result.status == 0
    said = words_of(result.out)
    assert said.startswith(str(eml))
    assert "Decision Sent elsewhere: The school answers first [school-first]" in said
    assert "Why A family about lessons [lessons]" in said
    assert "✓ the writer's role is parent" in said
    assert (
        "A parent writes [family]: “«My daughter» has had no teacher since May.”"
    ) in said


def test_json_has_what_scripts_are_promised(
    triage: Triage, config: Path, eml: Path
) -> None:
    result = triage("explain", "--json", "--config", config, eml)

    row = json.loads(result.out)
    assert row["file"] == str(eml)
    assert (row["disposition"], row["role"], row["route"], row["rule"]) == (
        "answer",
        "parent",
        "school-first",
        "lessons",
    )
    assert set(row["reply"]) == {"template", "to", "subject"}
    assert row["withheld"] is None
    assert {"signal": "teaching", "where": "text", "text": "teacher"} in row["evidence"]
    assert {"reason", "missing", "flags", "near_misses"} <= set(row)


def test_json_has_the_table_with_the_words_on_which_a_condition_holds(
    triage: Triage, config: Path, eml: Path
) -> None:
    result = triage("explain", "--json", "--config", config, eml)

    row = json.loads(result.out)
    assert row["table"][1] == {
        "rule": "lessons",
        "title": "A family about lessons",
        "route": "school-first",
        "held": True,
        "conditions": [
            {
                "key": "role",
                "wanted": ["parent"],
                "held": True,
                "evidence": [
                    {"signal": "family", "where": "text", "text": "My daughter"}
                ],
            },
            {
                "key": "topic",
                "wanted": ["teaching"],
                "held": True,
                "evidence": [
                    {"signal": "teaching", "where": "text", "text": "teacher"}
                ],
            },
        ],
        "exceptions": [],
    }
    assert row["guard"]["stopped"] is None
    assert row["roles"] == [
        {"id": "parent", "points": 1, "at_least": 1, "signals": {"family": 1}}
    ]


def test_json_has_the_letters_where_they_are_asked_for(
    triage: Triage, config: Path, eml: Path
) -> None:
    result = triage("explain", "--json", "--reply", "--config", config, eml)

    (letter,) = json.loads(result.out)["letters"]
    assert letter["template"] == "school-first"
    assert "CMP-0000-00000" in letter["subject"]
    assert "Case reference: CMP-0000-00000" in letter["text"]


def test_each_disposition_is_told(triage: Triage, config: Path, tmp_path: Path) -> None:
    for name, octets in (("1", ANSWERED), ("2", LEFT), ("3", AUTOMATIC)):
        (tmp_path / f"{name}.eml").write_bytes(octets)

    result = triage("explain", "--json", "--config", config, tmp_path)

    rows = [json.loads(line) for line in result.out.splitlines()]
    assert [row["disposition"] for row in rows] == ["answer", "leave", "record"]
    assert [row["route"] for row in rows[1:]] == [None, None]
    assert all(row["reason"] for row in rows)


def test_a_mail_without_return_path_says_why_nothing_would_be_sent(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    path = tmp_path / "test.eml"
    path.write_bytes(ANSWERED.partition(b"\r\n")[2])

    result = triage("explain", "--json", "--config", config, path)

    row = json.loads(result.out)
    assert row["disposition"] == "answer"
    assert "Return-Path" in row["withheld"]


def test_an_mbox_a_maildir_and_a_folder_are_read(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    box = mailbox.mbox(tmp_path / "mails.mbox")
    maildir = mailbox.Maildir(tmp_path / "maildir")
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    for number in range(2):
        box.add(ANSWERED)
        maildir.add(ANSWERED)
        (folder / "below" / f"{number}.eml").write_bytes(ANSWERED)
    box.close()

    result = triage(
        "explain", "--json", "-c", config, tmp_path / "mails.mbox",
        tmp_path / "maildir", folder,
    )  # fmt: skip

    rows = [json.loads(line) for line in result.out.splitlines()]
    assert [row["route"] for row in rows] == ["school-first"] * 6
    assert [row["file"] for row in rows[:2]] == [
        f"{tmp_path / 'mails.mbox'}#1",
        f"{tmp_path / 'mails.mbox'}#2",
    ]


def test_standard_input_is_read(
    triage: Triage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(ANSWERED)))

    result = triage("explain", "--json", "--config", config, "-")

    assert json.loads(result.out)["file"] == "-"


def test_names_that_are_not_there_are_told_before_anything_else(
    triage: Triage, config: Path, eml: Path
) -> None:
    result = triage("explain", "--config", config, eml, "no.eml", "neither.eml")

    assert (result.status, result.out) == (2, "")
    assert result.err.splitlines() == [
        "there is no file or folder no.eml",
        "there is no file or folder neither.eml",
    ]


def test_a_folder_without_mails_is_told(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()

    result = triage("explain", "--config", config, tmp_path / "empty")

    assert result.status == 2
    assert "holds no message" in result.err


def test_the_time_may_be_given(triage: Triage, config: Path, eml: Path) -> None:
    text = eml.read_bytes().replace(b"no teacher", b"no website")
    eml.write_bytes(text.replace(b"My daughter", b"I"))

    result = triage(
        "explain", "--json", "-c", config, "--at", "2026-04-02T10:00+01:00", eml
    )

    row = json.loads(result.out)
    assert row["acknowledge"].startswith("2026-04-08")


def test_a_fault_in_other_rules_is_placed_there(
    triage: Triage, config: Path, eml: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "other"
    rules.mkdir()
    (rules / "broken.toml").write_text("[intake\n")

    result = triage("explain", "-c", config, "--rules", rules, eml)

    assert result.status == 2
    assert result.err.startswith(f"{rules / 'broken.toml'}:1:")


def test_other_rules_may_be_tried(
    triage: Triage, config: Path, eml: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "other"
    rules.mkdir()
    for path in (config.parent / "rules").iterdir():
        text = path.read_text().replace('"teacher*"', '"tutor*"')
        (rules / path.name).write_text(text)

    result = triage("explain", "--json", "-c", config, "--rules", rules, eml)

    assert json.loads(result.out)["route"] == "review"


def test_no_server_no_store_and_no_secret_is_needed(
    triage: Triage, config: Path, eml: Path
) -> None:
    for name in ("imap-password", "reference.key"):
        (config.parent / name).unlink()

    result = triage("explain", "--config", config, eml)

    assert result.status == 0
    assert not (config.parent / "triage.sqlite3").exists()


def test_a_hostile_mail_is_explained_as_well(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.eml"
    path.write_bytes(b"Subject: Complaint \xff\x00\r\n\r\n" + b"\x1b[2J" * 100)

    result = triage("explain", "--config", config, path)

    assert result.status == 0
    assert "\x1b" not in result.out


def test_whoever_stands_in_an_installation_means_its_rules(
    triage: Triage, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(delivered())
    monkeypatch.chdir(config.parent)

    here = json.loads(triage("explain", mail, "--json").out)
    named = json.loads(triage("explain", mail, "--json", "-c", config).out)

    assert here == named
    assert here["rule"] == "our-website"
