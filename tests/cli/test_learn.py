"""The second opinion is learnt from labelled mails at the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.intake.mails import delivered

TEACHER = "My son has no teacher, the lesson is never held. {}"
WEBSITE = "The website shows an empty page to me. {}"


def folder_of(path: Path, *texts: tuple[str, str]) -> Path:
    path.mkdir()
    labels = []
    for number, (text, route) in enumerate(texts):
        name = f"{number}.eml"
        writer = f"writer{number}@{path.name}.example"
        (path / name).write_bytes(delivered("Complaint", text, sender=writer))
        labels.append({"file": name, "route": route, "role": "parent", "flags": []})
    lines = "".join(f"{json.dumps(label)}\n" for label in labels)
    (path / "labels.jsonl").write_text(lines, encoding="utf-8")
    return path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, ...]:
    texts = [
        *((TEACHER.format(n), "school-first") for n in "abc"),
        *((WEBSITE.format(n), "formal-complaint") for n in "abc"),
    ]
    return tuple(folder_of(tmp_path / name, *texts) for name in ("one", "two"))


def test_the_file_is_written_beside_the_rules(
    triage: Triage, config: Path, folders: tuple[Path, ...]
) -> None:
    result = triage("rules", "learn", *folders, "-c", config)

    (path,) = config.parent.rglob("second-opinion.csv")
    heading = path.read_text("utf-8").splitlines()[0]
    assert result.status == 0
    assert "12 mails" in result.out
    assert (
        heading.partition(",")[2]
        == "route:formal-complaint,route:school-first,role:parent"
    )


def test_what_was_learnt_is_heard(
    triage: Triage, config: Path, folders: tuple[Path, ...], tmp_path: Path
) -> None:
    triage("rules", "learn", *folders, "-c", config)
    asked = '[second_opinion]\nfile = "second-opinion.csv"\n'
    (config.parent / "rules" / "95.toml").write_text(asked, encoding="utf-8")
    mail = tmp_path / "mail.eml"
    mail.write_bytes(delivered("Complaint", "Always an empty page, it shows nothing."))

    result = triage("explain", mail, "--json", "-c", config)

    row = json.loads(result.out)
    assert row["route"] == "formal-complaint"
    assert row["second_opinion"]["decided"].startswith("the second opinion: ")
    assert row["near_misses"][-1] == "rest"


def test_each_folder_is_judged_by_the_others(
    triage: Triage, config: Path, folders: tuple[Path, ...]
) -> None:
    result = triage("rules", "learn", "--try", *folders, "-c", config)

    assert result.status == 0
    assert result.out.splitlines() == [
        "100.0% of    6 mails right  one",
        "100.0% of    6 mails right  two",
    ]
    assert not list(config.parent.rglob("second-opinion.csv"))


def test_all_wrong_labels_are_told_at_once(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "labelled"
    folder.mkdir()
    (folder / "labels.jsonl").write_text(
        '{"file": "no.eml", "route": "review"}\nnonsense\n', encoding="utf-8"
    )

    result = triage("rules", "learn", folder, "-c", config)

    assert result.status == 2
    assert "labels.jsonl:1: no.eml cannot be read" in result.err
    assert "labels.jsonl:2: a JSON object" in result.err


def test_a_misspelt_name_is_told_and_nothing_is_written(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "labelled"
    folder.mkdir()
    (folder / "labels.jsonl").write_text(
        '{"text": "x", "route": "school-frist", "flags": null}\n', encoding="utf-8"
    )

    result = triage("rules", "learn", folder, "-c", config)

    assert result.status == 2
    assert "labels.jsonl:1: there is no route `school-frist`" in result.err
    assert "did you mean `school-first`" in result.err
    assert not list(config.parent.rglob("second-opinion.csv"))


def test_folders_that_name_no_route_teach_none(
    triage: Triage, config: Path, folders: tuple[Path, ...], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "labels.jsonl").write_text('{"text": "x"}\n', encoding="utf-8")

    result = triage("rules", "learn", "--try", folders[0], other, "-c", config)

    assert result.status == 0


def test_a_folder_without_labels_is_told(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    result = triage("rules", "learn", tmp_path, "-c", config)

    assert result.status == 2
    assert "labels.jsonl: cannot be read" in result.err
