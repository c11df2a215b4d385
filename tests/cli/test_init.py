import stat
import tomllib
from datetime import date
from pathlib import Path

from tests.cli.conftest import Triage
from triage import shipped
from triage.ruleset import compile_ruleset, mode_of


def test_it_makes_a_folder_with_everything_to_edit(
    triage: Triage, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "triage"

    result = triage("init", folder)

    assert result.status == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.toml",
        "reference.key",
        "rules",
        "templates",
    ]
    assert _texts(folder / "templates") == _texts(shipped.templates())
    assert set(_texts(folder / "rules")) == set(_texts(shipped.rules()))
    assert f"triage check --config {folder / 'config.toml'} --connect" in result.out
    assert f"triage doctor --config {folder / 'config.toml'}" in result.out
    assert f"triage run --config {folder / 'config.toml'}" in result.out


def test_what_it_makes_watches_and_is_otherwise_as_shipped(
    triage: Triage, tmp_path: Path
) -> None:
    result = triage("init", tmp_path / "triage")

    made, source = _texts(tmp_path / "triage" / "rules"), _texts(shipped.rules())
    changed = {name for name in source if made[name] != source[name]}
    tables = compile_ruleset(made).tables
    assert changed == {"65-modes.toml"}
    assert {mode_of(route, tables) for route in tables.route} == {"watch"}
    assert "It begins in watch" in result.out
    assert "triage rules diff --mode live" in result.out


def test_what_arrived_before_the_day_it_was_made_is_left_alone(
    triage: Triage, tmp_path: Path
) -> None:
    triage("init", "--no-ask", tmp_path / "triage")

    made = tomllib.loads((tmp_path / "triage" / "config.toml").read_text("utf-8"))
    assert made["mailbox"]["since"] == date.today()  # noqa: DTZ011 - as the command does


def test_its_key_is_long_random_and_private(triage: Triage, tmp_path: Path) -> None:
    triage("init", tmp_path / "one")
    triage("init", tmp_path / "two")

    keys = [(tmp_path / name / "reference.key") for name in ("one", "two")]
    assert len({path.read_text() for path in keys}) == 2
    assert all(len(path.read_text().strip()) == 64 for path in keys)
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}


def test_nothing_that_is_there_is_overwritten(triage: Triage, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine")
    (tmp_path / "rules").mkdir()

    result = triage("init", tmp_path)

    assert result.status == 2
    assert result.err.splitlines() == [
        f"{tmp_path / 'config.toml'} is already there",
        f"{tmp_path / 'rules'} is already there",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "rules"]
    assert (tmp_path / "config.toml").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told_in_words(
    triage: Triage, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    result = triage("init", tmp_path / "file" / "folder")

    assert result.status == 2
    assert str(tmp_path / "file" / "folder") in result.err
    assert "Traceback" not in result.err


def test_what_it_makes_passes_the_check_once_its_secrets_are_there(
    triage: Triage, tmp_path: Path
) -> None:
    triage("init", tmp_path / "triage")
    for name in ("imap-password", "smtp-password"):
        secret = tmp_path / "triage" / name
        secret.touch(mode=0o600)
        secret.write_text("pw\n")

    result = triage("check", "--config", tmp_path / "triage" / "config.toml")

    assert (result.status, result.err) == (0, "")


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}
